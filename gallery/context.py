"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

SITE_NAME = "webstyle"
ACCEPT = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,.heic,.heif,.avif"


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": SITE_NAME,
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "max_upload_label": f"{settings.MAX_UPLOAD_BYTES // 1_000_000} MB",
        "accept": ACCEPT,
        "sign_in": sign_in(request),
    }


def sign_in(request: HttpRequest) -> str:
    """The way to sign in, and back to this page: which may be one's own, once signed in."""
    page = request.get_full_path()
    here = request.method == "GET" and page != "/" and not page.startswith(reverse("account"))
    return reverse("account_login", query={"next": page} if here else None)
