"""Who moderates."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

PERMISSION = "gallery.moderate"
GROUP = "Moderators"  # made by the migration, with this permission


def may_moderate(user: Any) -> bool:
    """Who has the permission; and staff who may change reports, as before there was one."""
    if not (user.is_authenticated and user.is_active):
        return False
    return bool(
        user.has_perm(PERMISSION) or (user.is_staff and user.has_perm("gallery.change_report"))
    )


def moderators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """404 for everybody else: nothing tells them that there is such a page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_moderate(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(guarded)
