"""Keeps the listings in step with the pictures: whatever changes what everybody may see, or what a
picture is called, ends here.

A listing that lags behind shows nothing that is private: walls read each picture through
``Rendering.objects.hung()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.signals import post_save

from gallery.browse.models import Facet, Listing
from gallery.browse.search import plain
from gallery.newer import as_read
from gallery.titles import in_all_languages
from webstyle.engine.weights import styles

AT_ONCE = 500  # pictures in one question to the database
# The columns of a picture that a listing depends on. Not `state`: what is public is done.
COLUMNS = frozenset(
    "public published hidden_by_moderator withheld withdrawn deleted name caption_text alt owner "
    "owner_id recipe styles_named".split()
)


def text_of(picture: Any, tags: Iterable[str]) -> str:
    """What is searched. ``picture`` may be a row of a migration, which has only columns."""
    told = [picture.name, picture.caption_text, picture.alt, *tags]
    for slug, _ in as_read(picture.recipe)["styles"]:
        named: dict[str, str] = picture.styles_named.get(slug) or {}
        if not named and (known := styles().get(slug)):
            named = {"title": known.title, "artist": known.artist}
        if named:
            told += in_all_languages(slug, named)
    return plain("\n".join(dict.fromkeys(filter(None, told))))


def keys_of(picture: Any, tags: Iterable[str]) -> set[str]:
    """Its facets. A painting or a taught style of a visitor's is none."""
    keys = {f"style:{slug}" for slug, _ in as_read(picture.recipe)["styles"] if ":" not in slug}
    keys |= {f"tag:{word}" for word in tags}
    if picture.owner_id:
        keys.add(f"by:{picture.owner_id}")
    return keys


def rows_of(picture: Any, tags: Sequence[str], models: tuple[Any, Any]) -> tuple[Any, list[Any]]:
    """The listing and the facets of a picture that hangs, of these two models."""
    listing, facet = models
    when = picture.published or picture.created
    row = listing(
        rendering_id=picture.pk, owner_id=picture.owner_id, published=when,
        text=text_of(picture, tags),
    )  # fmt: skip
    keys = sorted(keys_of(picture, tags))
    return row, [facet(listing_id=picture.pk, key=key, published=when) for key in keys]


def relist(pictures: Iterable[UUID]) -> None:
    """Anew, from what the rows say now."""
    ids = list(pictures)
    for start in range(0, len(ids), AT_ONCE):
        relist_some(ids[start : start + AT_ONCE])


@transaction.atomic
def relist_some(ids: list[UUID]) -> None:
    from gallery.models import Rendering

    hung = Rendering.objects.hung().select_related(None).filter(pk__in=ids)
    made = [
        rows_of(picture, picture.tags, (Listing, Facet))
        for picture in hung.prefetch_related("tag_rows")
    ]
    Facet.objects.filter(listing__in=ids).delete()
    Listing.objects.filter(pk__in=set(ids) - {row.pk for row, _ in made}).delete()
    # Somebody else may be listing the same picture in this moment.
    Listing.objects.bulk_create(
        [row for row, _ in made], update_conflicts=True, unique_fields=["rendering"],
        update_fields=["owner", "published", "text"],
    )  # fmt: skip
    Facet.objects.bulk_create([key for _, keys in made for key in keys], ignore_conflicts=True)


def on_picture(instance: Any, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    if created and not instance.public:
        return  # as nearly all are at first
    if update_fields is None or COLUMNS & set(update_fields):
        relist([instance.pk])


def on_photo(instance: Any, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    """With a photo its pictures are deleted, and come back."""
    if not created and (update_fields is None or "deleted" in update_fields):
        relist(instance.renderings.filter(public=True).values_list("pk", flat=True))


def on_tag(instance: Any, **kwargs: Any) -> None:
    relist([instance.rendering_id])


def connect() -> None:
    from gallery.models import Photo, Rendering, Tag

    post_save.connect(on_picture, Rendering)
    post_save.connect(on_photo, Photo)
    post_save.connect(on_tag, Tag)
