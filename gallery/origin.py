"""Files from a domain of their own: ``FILES_ORIGIN``/raw/TOKEN, and nothing else there.

The site checks who may see a file and hands out a token that names it, is signed and runs out. On
the files' domain there is no session, and no cookie is set or believed: should a file ever be taken
for a page, it finds nothing to steal.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile, FileField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

SIGNER = "gallery.origin"
WINDOW = 300  # seconds: a token is valid for one to two of them, and the same within one
PLACE = re.compile(r"/raw/([\w:=.-]{1,1000})")


def address(request: HttpRequest, name: str) -> str:
    """Of a file in the storage, for who asks with ``request`` and may see it."""
    until = (int(time.time()) // WINDOW + 2) * WINDOW
    told = {"n": name, "u": until, "o": f"{request.scheme}://{request.get_host()}"}
    return f"{settings.FILES_ORIGIN}/raw/{signing.Signer(salt=SIGNER).sign_object(told)}"


def files_origin(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Comes before all others: what they add is for the site."""

    def middleware(request: HttpRequest) -> Any:
        return answer(request) if is_there(request) else get_response(request)

    return middleware


def is_there(request: HttpRequest) -> bool:
    """Whether the files' domain is asked. Not one of ALLOWED_HOSTS: its pages, should there ever be
    one, may not open our sockets."""
    host = urlsplit(settings.FILES_ORIGIN).netloc
    return bool(host) and str(request.META.get("HTTP_HOST", "")).lower() == host


def answer(request: HttpRequest) -> HttpResponseBase:
    try:
        return raw(request)
    except Http404:
        response = HttpResponse("There is nothing here.\n", "text/plain", 404)
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["Cache-Control"] = "no-store"
        return response


def raw(request: HttpRequest) -> HttpResponseBase:
    from gallery import delivery

    place = PLACE.fullmatch(request.path)
    if place is None or request.method not in ("GET", "HEAD"):
        raise Http404
    try:
        told = signing.Signer(salt=SIGNER).unsign_object(place[1])
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    left = told["u"] - int(time.time())
    if left <= 0:
        raise Http404
    field = FieldFile(None, FileField(storage=default_storage), told["n"])  # type: ignore[arg-type]
    response = delivery.here(field, f"private, max-age={left}", request)
    response["Access-Control-Allow-Origin"] = told["o"]  # scripts of the site read pixels
    response["Vary"] = "Origin"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # pages of the site show it
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
