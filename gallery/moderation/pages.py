"""The moderators' own pages: the queue, a case, bans, the trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from gallery.delivery import here
from gallery.models import Ban, Rendering, Report
from gallery.moderation import services
from gallery.moderation.forms import LASTS, BanForm, DecideForm, TrailForm
from gallery.moderation.moderated import Reason
from gallery.moderation.permission import may_moderate, moderators_only
from gallery.moderation.queue import PAGE, case_of, cases_of, grouped
from gallery.moderation.services import Action, DecidedError
from gallery.moderation.things import find_thing
from gallery.moderation.withdrawn import was_public
from gallery.uploads import way_back
from webstyle.engine.events import EngineError

LINES = 50  # of the trail, on one page
# Of each kind the file that is judged.
LOOKS = {"picture": "view", "painting": "view", "style": "thumb", "photo": "view"}
CHOICES = {"reasons": Reason.choices, "lasts": LASTS, "hidden_action": Action.HIDDEN}


@moderators_only
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    decided = request.GET.get("show") == "decided"
    order = "newest" if decided or request.GET.get("order") == "newest" else "most"
    reports = Report.objects.exclude(handled=None) if decided else Report.objects.open()
    page = Paginator(grouped(reports, order), PAGE).get_page(request.GET.get("page"))
    cases = cases_of(page.object_list)
    context = {"page": page, "cases": cases, "decided": decided, "order": order, **CHOICES}
    return render(request, "moderation/queue.html", context)


@moderators_only
@require_safe
def case(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    return case_page(request, within_reach(kind, name))


def case_page(request: HttpRequest, thing: Any, error: str = "", status: int = 200) -> HttpResponse:
    context = {"case": case_of(thing), "error": error, "alone": True, **CHOICES}
    return render(request, "moderation/case.html", context, status=status)


def within_reach(kind: str, name: str) -> Any:
    """What was reported, what was decided about, and what everybody sees: a moderator is no reason
    to look into what somebody keeps to themselves."""
    thing = find_thing(kind, name)
    reported = Report.objects.about(thing).exists()
    published = kind == "member" or was_public(thing.rendering if kind == "comment" else thing)
    if published or reported or services.newest_entry(thing):
        return thing
    raise Http404


@moderators_only
@require_POST
def decide(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    thing = within_reach(kind, name)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return case_page(request, thing, form.why_not(), 400)
    try:
        entry = services.decide(request.user, thing, form.decision())
    except EngineError as error:
        return case_page(request, thing, str(error), refused(error))
    messages.success(request, f"{entry.get_action_display()}: {entry.title or kind}")
    return redirect(way_back(request))


@moderators_only
@require_POST
def ban(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Whoever made the thing."""
    thing = within_reach(kind, name)
    form = BanForm(request.POST)
    if not form.is_valid():
        return case_page(request, thing, form.why_not(), 400)
    try:
        services.ban(request.user, thing.owned_by, form.sentence(), thing)
    except EngineError as error:
        return case_page(request, thing, str(error), refused(error))
    messages.success(request, f"Banned: {case_of(thing).maker}")
    return redirect(way_back(request))


def refused(error: EngineError) -> int:
    return 409 if isinstance(error, DecidedError) else 400


@moderators_only
@require_safe
def bans(request: HttpRequest) -> HttpResponse:
    rows = Ban.objects.select_related("owner").order_by("-created")
    over = request.GET.get("show") == "over"
    standing = Ban.objects.standing().values("pk")
    shown = rows.exclude(pk__in=standing) if over else rows.filter(pk__in=standing)
    page = Paginator(shown, LINES).get_page(request.GET.get("page"))
    return render(request, "moderation/bans.html", {"page": page, "over": over})


@moderators_only
@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Ban, pk=pk)
    try:
        services.lift(request.user, found)
        messages.success(request, "The ban is lifted.")
    except DecidedError as error:
        messages.error(request, str(error))
    return redirect("moderation_bans")


@moderators_only
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    form = TrailForm(request.GET)
    form.is_valid()  # what makes no sense is said beside its field
    page = Paginator(form.found(), LINES).get_page(request.GET.get("page"))
    return render(request, "moderation/trail.html", {"page": page, "form": form})


def find_look(request: HttpRequest, kind: str, name: str) -> Any:
    if not may_moderate(request.user):
        raise Http404
    field = getattr(looked_at(kind, name), LOOKS[kind])
    if not field:  # erased
        raise Http404
    return field


def looked_at(kind: str, name: str) -> Any:
    """A photograph is within reach with a picture that shows it."""
    if kind not in LOOKS:
        raise Http404
    if kind == "photo":
        beside = Rendering._base_manager.filter(photo_id=UUID(name), public=True, show_photo=True)
        for picture in beside.select_related("photo"):
            return within_reach("picture", str(picture.pk)).photo
        raise Http404
    return within_reach(kind, name)


def look(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """What nobody else may see any longer, a moderator can still judge."""
    field = find_look(request, kind, str(name))
    if request.method not in ("GET", "HEAD"):  # told to moderators alone, as all of it
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return here(field, "private, no-store")
