"""What every page knows."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from gallery.languages import script_words
from gallery.moderation.queue import open_for

SITE_NAME = "webstyle"
ACCEPT = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,.heic,.heif,.avif"


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": SITE_NAME,
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "max_upload_label": f"{settings.MAX_UPLOAD_BYTES // 1_000_000} MB",
        "accept": ACCEPT,
        "sign_in": sign_in(request),
        "languages": settings.LANGUAGES,
        "script_words": script_words(),
        "here": here(request),
        "moderation": open_for(request),
    }


def sign_in(request: HttpRequest) -> str:
    """The way to sign in, and back to this page: which may be one's own, once signed in."""
    page = request.get_full_path()
    here = request.method == "GET" and page != "/" and not page.startswith(reverse("account"))
    return reverse("account_login", query={"next": page} if here else None)


def here(request: HttpRequest) -> str:
    """Where to come back to from the switch of languages: this page, or, where it is the answer to
    a form, the one that the form was on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    try:
        before = urlsplit(request.headers.get("Referer", ""))
        same = before.netloc == request.get_host()
    except (ValueError, DisallowedHost):  # no address; or the answer is that the name is not ours
        return reverse("home")
    address = urlunsplit(("", "", before.path, before.query, ""))
    return address if same and url_has_allowed_host_and_scheme(address, None) else reverse("home")
