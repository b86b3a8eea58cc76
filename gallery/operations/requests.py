"""A line in the log for each request, and an id that all lines of it share.

Paths are not written, they hold tokens of links; the pattern of the route is. The id comes back in
the header ``X-Request-ID`` and stands on the page of an error, so that a visitor can name it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

from gallery.operations import context, counted

log = logging.getLogger("gallery.access")
SANE = re.compile(r"[A-Za-z0-9-]{8,64}")
NO_ROUTE, STATIC = "(no route)", "(static)"


def request_id(request: HttpRequest) -> str:
    """A proxy's that is trusted, or a new one."""
    given = request.headers.get("X-Request-ID", "")
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT > 0 and SANE.fullmatch(given)
    return given if trusted else context.new_id()


def id_of(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))


def route_of(request: HttpRequest) -> tuple[str, str]:
    """The pattern of the address, and the name of the view."""
    if request.path.startswith(settings.STATIC_URL):
        return STATIC, "static"
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return NO_ROUTE, "none"
    return f"/{match.route}", match.view_name or match._func_path


class RequestLogMiddleware:
    """The outermost one. It ends no context: what streams a body afterwards is still of the
    request, and each request has a context of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        number = request_id(request)
        request.request_id = number  # type: ignore[attr-defined]
        route, view = route_of(request)
        about = context.begin(context.Context(request, request=number))
        about.secrets = secrets_of(request.path, route)
        response = self.get_response(request)
        response["X-Request-ID"] = number
        seconds = time.perf_counter() - began
        counted.request_answered(view, request.method or "", response.status_code, seconds)
        log.info(
            "%s %s %s", request.method, route, response.status_code,
            extra={"facts": {
                "method": request.method, "view": view, "status": response.status_code,
                "ms": round(1000 * seconds, 1), "bytes": size_of(response),
            }},
        )  # fmt: skip
        return response


def secrets_of(path: str, route: str) -> dict[str, str]:
    """The path as it may be spelled in a message, and the pattern that is written instead."""
    if len(path) < 2 or path == route:
        return {}
    escaped = path.encode("unicode_escape").decode("ascii")  # as Django writes it
    return dict.fromkeys((path, quote(path), escaped), route)


def size_of(response: HttpResponseBase) -> int | None:
    """Of a stream only if it says so itself."""
    if isinstance(response, HttpResponse):
        return len(response.content)
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None
