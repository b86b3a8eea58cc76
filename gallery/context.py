"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

ACCEPT = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,.heic,.heif,.avif"


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": "webstyle",
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "max_upload_label": f"{settings.MAX_UPLOAD_BYTES // 1_000_000} MB",
        "accept": ACCEPT,
    }
