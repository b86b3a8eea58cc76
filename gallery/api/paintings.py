"""Paintings to paint after: one's own, and those that others share."""

from functools import partial
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import Router
from ninja.responses import Status

from gallery import files, models, services, uploads
from gallery.api import paging
from gallery.api.auth import caller, scope
from gallery.api.idempotency import once
from gallery.api.schemas import (
    BODY,
    FILE,
    ITS,
    LIST,
    Painting,
    PaintingIn,
    Paintings,
    picture,
    wrong,
)
from gallery.api.scopes import PHOTOS, PUBLISH, READ
from gallery.views import restored

router = Router()
UPLOAD = wrong(400, 404, 409, 413, 415, 422, 423)


@router.get("", response={200: Paintings, **LIST}, auth=scope(READ), url_name="paintings")
def painting_list(
    request: HttpRequest, limit: paging.Limit = 20, cursor: paging.Cursor = ""
) -> dict[str, Any]:
    """Your paintings, newest first."""
    rows = models.Painting.objects.of(caller(request).owner)
    return paging.page(rows, limit, cursor, models.Painting.to_json)


@router.post(
    "", response={201: Painting, **UPLOAD}, auth=scope(PHOTOS, "upload"), openapi_extra=FILE
)
@once
def painting_create(request: HttpRequest) -> HttpResponse:
    """As a photo. It is private until you share it."""
    return uploads.create(services.painting_add, request)


@router.get("/{uuid:pk}", response={200: Painting, **ITS}, auth=scope(READ), url_name="painting")
def painting_get(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """One of yours, or one that is shared."""
    return files.find(request, models.Painting, pk).to_json()  # type: ignore[no-any-return]


@router.patch("/{uuid:pk}", response={200: Painting, **BODY}, auth=scope(PHOTOS))
def painting_edit(request: HttpRequest, pk: UUID, given: PaintingIn) -> dict[str, Any]:
    """Title, artist, and whether others may see and use it."""
    return edited(request, models.Painting, pk, given)


def edited(request: HttpRequest, model: type[Any], pk: UUID, given: PaintingIn) -> dict[str, Any]:
    """Of a taught style too."""
    values = given.model_dump(exclude_none=True)
    if "public" in values:
        caller(request).needs(PUBLISH)
    item = files.own(request, model, pk)
    if values:
        services.shared_edit(item, **values)
    return item.to_json()  # type: ignore[no-any-return]


@router.delete("/{uuid:pk}", response={204: None, **ITS}, auth=scope(PHOTOS))
def painting_delete(request: HttpRequest, pk: UUID) -> Status:
    """Pictures after it stay. For an hour it can be brought back."""
    services.remove(files.own(request, models.Painting, pk))
    return Status(204, None)


@router.post("/{uuid:pk}/restore", response={200: Painting, **ITS}, auth=scope(PHOTOS))
def painting_restore(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """Brings back what was deleted less than an hour ago."""
    return restored(request, models.Painting, pk).to_json()


@router.get(
    "/{uuid:pk}/files/{kind}", response=wrong(404, 422), auth=scope(READ),
    openapi_extra=picture("jpeg", "webp"),
)  # fmt: skip
def painting_file(
    request: HttpRequest, pk: UUID, kind: Literal["original", "view", "thumb"]
) -> HttpResponseBase:
    """original: JPEG, full size, for its owner alone. view and thumb: WebP."""
    return files.serve(request, models.Painting, pk, kind)


@router.post(
    "/{uuid:pk}/region", response={201: Painting, **UPLOAD, **ITS}, auth=scope(PHOTOS, "upload"),
    openapi_extra=FILE, url_name="painting_region",
)  # fmt: skip
@once
def region_create(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A part of the painting as one of its own: the body is a mask, white where it counts."""
    painting = files.find(request, models.Painting, pk)
    return uploads.create(partial(services.region_add, painting), request)
