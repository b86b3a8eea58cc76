"""The operators' page, and the metrics. Both are not there for anybody else."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from gallery.connections import briefly
from gallery.operations import metrics, overview
from gallery.operations.checkup import checkup

PERMISSION = "gallery.operate"


@require_safe
@never_cache
def metrics_page(request: HttpRequest) -> HttpResponse:
    """For who knows the token, and for staff who look themselves."""
    if not (knows_token(request) or is_staff(request)):
        raise Http404
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_LATEST)


def knows_token(request: HttpRequest) -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if not settings.METRICS_TOKEN or kind.lower() != "bearer":
        return False
    return hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())


def is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)


def may_operate(user: Any) -> bool:
    """Superusers, and staff with the permission."""
    if not user.is_active:
        return False
    return bool(user.is_superuser or (user.is_staff and user.has_perm(PERMISSION)))


@require_safe
@never_cache
async def operate(request: HttpRequest) -> HttpResponse:
    if not await briefly(lambda: may_operate(request.user))():
        raise Http404
    state = await checkup().report()
    return await briefly(page)(request, state)


def page(request: HttpRequest, state: dict[str, Any]) -> HttpResponse:
    return render(request, "operate.html", overview.overview() | {"state": state})
