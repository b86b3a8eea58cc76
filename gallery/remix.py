"""Remixing: the recipe of a picture one sees, on a photo of one's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from gallery import params, services, uploads
from gallery.errors import refuse_error, wants_json
from gallery.files import find, may_see, own
from gallery.limits.rates import limited
from gallery.models import Painting, Photo, Rendering, TaughtStyle
from gallery.moderation.moderated import shown
from gallery.named import find_style
from gallery.owners import Owner, visitor
from gallery.refusals import RefusedError
from gallery.told import told
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import PAINTING, TAUGHT, Recipe, is_painting, is_taught
from webstyle.engine.registry import get_engine

CHOSEN = "photo"  # in the session: the photo whose studio was open last
PHOTOS = 48  # to choose from, the newest
REGIONS_LEFT_OUT = gettext_noop(
    "Its regions belong to the other photograph: its styles go over all of yours."
)


def recipe_of(picture: Rendering) -> Recipe:
    """As it can be painted on any photo: without its regions."""
    return replace(picture.parsed_recipe(), masks=())


def obstacle(picture: Rendering, owner: Owner) -> str:
    """Why ``owner`` cannot paint by the recipe of ``picture``; empty where nothing is in the way.

    Of somebody else's private painting or style no more is said than that it is private: its name
    stands under the public picture already."""
    if not picture.remixable and not picture.belongs_to(owner):
        return _("Its owner keeps this recipe for themselves.")
    try:
        recipe = recipe_of(picture)
        get_engine(recipe.engine)
    except EngineError:
        return _("It was painted in a way that this site no longer knows.")
    for style, __ in recipe.styles:
        try:
            find_style(owner, style)
        except EngineError:
            return why_not(picture, style)
    return ""


def why_not(picture: Rendering, style: str) -> str:
    """Of a style that cannot be used: it is somebody's own, or it is no more."""
    title = picture.name_of(style)["title"]
    if is_painting(style):
        theirs = Painting.objects.named(picture.owned_by, style.removeprefix(PAINTING))
        what = _("the painting “%(title)s”")
    elif is_taught(style):
        theirs = TaughtStyle.objects.named(picture.owned_by, style.removeprefix(TAUGHT))
        what = _("the style “%(title)s”, taught here")
    else:
        theirs, what = None, _("the style “%(title)s”")
    names = {"what": what % {"title": title}}
    if theirs is not None:
        return _("Its recipe names %(what)s, which only its owner may use.") % names
    return _("Its recipe names %(what)s, which is gone.") % names


def remixed(picture: Rendering, photo: Photo) -> Rendering:
    """Queued. Raises EngineError, fit to be shown."""
    if reason := obstacle(picture, photo.owned_by):
        raise EngineError(reason)
    return services.rendering_submit(photo, recipe_of(picture), remix_of=picture)


def chosen_photo(request: HttpRequest, owner: Owner) -> Photo | None:
    """The one that was chosen before, if it is still there."""
    name = request.session.get(CHOSEN)
    return Photo.objects.of(owner).filter(pk=name).first() if name else None


def choose(request: HttpRequest, photo: Photo) -> None:
    """Remember it. Written only when it changed: a session is a row."""
    if request.session.get(CHOSEN) != str(photo.pk):
        request.session[CHOSEN] = str(photo.pk)


def named(owner: Owner, picture: Rendering) -> str:
    """Who made ``picture``, as ``owner`` may read it."""
    if picture.belongs_to(owner):
        return "yours"
    return picture.maker or (_("a guest") if picture.owner is None else _("a member"))


def original_of(request: HttpRequest, picture: Rendering) -> dict[str, Any] | None:
    """What ``picture`` was painted after, only while this visitor may see it."""
    if picture.remix_of_id is None:
        return None
    kept = Rendering.objects.kept().select_related("owner__profile")
    original = kept.filter(pk=picture.remix_of_id).first()
    if original is None or not may_see(request, original):
        return None
    owner = visitor(request)
    return {"url": original.get_absolute_url(), "by": named(owner, original)}


def count_of(picture: Rendering, owner: Owner) -> int:
    """Pictures by its recipe: the public ones, and the visitor's own."""
    seen = Q(shown(), public=True)
    if owner:
        seen |= Q(**owner.fields)
    done = Rendering.objects.kept().filter(remix_of=picture, state=Rendering.State.DONE)
    return done.filter(seen).count()


def on_picture(request: HttpRequest, picture: Rendering) -> dict[str, Any]:
    """What a picture's page shows of it."""
    owner = visitor(request)
    return {
        "remix_of": original_of(request, picture),
        "remix_count": count_of(picture, owner),
        "remix_obstacle": obstacle(picture, owner),
        "remix_photo": chosen_photo(request, owner),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@limited("remix")
def remix(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose a photo, or send one; with that, it is painted."""
    picture = find(request, Rendering, pk)
    if picture.state != Rendering.State.DONE:
        raise Http404
    owner = visitor(request)
    reason = obstacle(picture, owner)
    if request.method == "POST" and not reason:
        return answer(request, picture)
    context = {
        "picture": picture,
        "obstacle": reason,
        "photos": Photo.objects.of(owner)[:PHOTOS],
        "regions": _(REGIONS_LEFT_OUT) if picture.recipe.get("masks") else "",
        "method": picture.engine_title,
        "recipe_params": params.in_words(picture),
        "by": named(owner, picture),
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "remix.html", context, status=status)


def answer(request: HttpRequest, picture: Rendering) -> HttpResponse:
    """``photo`` is the id of one of the visitor's, or a file."""
    try:
        made = remixed(picture, photo_for(request))
    except EngineError as error:
        if isinstance(error, RefusedError):
            return refuse_error(request, error)
        messages.error(request, told(error))
        return redirect("remix", pk=picture.pk)
    return redirect(made)


def photo_for(request: HttpRequest) -> Photo:
    """Raises EngineError."""
    if file := request.FILES.get("photo"):
        return uploads.take_file(services.photo_add, request, file)
    try:
        name = UUID(request.POST.get("photo", ""))
    except ValueError:
        raise EngineError(_("Choose a photograph first.")) from None
    photo: Photo = own(request, Photo, name)
    return photo


@require_POST
def allow(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whether others may paint by a picture's recipe; for ``remixable`` the last value counts: a
    hidden one stands in for a box that is not ticked."""
    picture = own(request, Rendering, pk)
    picture.change(remixable=request.POST.get("remixable") in ("1", "on", "true"))
    if wants_json(request):
        return JsonResponse({"remixable": picture.remixable})
    messages.success(
        request,
        _("Others may paint by this recipe.")
        if picture.remixable
        else _("The recipe is yours alone."),
    )
    return redirect(picture)
