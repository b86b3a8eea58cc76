"""The pages, and the small actions on one picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from gallery import cards, mix_query, params, remix, services
from gallery.browse.walls import PAGE
from gallery.community import albums, beside
from gallery.errors import refuse_error
from gallery.files import find, own
from gallery.forms import SIZES, PaintForm, year_of
from gallery.job import Job
from gallery.limits import shown
from gallery.limits.rates import limited
from gallery.links import own as links
from gallery.models import Batch, Painting, Photo, Rendering, TaughtStyle, Work
from gallery.moderation import notices
from gallery.moderation.bans import banned
from gallery.owned import OwnedQuerySet
from gallery.owners import visitor
from gallery.refusals import RefusedError
from gallery.syndication import meta
from gallery.titles import kind_word
from gallery.told import told
from gallery.uploads import way_back
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import PAINTING, is_painting
from webstyle.engine.weights import styles

SHARED = 60  # paintings of others in the studio, the newest


def public() -> OwnedQuerySet:
    """What everybody may see, newest first."""
    return Rendering.objects.hung().order_by("-published")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    newest = list(public()[:12])
    hero = cards.hero()
    context = {
        "styles": cards.shelf(visitor(request)),
        "hero": hero,
        "meta": meta.of_home(request, hero["picture"] if hero else next(iter(newest), None)),
        "newest": newest,
        "recent_photos": Photo.objects.of(visitor(request))[:6],
    }
    return render(request, "home.html", context)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    owner = visitor(request)
    work = Rendering.objects.of(owner).select_related("photo")
    page = Paginator(work, PAGE).get_page(request.GET.get("page"))
    context = {
        "photos": Photo.objects.of(owner),
        "batches": Batch.objects.of(owner)[:PAGE],
        "paintings": Painting.objects.of(owner),
        "taught": TaughtStyle.objects.of(owner),
        "albums": albums.own_albums(owner),
        "usage": shown.today(request),
        "page": page,
        "has_decisions": notices.any_for(request),
        **notices.context(request, banned(owner)),
    }
    return render(request, "mine.html", context)


@require_safe
def studio(request: HttpRequest, pk: UUID) -> HttpResponse:
    photo = own(request, Photo, pk)
    remix.choose(request, photo)
    return studio_page(request, photo, PaintForm(owner=visitor(request)))


def studio_page(
    request: HttpRequest, photo: Photo, form: PaintForm, *, status: int = 200
) -> HttpResponse:
    renderings = list(Rendering.objects.kept().filter(photo=photo))
    wanted = request.GET.get("show", "")
    chosen = [r for r in renderings if str(r.pk) == wanted]
    done = [r for r in renderings if r.state == Rendering.State.DONE]
    context = {
        "photo": photo,
        "form": form,
        "engines": form.engines(),
        "param_pictures": params.pictures(),
        "styles": cards.shelf(photo.owned_by),
        "wanted_style": request.GET.get("style", ""),
        "paintings": Painting.objects.of(photo.owned_by),
        "shared_paintings": Painting.objects.shared(photo.owned_by)[:SHARED],
        "renderings": renderings,
        "selected": next(iter(chosen or done), None),
    }
    return render(request, "studio.html", context, status=status)


@require_POST
@limited("paint")
def paint(request: HttpRequest, pk: UUID) -> HttpResponse:
    photo = own(request, Photo, pk)
    form = PaintForm(request.POST, owner=visitor(request))
    if not form.is_valid():
        return studio_page(request, photo, form, status=400)
    try:
        rendering = services.rendering_submit(photo, form.recipe())
    except EngineError as error:
        return refuse_error(request, error)
    return redirect(rendering)


@require_safe
def mix(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody else's photo: the mixture may be tried on a photo of one's own."""
    owner = visitor(request)
    photo = Photo.objects.of(owner).filter(pk=pk).first()
    if photo is None:
        return redirect(reverse("mix_start", query=request.GET))
    context = {
        "photo": photo,
        "styles": cards.shelf(owner),
        "mix": mix_query.parse(request.GET, owner).to_json(owner),
        "sizes": SIZES,
        "max_styles": mix_query.MAX_STYLES,
    }
    return render(request, "mix.html", context)


@require_safe
def mix_start(request: HttpRequest) -> HttpResponse:
    """Choose a photo for a mixture."""
    owner = visitor(request)
    wanted = mix_query.parse(request.GET, owner).to_json(owner)
    photos = Photo.objects.of(owner)[:PAGE]
    return render(
        request, "mix_start.html", {"photos": photos, "query": wanted["query"], "mix": wanted}
    )


@require_safe
def picture(request: HttpRequest, pk: UUID) -> HttpResponse:
    return picture_page(request, find(request, Rendering, pk))


def picture_page(
    request: HttpRequest, rendering: Rendering, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """``forms``: those that came back with errors."""
    is_owner = rendering.belongs_to(visitor(request))
    known = styles()
    style_list = [
        s | {"year": known[s["slug"]].year if s["slug"] in known else 0}
        for s in rendering.styles
        if s["artist"]
    ]
    names = [s["slug"].removeprefix(PAINTING) for s in rendering.styles if is_painting(s["slug"])]
    found = [Painting.objects.named(visitor(request), name) for name in names]
    painting_list = [painting for painting in found if painting is not None]
    compare = is_owner or rendering.show_photo
    rendering.photo_view_url = rendering.photo.view_url if compare else None
    context = {
        "rendering": rendering,
        "meta": meta.of_picture(request, rendering),
        "is_owner": is_owner,
        "compare": compare,
        "style_list": style_list,
        "painting_list": painting_list,
        "method": rendering.engine_title,
        "provenance": settings.PROVENANCE,
        "recipe_params": params.in_words(rendering),
        **remix.on_picture(request, rendering),
        **links.on_picture(rendering, is_owner),
    }
    context |= beside.context(request, rendering) | forms
    return render(request, "picture.html", context, status=status)


def answer(request: HttpRequest, job: Job, done: bool, refusal: str) -> HttpResponse:
    """The job's page; when the job had moved on meanwhile, it says why nothing was done."""
    if not done:
        messages.error(request, refusal)
    return redirect(job)


# What a visitor may wish for a job: who does it, and what is said when it had moved on.
WISHES: dict[str, tuple[Callable[[Job], bool], Any]] = {
    "cancel": (services.job_cancel, gettext_lazy("This {kind} has already ended.")),
    "pause": (
        services.job_pause,
        gettext_lazy("Only careful work that is under way can be paused."),
    ),
    "continue": (services.job_continue, gettext_lazy("This {kind} is not paused.")),
    "keep": (services.job_keep, gettext_lazy("There is nothing to keep yet, or it has ended.")),
    "retry": (
        services.job_retry,
        gettext_lazy("Only a failed or cancelled {kind} can be tried again."),
    ),
}


@require_POST
def wish(request: HttpRequest, pk: UUID, model: type[Work], verb: str) -> HttpResponse:
    job = own(request, model, pk)
    fulfil, refusal = WISHES[verb]
    try:
        done = fulfil(job)
    except RefusedError as error:
        return refuse_error(request, error)
    return answer(request, job, done, refusal.format(kind=kind_word(model.KIND)))


@require_POST
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    rendering = own(request, Rendering, pk)
    shown = request.POST.get("public") == "1"
    beside = request.POST.get("show_photo") in ("1", "on")
    done = services.rendering_publish(rendering, shown, beside)
    refusal = _("Only a finished picture can be shown to everybody.")
    return answer(request, rendering, done, refusal)


@require_POST
def edit(request: HttpRequest, pk: UUID, model: type[Painting | TaughtStyle]) -> HttpResponse:
    """What is sent is changed. For ``public`` the last value counts: a hidden one stands in for a
    box that is not ticked."""
    item = own(request, model, pk)
    values: dict[str, Any] = {
        name: request.POST[name] for name in ("title", "artist") if name in request.POST
    }
    if "public" in request.POST:
        values["public"] = request.POST["public"] in ("1", "on", "true")
    try:
        if "year" in request.POST and model is TaughtStyle:
            values["year"] = year_of(request.POST["year"])
        services.shared_edit(item, **values)
    except EngineError as error:
        messages.error(request, told(error))
    return redirect(way_back(request))


@require_POST
def remove(request: HttpRequest, pk: UUID, model: type[Work]) -> HttpResponse:
    item = own(request, model, pk)
    services.remove(item)
    undo = reverse(f"{model.KIND}_restore", args=[pk])
    deleted = _("The %(kind)s is deleted.") % {"kind": kind_word(model.KIND)}
    messages.info(request, deleted, extra_tags=f"undo:{undo}")
    return redirect(way_back(request))


@require_POST
def restore(request: HttpRequest, pk: UUID, model: type[Work]) -> HttpResponse:
    return redirect(restored(request, model, pk).get_absolute_url())


def restored(request: HttpRequest, model: type[Any], pk: UUID) -> Any:
    """What the visitor deleted, back again."""
    item = model.objects.filter(pk=pk).first()
    if item is None or not item.belongs_to(visitor(request)):
        raise Http404
    services.restore(item)
    return item
