"""Albums: made, filled, put in order, shown."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest
from ninja import Router
from ninja.responses import Status

from gallery import files, models, services
from gallery.along import made
from gallery.api import paging
from gallery.api.auth import caller, scope
from gallery.api.errors import FieldsError
from gallery.api.idempotency import once
from gallery.api.schemas import (
    BODY,
    ITS,
    KEYED,
    LIST,
    Added,
    Album,
    AlbumIn,
    AlbumNew,
    Albums,
    AlbumWithPictures,
    Pictures,
    Published,
    wrong,
)
from gallery.api.scopes import ALBUMS, PUBLISH, READ
from gallery.community.albums import (
    album_add,
    album_make,
    album_order,
    album_publish,
    hang_covers,
    pictures_in,
)
from gallery.community.forms import AlbumForm
from gallery.owners import Owner, owner_of
from gallery.views import restored

router = Router()
PRIVATE = models.Album.Visibility.PRIVATE


def told(album: models.Album) -> dict[str, Any]:
    """Of one that ``hang_covers`` has counted."""
    return {
        "id": album.pk, "api": album.api_url, "url": album.get_absolute_url(),
        "title": album.title, "description": album.description, "visibility": album.visibility,
        "cover": album.shown.pk if album.shown else None, "count": album.count,
        "created": album.created,
    }  # fmt: skip


def told_to(owner: Owner, album: models.Album) -> dict[str, Any]:
    rows = models.Rendering.objects
    visible = rows.kept() if album.belongs_to(owner) else rows.hung()
    return told(*hang_covers([album], visible))


def with_pictures(album: models.Album, owner: Owner) -> dict[str, Any]:
    pictures = pictures_in(album, for_owner=album.belongs_to(owner))
    return told_to(owner, album) | {"pictures": [picture.snapshot() for picture in pictures]}


def pictures_of(owner: Owner, ids: list[UUID]) -> list[models.Rendering]:
    """404 for what is not one's own, as for what is not there."""
    found = models.Rendering.objects.of(owner).in_bulk(ids)
    if len(found) < len(set(ids)):
        raise Http404
    return [found[pk] for pk in dict.fromkeys(ids)]


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """By the form of the page. Raises FieldsError."""
    form = AlbumForm(values)
    if not form.is_valid():
        raise FieldsError.of(form)
    return dict(form.cleaned_data)


@router.get("", response={200: Albums, **LIST}, auth=scope(READ), url_name="albums")
def album_list(
    request: HttpRequest, limit: paging.Limit = 20, cursor: paging.Cursor = ""
) -> dict[str, Any]:
    """Your albums, newest first."""
    rows = models.Album.objects.of(caller(request).owner)
    found = paging.page(rows, limit, cursor, lambda album: album)
    hung = hang_covers(found["items"], models.Rendering.objects.kept())
    return found | {"items": [told(album) for album in hung]}


@router.post(
    "", response={201: AlbumWithPictures, **BODY, **wrong(409)}, auth=scope(ALBUMS),
    openapi_extra=KEYED,
)  # fmt: skip
@once
def album_create(request: HttpRequest, given: AlbumNew) -> dict[str, Any]:
    """With pictures of yours, if you like."""
    if given.visibility != PRIVATE:
        caller(request).needs(PUBLISH)
    values = checked(given.model_dump(exclude={"pictures"}))
    owner = owner_of(request.user, request.session, create=True)
    pictures = pictures_of(owner, given.pictures)
    with transaction.atomic():
        album = album_make(owner, values.pop("title"))
        change(album, values)
        album_add(album, pictures)
        answer = with_pictures(album, owner)
        made(answer)
    return answer


def change(album: models.Album, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(album, name, value)
    if values:
        album.save(update_fields=list(values))


@router.get(
    "/{uuid:pk}", response={200: AlbumWithPictures, **ITS}, auth=scope(READ), url_name="album"
)
def album_get(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """With its pictures in their order: of somebody else's album those that are published."""
    return with_pictures(files.find(request, models.Album, pk), caller(request).owner)


@router.patch("/{uuid:pk}", response={200: Album, **BODY}, auth=scope(ALBUMS))
def album_edit(request: HttpRequest, pk: UUID, given: AlbumIn) -> dict[str, Any]:
    """Title, description, who sees it, and the cover."""
    if given.visibility not in (None, PRIVATE):
        caller(request).needs(PUBLISH)
    album: models.Album = files.own(request, models.Album, pk)
    sent = given.model_dump(exclude_none=True, exclude={"cover"})
    now = {name: getattr(album, name) for name in AlbumForm.base_fields}
    values = {name: value for name, value in checked(now | sent).items() if name in sent}
    if given.cover is not None:
        if not album.items.filter(rendering=given.cover).exists():
            raise Http404
        values["cover_id"] = given.cover
    change(album, values)
    return told_to(album.owned_by, album)


@router.delete("/{uuid:pk}", response={204: None, **ITS}, auth=scope(ALBUMS))
def album_delete(request: HttpRequest, pk: UUID) -> Status:
    """Its pictures stay. For an hour it can be brought back."""
    services.remove(files.own(request, models.Album, pk))
    return Status(204, None)


@router.post("/{uuid:pk}/restore", response={200: Album, **ITS}, auth=scope(ALBUMS))
def album_restore(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """Brings back what was deleted less than an hour ago."""
    return told_to(caller(request).owner, restored(request, models.Album, pk))


@router.post("/{uuid:pk}/pictures", response={200: Added, **BODY}, auth=scope(ALBUMS))
def album_fill(request: HttpRequest, pk: UUID, given: Pictures) -> dict[str, int]:
    """Pictures of yours, at its end. Sent twice, they are in it once."""
    album: models.Album = files.own(request, models.Album, pk)
    return {"added": album_add(album, pictures_of(album.owned_by, given.pictures))}


@router.delete(
    "/{uuid:pk}/pictures/{uuid:picture}", response={204: None, **ITS}, auth=scope(ALBUMS)
)
def album_take_out(request: HttpRequest, pk: UUID, picture: UUID) -> Status:
    """The picture itself stays."""
    album: models.Album = files.own(request, models.Album, pk)
    count, __ = album.items.filter(rendering=picture).delete()
    if not count:
        raise Http404
    return Status(204, None)


@router.put(
    "/{uuid:pk}/order", response={200: Album, **BODY}, auth=scope(ALBUMS), url_name="album_order"
)
def album_arrange(request: HttpRequest, pk: UUID, given: Pictures) -> dict[str, Any]:
    """Its pictures in a new order; those that are not named follow."""
    album: models.Album = files.own(request, models.Album, pk)
    album_order(album, given.pictures)
    return told_to(album.owned_by, album)


@router.post("/{uuid:pk}/publish", response={200: Published, **ITS}, auth=scope(PUBLISH))
def album_show(request: HttpRequest, pk: UUID) -> dict[str, int]:
    """Hangs all its finished pictures in the gallery."""
    return {"published": album_publish(files.own(request, models.Album, pk))}
