"""Walls: pictures that hang, in an order, a page at a time.

A wall is counted and cut from the narrow rows of Listing and Facet, whose indexes hold all that
takes; only the pictures of one page are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from gallery.browse import search
from gallery.browse.models import Facet, Listing
from gallery.models import Favourite, Rendering

PAGE = 24
MAX_FOUND = 20 * PAGE  # by a search: the newest
WEEK = timedelta(days=7)


def hang(ids: Iterable[Any]) -> list[Rendering]:
    """The pictures with these ids, in this order; those that do not hang are left out."""
    wanted = list(ids)
    # A curve is long, and no card draws it.
    rows = Rendering.objects.hung().defer("curve").in_bulk(wanted)
    return [rows[pk] for pk in wanted if pk in rows]


class Newest:
    """What a paginator cuts; ``rows`` are of Listing or of Facet, newest first."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.rows = rows
        self.column = "rendering_id" if rows.model is Listing else "listing_id"

    @property
    def ids(self) -> QuerySet[Any]:
        return self.rows.values_list(self.column, flat=True)

    def count(self) -> int:
        return self.rows.count()

    def __getitem__(self, cut: slice) -> list[Rendering]:
        return hang(self.ids[cut])


class Found(Newest):
    """By a search, which reads each text there is: once, and for a count as well."""

    @cached_property
    def first(self) -> list[Any]:
        return list(self.ids[: MAX_FOUND + 1])

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are shown."""
        return len(self.first) > MAX_FOUND

    def count(self) -> int:
        return min(len(self.first), MAX_FOUND)

    def __getitem__(self, cut: slice) -> list[Rendering]:
        return hang(self.first[:MAX_FOUND][cut])


class Loved(Newest):
    """Those with most favourites of the last week first; then the others, newest first."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows)
        self.since = timezone.now() - WEEK

    @property
    def recent(self) -> QuerySet[Any]:
        """The favourites that count. Found by their date: they are few beside the pictures, each
        of which a database would otherwise ask for its favourites."""
        hangs = Exists(self.rows.order_by().filter(**{self.column: OuterRef("rendering")}))
        return Favourite.objects.order_by().filter(hangs, created__gte=self.since)

    @cached_property
    def total(self) -> int:
        return super().count()

    def count(self) -> int:
        return self.total

    @cached_property
    def loved(self) -> int:
        """How many have any."""
        found: int = self.recent.aggregate(n=Count("rendering", distinct=True))["n"]
        return found

    def __getitem__(self, cut: slice) -> list[Rendering]:
        start, stop = cut.start, cut.stop
        ids: list[Any] = []
        if not start or start < self.loved:
            ids += self.by_hearts[start:stop]
        if start + len(ids) < stop:
            seen = Favourite.objects.order_by().filter(created__gte=self.since).values("rendering")
            others = Newest(self.rows.exclude(**{f"{self.column}__in": seen})).ids
            ids += others[max(0, start - self.loved) : stop - self.loved]
        return hang(ids)

    @property
    def by_hearts(self) -> QuerySet[Any]:
        # Grouped by an expression: by the column itself, SQLite goes through the favourites of all
        # time in the order of an index.
        picture = Coalesce("rendering_id", "rendering_id")
        pictures = self.recent.values(picture=picture).annotate(
            hearts=Count("pk"), newest=Max("rendering__listing__published")
        )
        ordered = pictures.order_by("-hearts", "-newest", "-picture")
        return ordered.values_list("picture", flat=True)


def rows_with(keys: Sequence[str], words: Sequence[str] = ()) -> QuerySet[Any]:
    """What has all of these facets and all of these words, newest first."""
    if keys:
        rows: QuerySet[Any] = Facet.objects.filter(key=keys[0])
        for key in keys[1:]:
            rows = rows.filter(Exists(Facet.objects.filter(listing=OuterRef("listing"), key=key)))
        prefix = "listing__"
    else:
        rows, prefix = Listing.objects.all(), ""
    for word in words:
        rows = rows.filter(search.condition(word, prefix))
    return rows


def wall(keys: Sequence[str] = (), words: Sequence[str] = (), *, loved: bool = False) -> Newest:
    rows = rows_with(keys, words)
    if loved:
        return Loved(rows)
    return Found(rows) if words else Newest(rows)


def page_of(request: HttpRequest, pictures: Any) -> Page[Any]:
    """The page that is asked for, or the nearest that there is."""
    return Paginator(pictures, PAGE).get_page(request.GET.get("page"))
