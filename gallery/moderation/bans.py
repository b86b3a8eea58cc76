"""Whether somebody is banned, and what they are told.

A banned member may sign in: to read, to take what is theirs along, and to leave. Everything else is
refused here, once for all pages, and in the services once more for what comes another way.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import date
from django.utils.deprecation import MiddlewareMixin
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gallery.moderation.addresses import ban_from_here, remember
from gallery.moderation.models import Ban
from gallery.owners import Owner, visitor
from gallery.refusals import BannedError

SAFE = ("GET", "HEAD", "OPTIONS")
# What somebody who is banned may still do besides reading: take it along, take it away, leave.
ALLOWED = {
    "account_login", "account_logout", "account_everywhere", "account_reauthenticate",
    "account_change_password", "account_reset_password", "account_reset_password_from_key",
    "account_export", "account_delete", "link_revoke", "links_revoke_all", "set_language",
}  # fmt: skip


def banned(owner: Owner) -> Ban | None:
    """The ban that holds for ``owner`` now."""
    return Ban.objects.standing().of(owner).first()


def check_banned(owner: Owner) -> None:
    """Raises BannedError."""
    if ban := banned(owner):
        raise BannedError(sentence(ban))


def banned_here(request: HttpRequest) -> Ban | None:
    """Of who asks: as themselves, or as a guest from an address that is banned."""
    owner = visitor(request)
    ban = banned(owner)
    if ban is not None:
        remember(ban, request)
        return ban
    return None if owner.user_id else ban_from_here(request)


def sentence(ban: Ban) -> str:
    """Why and until when, for whom it is about."""
    facts = {"reason": ban.told_reason}
    if ban.until is None:
        return _("You are banned for good. The reason: %(reason)s.") % facts
    facts["until"] = date(localtime(ban.until), "DATETIME_FORMAT")
    return _("You are banned until %(until)s. The reason: %(reason)s.") % facts


class BanMiddleware(MiddlewareMixin):
    """Whatever changes something is refused to whoever is banned, by whichever page it comes."""

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method in SAFE or is_allowed(request):
            return None
        if (ban := banned_here(request)) is None:
            return None
        from gallery.moderation.notices import refuse_banned

        return refuse_banned(request, ban)


def is_allowed(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is not None and match.namespace == "v1":
        return request.method == "DELETE"
    if match is None or match.namespace:  # the admin pages have a namespace of their own
        return False
    name = match.url_name or ""
    return name in ALLOWED or name.endswith("_delete")


def on_login(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """The door tells it at once."""
    if ban := banned(Owner(user_id=user.pk)):
        can = _("You can look, export what is yours and delete it; nothing else.")
        messages.error(request, f"{sentence(ban)} {can}", fail_silently=True)
