"""What visitors are told of decisions about them: a page of their own, and the refusal of a ban."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gallery.errors import wants_json
from gallery.models import Ban, Report
from gallery.moderation import bans, trail
from gallery.moderation.models import TrailEntry
from gallery.moderation.withdrawn import objection
from gallery.owners import visitor

Action = TrailEntry.Action
TOLD = {  # of what is in the trail
    Action.LEFT: gettext_lazy("Left as it is"),
    Action.HIDDEN: gettext_lazy("Hidden: only its owner sees it"),
    Action.RESTORED: gettext_lazy("Restored"),
    Action.WITHDRAWN: gettext_lazy("Taken down: nobody sees it"),
    Action.ERASED: gettext_lazy("Erased"),
    Action.BANNED: gettext_lazy("Its owner is banned"),
}
ABOUT_BANS = {
    Action.BANNED: gettext_lazy("You were banned"),
    Action.LIFTED: gettext_lazy("Your ban ended"),
}
MOST = 100  # on one page, the newest


def refuse_banned(request: HttpRequest, ban: Ban) -> HttpResponse:
    told = bans.sentence(ban)
    if wants_json(request):
        return JsonResponse({"error": told}, status=403)
    return render(request, "moderation/banned.html", context(request, ban), status=403)


def context(request: HttpRequest, ban: Ban | None) -> dict[str, Any]:
    """``by_neighbour``: it is another guest's, from the same address."""
    if ban is None:
        return {"ban": None}
    by_neighbour = ban.owned_by != visitor(request)
    return {
        "ban": ban, "sentence": bans.sentence(ban), "objection": objection(),
        "by_neighbour": by_neighbour,
    }  # fmt: skip


@require_safe
@never_cache
def decisions(request: HttpRequest) -> HttpResponse:
    """About one's own things, and about what one reported."""
    owner = visitor(request)
    mine = [entry for entry in trail.of_owner(owner)[:MOST] if told(entry)]
    sent = list(Report.objects.filter(reporter_id=owner.user_id)[:MOST]) if owner.user_id else []
    shown = {
        "mine": [
            {"when": e.when, "title": e.title, "what": told(e), "reason": why(e)} for e in mine
        ],
        "sent": [
            {"when": r.created, "reason": r.get_reason_display(), "what": outcome(r)} for r in sent
        ],
        **context(request, bans.banned(owner)),
        "objection": objection(),
    }
    return render(request, "moderation/decisions.html", shown)


def told(entry: TrailEntry) -> Any:
    """Empty for what is no business of the owner's."""
    if entry.kind == "ban":
        return ABOUT_BANS.get(entry.action, "")  # type: ignore[call-overload]
    if entry.action in (Action.LEFT, Action.BANNED):
        return ""
    return TOLD.get(entry.action, "")  # type: ignore[call-overload]


def why(entry: TrailEntry) -> str:
    return entry.told_reason if entry.action in (Action.HIDDEN, Action.WITHDRAWN) or (
        entry.action == Action.BANNED
    ) else ""  # fmt: skip


def outcome(report: Report) -> Any:
    if report.handled is None:
        return pgettext("a report", "Not decided yet")
    return TOLD.get(report.outcome, _("Decided"))  # type: ignore[call-overload]


def any_for(request: HttpRequest) -> bool:
    """Whether there is anything to be read on that page."""
    owner = visitor(request)
    if not owner:
        return False
    mine = trail.of_owner(owner).exclude(action__in=(Action.LEFT, *trail.IN_ADMIN.values()))
    sent = owner.user_id and Report.objects.filter(reporter_id=owner.user_id).exists()
    return bool(sent or mine.exists())
