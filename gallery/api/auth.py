"""Who asks, and what they may: a member's token, or a browser in which a page of ours is open.

A request with an ``Authorization`` header is judged by that alone: a bad token never falls back to
the cookie. It needs no CSRF token, since no page elsewhere can make a browser send that header.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.utils import check_csrf

from gallery.api.scopes import EVERYTHING
from gallery.api.tokens import token_find, token_used
from gallery.limits import rates
from gallery.models import ApiToken
from gallery.moderation.bans import check_banned
from gallery.owners import Owner, visitor

SAFE = ("GET", "HEAD")
BEARER = "bearer "


class UnknownError(HttpError):
    """401: nobody knows who asks. ``code`` as in RFC 6750."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(401, message)
        self.challenge = 'Bearer realm="webstyle"' + (f', error="{code}"' if code else "")


class ScopeError(HttpError):
    """403: the token may do other things."""

    def __init__(self, scope: str) -> None:
        said = _("This token may not do that: make one with the scope “%(scope)s”.")
        super().__init__(403, said % {"scope": scope})
        self.challenge = f'Bearer realm="webstyle", error="insufficient_scope", scope="{scope}"'


@dataclass(frozen=True)
class Caller:
    owner: Owner
    scopes: frozenset[str] = EVERYTHING
    token: ApiToken | None = None  # None for a page of the site

    def needs(self, scope: str) -> None:
        """For what depends on the values that were sent. Raises ScopeError."""
        if scope not in self.scopes:
            raise ScopeError(scope)


def admit(request: HttpRequest, found: Caller, limit: str) -> Caller:
    """Unless they are banned, or have asked for this too often: see ``gallery.limits.rates``. What
    is one's own may always be taken away. Raises BannedError or RefusedError."""
    if request.method not in (*SAFE, "DELETE"):
        check_banned(found.owner)
    if limit:
        rates.take(request, limit)
    return found


def caller(request: HttpRequest) -> Caller:
    found = request.auth  # type: ignore[attr-defined]  # as ninja calls it
    assert isinstance(found, Caller)
    return found


class Token:
    """A member's, with a scope. Nothing where there is none: then it is for ``Cookie`` to say."""

    openapi_security_schema = {
        "type": "http", "scheme": "bearer",
        "description": "A personal token, made at /account/tokens/.",
    }  # fmt: skip

    def __init__(self, scope: str, limit: str = "") -> None:
        self.scope, self.limit = scope, limit

    def __call__(self, request: HttpRequest) -> Caller | None:
        given = request.headers.get("Authorization")
        if given is None:
            return None
        secret = given[len(BEARER) :].strip() if given.lower().startswith(BEARER) else ""
        if (token := token_find(secret)) is None:
            raise UnknownError(
                _("The token is not valid, or no longer: make one on your account's page."),
                "invalid_token",
            )
        found = Caller(Owner(user_id=token.user_id), frozenset(token.scopes), token)
        found.needs(self.scope)
        token_used(token)
        request.user = token.user  # whose things are looked up from here on
        return admit(request, found, self.limit)


class Cookie:
    """The session of a member, or of a guest, with Django's token against forged requests. Whoever
    owns nothing yet may begin to: by sending something from a page of ours."""

    openapi_security_schema = {
        "type": "apiKey", "in": "cookie", "name": "sessionid",
        "description": "The site's own pages; what is not a GET needs X-CSRFToken too.",
    }  # fmt: skip

    def __init__(self, limit: str = "") -> None:
        self.limit = limit

    def __call__(self, request: HttpRequest) -> Caller | None:
        owner = visitor(request)
        if request.method in SAFE:
            if not owner:
                raise nobody()
        elif check_csrf(request) is not None:
            if not owner and "X-CSRFToken" not in request.headers:
                raise nobody()
            said = _("This page has been open for too long, or cookies are off. Reload it.")
            raise HttpError(403, said)
        return admit(request, Caller(owner), self.limit)


class Anybody(Cookie):
    """Of what everybody may see; who has a session sees their own too."""

    def __call__(self, request: HttpRequest) -> Caller:
        return Caller(visitor(request))


def nobody() -> UnknownError:
    return UnknownError(_("Send a token, as in Authorization: Bearer wst_…"))


def scope(name: str, limit: str = "") -> list[Any]:
    """The ``auth`` of an operation; ``limit`` is how requests for it are counted."""
    return [Token(name, limit), Cookie(limit)]
