"""Albums: made, filled, put in order, and what of them a visitor sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gallery import services
from gallery.community.models import MAX_PICTURES, Album, AlbumItem
from gallery.models import Rendering
from gallery.owners import Owner

MAX_ALBUMS = 200  # of one owner


class AlbumError(Exception):
    """Fit to be shown."""


def hang_covers(albums: Iterable[Album], visible: QuerySet[Any]) -> list[Album]:
    """The albums, each with ``count`` and ``shown``, of what is ``visible``: two questions to the
    database, however many albums there are."""
    hung = list(albums)
    pictures: dict[UUID, list[UUID]] = {album.pk: [] for album in hung}
    items = AlbumItem.objects.filter(album__in=hung, rendering__in=visible)
    for album_id, picture_id in items.values_list("album_id", "rendering_id"):
        pictures[album_id].append(picture_id)
    first = {
        album.pk: album.cover_id if album.cover_id in inside else inside[0]
        for album in hung
        if (inside := pictures[album.pk])
    }
    covers = Rendering.objects.select_related("photo").in_bulk(set(first.values()))
    for album in hung:
        album.count = len(pictures[album.pk])
        album.shown = covers.get(first.get(album.pk))
    return hung


def own_albums(owner: Owner) -> list[Album]:
    return hang_covers(Album.objects.of(owner), Rendering.objects.kept())


def pictures_in(album: Album, *, for_owner: bool) -> list[Rendering]:
    """In their order; for others only what is published."""
    visible = Rendering.objects.kept() if for_owner else Rendering.objects.hung()
    items = AlbumItem.objects.filter(album=album, rendering__in=visible)
    return [item.rendering for item in items.select_related("rendering__photo")]


def album_make(owner: Owner, title: str) -> Album:
    """Raises AlbumError."""
    if Album.objects.of(owner).count() >= MAX_ALBUMS:
        raise AlbumError(_("You have %(most)d albums: delete one first.") % {"most": MAX_ALBUMS})
    return Album.objects.create(title=title, **owner.fields)


@transaction.atomic
def album_add(album: Album, pictures: Iterable[Rendering]) -> int:
    """At its end, in the given order; how many were not in it yet. Raises AlbumError."""
    inside = list(album.items.values_list("rendering_id", "position"))
    known = {pk for pk, __ in inside}
    new = [picture for picture in pictures if picture.pk not in known]
    if len(inside) + len(new) > MAX_PICTURES:
        raise AlbumError(
            _("An album holds %(most)d pictures: %(album)s would have more.")
            % {"most": MAX_PICTURES, "album": album}
        )
    place = max((position for __, position in inside), default=0)
    # Whoever adds the same picture twice at once gets it once.
    AlbumItem.objects.bulk_create(
        [AlbumItem(album=album, rendering=picture, position=place + n)
         for n, picture in enumerate(new, 1)],
        ignore_conflicts=True,
    )  # fmt: skip
    return len(new)


@transaction.atomic
def album_order(album: Album, order: list[UUID]) -> None:
    """Pictures that ``order`` does not name follow those that it does, as they were."""
    items = list(album.items.all())
    places = {pk: place for place, pk in enumerate(order)}
    items.sort(key=lambda item: places.get(item.rendering_id, len(places)))
    for place, item in enumerate(items, 1):
        item.position = place
    AlbumItem.objects.bulk_update(items, ["position"])


@transaction.atomic
def album_publish(album: Album) -> int:
    """Hangs all its finished pictures in the gallery; how many were not there yet."""
    private = [p for p in pictures_in(album, for_owner=True) if not p.public]
    return sum(services.rendering_publish(picture, True, False) for picture in private)
