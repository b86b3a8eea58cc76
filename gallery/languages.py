"""In which language a visitor reads: for pages, for the scripts on them, and for sockets."""

from __future__ import annotations

import functools
import hashlib
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.middleware.locale import LocaleMiddleware
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.i18n import JavaScriptCatalog

ENGLISH = "en"  # what is in the code, so that it takes no catalogue
CATALOGUES = "*/LC_MESSAGES/djangojs.mo"
YEAR = 31_536_000
TEXT = ("text/html", "application/json", "text/plain", "text/xml", "application/rss+xml")


class LanguageMiddleware(LocaleMiddleware):
    """The cookie of the switch decides, then what the browser wants, then the site's default.

    Only what has words in it is said to be in a language, and to vary with it: pictures are the
    same for everybody, and caches on the way should know.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if response.get("Content-Type", "").partition(";")[0] not in TEXT:
            return response
        patch_vary_headers(response, ("Cookie",))
        return super().process_response(request, response)


def language_of(scope: dict[str, Any]) -> str:
    """For a socket: that of its page, which says so, or as the middleware would find it."""
    said = QueryDict(scope.get("query_string", b"")).get("language", "")
    if said in dict(settings.LANGUAGES):
        return said
    headers = dict(scope.get("headers", ()))
    wanted = headers.get(b"accept-language", b"").decode("latin1")
    request = SimpleNamespace(
        COOKIES=scope.get("cookies", {}), META={"HTTP_ACCEPT_LANGUAGE": wanted}
    )
    return translation.get_language_from_request(request)  # type: ignore[arg-type]


class ScriptWords(JavaScriptCatalog):
    """The catalogue of the scripts, at an address of its own for each language and state."""

    packages = ["gallery"]  # besides LOCALE_PATHS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = kwargs["language"]
        if language not in dict(settings.LANGUAGES):
            raise Http404
        with translation.override(language):
            response = super().get(request)
        response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response


@functools.cache
def stamp() -> str:
    """Of the catalogues as they are on this machine."""
    digest = hashlib.sha256()
    for place in settings.LOCALE_PATHS:
        for file in sorted(place.glob(CATALOGUES)):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def script_words() -> str:
    """The address of the scripts' words; empty where they need none."""
    language = translation.get_language() or ENGLISH
    if language == ENGLISH:
        return ""
    return reverse("script_words", args=[language], query={"v": stamp()})
