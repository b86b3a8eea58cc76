"""Pictures: asked for, watched, steered, fetched, shown."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.errors import HttpError

from gallery import files, models, remix, services
from gallery.api import paging
from gallery.api.auth import caller, scope
from gallery.api.errors import ConflictError
from gallery.api.idempotency import once
from gallery.api.painting import recipe_asked
from gallery.api.schemas import (
    BODY,
    ITS,
    KEYED,
    LIST,
    STATES,
    PublishIn,
    Rendering,
    RenderingIn,
    Renderings,
    picture,
    wrong,
)
from gallery.api.scopes import PAINT, PUBLISH, READ
from gallery.api.steering import steer

router = Router()


@router.get("", response={200: Renderings, **LIST}, auth=scope(READ), url_name="pictures")
def rendering_list(
    request: HttpRequest,
    limit: paging.Limit = 20,
    cursor: paging.Cursor = "",
    state: Literal[STATES] | None = None,  # type: ignore[valid-type]
    photo: Annotated[UUID | None, Query(description="Those of one photo.")] = None,
) -> dict[str, Any]:
    """Your pictures, newest first."""
    wanted = Q() if state is None else Q(state=state)
    if photo is not None:
        wanted &= Q(photo=photo)
    rows = models.Rendering.objects.of(caller(request).owner).filter(wanted)
    return paging.page(rows.select_related("photo"), limit, cursor, models.Rendering.snapshot)


@router.post(
    "",
    response={201: Rendering, **BODY, **wrong(409)},
    auth=scope(PAINT, "paint"),
    openapi_extra=KEYED,
)
@once
def rendering_create(request: HttpRequest, given: RenderingIn) -> dict[str, Any]:
    """A photo of yours in styles that you choose, or by the recipe of another picture."""
    photo = files.own(request, models.Photo, given.photo)
    if given.remix_of is None:
        recipe = recipe_asked(given, caller(request).owner)
        return services.rendering_submit(photo, recipe).snapshot()
    original = files.find(request, models.Rendering, given.remix_of)
    return remix.remixed(original, photo).snapshot()


steer(router, models.Rendering, Rendering, "rendering")


@router.get(
    "/{uuid:pk}/result", response=wrong(404, 422), auth=scope(READ),
    openapi_extra=picture("png", "jpeg", "webp"),
)  # fmt: skip
def rendering_result(
    request: HttpRequest, pk: UUID, format: Literal["png", "jpg", "webp"] = "png"
) -> HttpResponse:
    """The finished picture in full size, without metadata but its colour profile."""
    return files.download(request, pk, format)


@router.get(
    "/{uuid:pk}/files/{kind}", response=wrong(404, 422), auth=scope(READ),
    openapi_extra=picture("webp", "png"),
)  # fmt: skip
def rendering_file(
    request: HttpRequest, pk: UUID, kind: Literal["view", "thumb", "preview"]
) -> HttpResponseBase:
    """view and thumb of a finished picture; preview while it is painted."""
    return files.serve(request, models.Rendering, pk, kind)


@router.get("/{uuid:pk}/recipe", response={200: dict[str, Any], **ITS}, auth=scope(READ))
def rendering_recipe(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """All that decides the picture besides the photo. Of somebody else's picture without its
    regions, and only where its owner lets others have it."""
    found: models.Rendering = files.find(request, models.Rendering, pk)
    owner = caller(request).owner
    if found.belongs_to(owner):
        return dict(found.recipe)
    if reason := remix.obstacle(found, owner):
        raise HttpError(403, reason)
    return remix.recipe_of(found).to_json()


@router.post(
    "/{uuid:pk}/publish", response={200: Rendering, **BODY, **wrong(409)}, auth=scope(PUBLISH)
)
def rendering_publish(
    request: HttpRequest, pk: UUID, given: PublishIn | None = None
) -> dict[str, Any]:
    """Hangs it in the gallery, for everybody."""
    return published(request, pk, True, given is not None and given.show_photo)


@router.post("/{uuid:pk}/unpublish", response={200: Rendering, **ITS}, auth=scope(PUBLISH))
def rendering_unpublish(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """Takes it down again."""
    return published(request, pk, False, False)


def published(request: HttpRequest, pk: UUID, public: bool, show_photo: bool) -> dict[str, Any]:
    rendering: models.Rendering = files.own(request, models.Rendering, pk)
    if not services.rendering_publish(rendering, public, show_photo):
        raise ConflictError(_("Only a finished picture can be shown to everybody."))
    return rendering.snapshot()
