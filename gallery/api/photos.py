"""Photographs, and masks on them."""

from functools import partial
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import Query, Router
from ninja.responses import Status

from gallery import files, models, regions, services, uploads
from gallery.api import paging
from gallery.api.auth import caller, scope
from gallery.api.idempotency import once
from gallery.api.schemas import FILE, ITS, LIST, Mask, Photo, Photos, picture, wrong
from gallery.api.scopes import PHOTOS, READ
from gallery.views import restored

router = Router()
UPLOAD = wrong(400, 404, 409, 413, 415, 422, 423)
Kind = Literal["original", "view", "thumb"]


@router.get("", response={200: Photos, **LIST}, auth=scope(READ), url_name="photos")
def photo_list(
    request: HttpRequest, limit: paging.Limit = 20, cursor: paging.Cursor = ""
) -> dict[str, Any]:
    """Your photos, newest first."""
    rows = models.Photo.objects.of(caller(request).owner)
    return paging.page(rows, limit, cursor, models.Photo.to_json)


@router.post("", response={201: Photo, **UPLOAD}, auth=scope(PHOTOS, "upload"), openapi_extra=FILE)
@once
def photo_create(request: HttpRequest) -> HttpResponse:
    """JPEG, PNG, WebP, AVIF or HEIC, as the body itself. Kept upright, without camera data."""
    return uploads.create(services.photo_add, request)


@router.get("/{uuid:pk}", response={200: Photo, **ITS}, auth=scope(READ), url_name="photo")
def photo_get(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """One of yours, or one that is shown beside a public picture."""
    return files.find(request, models.Photo, pk).to_json()  # type: ignore[no-any-return]


@router.delete("/{uuid:pk}", response={204: None, **ITS}, auth=scope(PHOTOS))
def photo_delete(request: HttpRequest, pk: UUID) -> Status:
    """With all pictures of it. For an hour it can be brought back."""
    services.remove(files.own(request, models.Photo, pk))
    return Status(204, None)


@router.post("/{uuid:pk}/restore", response={200: Photo, **ITS}, auth=scope(PHOTOS))
def photo_restore(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """Brings back what was deleted less than an hour ago."""
    return restored(request, models.Photo, pk).to_json()


@router.get(
    "/{uuid:pk}/files/{kind}", response=wrong(404, 422), auth=scope(READ),
    openapi_extra=picture("jpeg", "webp"),
)  # fmt: skip
def photo_file(request: HttpRequest, pk: UUID, kind: Kind) -> HttpResponseBase:
    """original: JPEG, full size, for its owner alone. view and thumb: WebP."""
    return files.serve(request, models.Photo, pk, kind)


@router.post(
    "/{uuid:pk}/masks", response={201: Mask, **UPLOAD, **ITS}, auth=scope(PHOTOS, "upload"),
    openapi_extra=FILE, url_name="masks",
)  # fmt: skip
@once
def mask_create(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where on the photo a style goes: a picture of the photo's proportions, white where it is to
    be. One that no picture is painted with is gone after a day."""
    return uploads.create(partial(services.mask_add, files.own(request, models.Photo, pk)), request)


@router.get(
    "/{uuid:pk}/proposal", response=wrong(400, 404, 422), auth=scope(READ, "propose"),
    openapi_extra=picture("png"), url_name="proposal",
)  # fmt: skip
def mask_propose(
    request: HttpRequest,
    pk: UUID,
    kind: str = Query("", enum=["subject", "superpixels"]),
    box: str = Query("", description="Of a subject: left, top, width, height from 0 to 1."),
    count: str = Query("200", description="Of superpixels, 20 to 2000."),
) -> HttpResponse:
    """What a mask may be made of: a subject inside a box, or patches that belong together, each
    with a number as its colour."""
    return regions.proposed(files.own(request, models.Photo, pk), request.GET)
