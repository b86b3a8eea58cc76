"""Where a visitor comes from: the one place that reads it, for pages, sockets and allauth.

Each proxy appends to ``X-Forwarded-For`` the address of whoever it was called by. So behind n
proxies of ours the n-th value from the right is the visitor's, and what stands left of it was sent
by the visitor, who can write anything.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

V6_PREFIX = 64  # bits: one customer has at least so many addresses, and changes them at will
WITH_PORT = re.compile(r"\[(?P<v6>[^]]+)\](?::\d*)?|(?P<v4>[0-9.]+):\d*")
# The request that is being answered: quotas are checked far from the page that was asked for.
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


def read(text: str) -> str:
    """One address in its one spelling, without port or zone; empty for what is none."""
    text = text.strip()
    if found := WITH_PORT.fullmatch(text):
        text = found["v6"] or found["v4"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def behind(forwarded: str, peer: str) -> str:
    """The visitor's address. Where the header is missing, too short or not an address, somebody
    came another way than through our proxies: then it is that of whoever called."""
    count = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    values = forwarded.split(",") if forwarded else []
    found = read(values[-count]) if 0 < count <= len(values) else ""
    return found or read(peer)


def of_request(request: HttpRequest) -> str:
    forwarded = request.headers.get("X-Forwarded-For", "")
    return behind(forwarded, request.META.get("REMOTE_ADDR") or "")


def of_scope(scope: dict[str, Any]) -> str:
    """Of a socket."""
    headers: Iterable[tuple[bytes, bytes]] = scope.get("headers", ())
    forwarded = b",".join(value for name, value in headers if name == b"x-forwarded-for")
    peer = scope.get("client") or [""]
    return behind(forwarded.decode("latin-1"), str(peer[0]))


def network(address: str) -> str:
    """What is counted as one: an IPv4 address, or an IPv6 network of one customer."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/{V6_PREFIX}", strict=False))


def key_of(address: str) -> str:
    """What stands for an address wherever something is counted. Without the site's secret nobody
    gets from it to the address: there are few enough to try them all."""
    return salted_hmac("gallery.limits", network(address)).hexdigest()[:32]


def middleware(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Remembers the request while it is answered, for ``here``."""

    def answer(request: HttpRequest) -> Any:
        with answering(request):
            return get_response(request)

    return answer


@contextmanager
def answering(request: HttpRequest) -> Any:
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def here() -> str:
    """The key of where the request that is being answered comes from; empty where there is none,
    as in a worker or on the command line."""
    request = _request.get()
    return key_of(of_request(request)) if request else ""
