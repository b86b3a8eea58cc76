"""What was taken down answers 410 to whoever could see it before, and 404 to everybody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.moderation.moderated import Moderated
from gallery.owners import Owner

HEADINGS = {
    "album": gettext_lazy("This album was withdrawn"),
    "painting": gettext_lazy("This painting was withdrawn"),
    "photo": gettext_lazy("This photograph was withdrawn"),
    "picture": gettext_lazy("This picture was withdrawn"),
    "style": gettext_lazy("This style was withdrawn"),
}


class WithdrawnError(Http404):
    """Found by handler404 wherever it was raised: so every address of the thing says the same."""

    def __init__(self, item: Any, is_owner: bool) -> None:
        super().__init__("taken down")
        self.item, self.is_owner = item, is_owner


def raise_if_withdrawn(
    model: type[Any], pk: UUID, owner: Owner, *, owners_only: bool = False
) -> None:
    if not issubclass(model, Moderated):
        return
    rows: Any = model._default_manager
    item = rows.filter(pk=pk, withdrawn__isnull=False, deleted__isnull=True).first()
    if item is None:
        return
    is_owner = item.belongs_to(owner)
    if is_owner or (was_public(item) and not owners_only):
        raise WithdrawnError(item, is_owner)


def was_public(item: Any) -> bool:
    """Whether the moderators took it down from a wall: who publishes decides, and that stays."""
    private = getattr(item, "visibility", "") == "private"
    return bool(getattr(item, "public", hasattr(item, "visibility") and not private))


def gone_on(item: Any) -> datetime | None:
    """Until when the moderators can bring it back; None once it is erased."""
    if item.erased:
        return None
    until: datetime = item.withdrawn + timedelta(days=settings.WITHDRAWN_DAYS)
    return until


def objection() -> str:
    """How to object, for whoever a decision is about."""
    if settings.MODERATORS_CONTACT:
        told = _("If you think that this is a mistake, write to %(contact)s.")
        return told % {"contact": settings.MODERATORS_CONTACT}
    return _("If you think that this is a mistake, write to whoever runs this site.")


def answer(request: HttpRequest, error: WithdrawnError, as_json: bool) -> HttpResponse:
    item = error.item
    heading = HEADINGS[item.KIND]
    if as_json:
        return fresh(JsonResponse({"error": f"{heading}: {item.told_reason}"}, status=410))
    context = {
        "heading": heading,
        "reason": item.told_reason,
        "is_owner": error.is_owner,
        "gone_on": gone_on(item),
        "objection": objection(),
    }
    response = render(request, "moderation/withdrawn.html", context, status=410)
    response["X-Robots-Tag"] = "noindex"
    return fresh(response)


def fresh(response: HttpResponse) -> HttpResponse:
    """Without this a browser keeps a 410 for ever, and it may be restored."""
    response["Cache-Control"] = "private, no-store"
    return response
