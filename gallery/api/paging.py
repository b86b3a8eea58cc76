"""Lists, a page at a time: newest first, each page with the cursor of the next."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Query

from gallery.api.errors import FieldsError

MOST = 100  # of one page
Limit = Annotated[int, Query(20, ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[
    str, Query("", max_length=200, description="next of the page before; empty for the first.")
]


def page(
    rows: QuerySet[Any], limit: int, cursor: str, tell: Callable[[Any], Any]
) -> dict[str, Any]:
    """What comes meanwhile does not move what is on the next page."""
    rows = rows.order_by("-created", "-pk")
    if cursor:
        created, pk = read(cursor)
        rows = rows.filter(Q(created__lt=created) | Q(created=created, pk__lt=pk))
    found = list(rows[: limit + 1])
    more = found[limit - 1] if len(found) > limit else None
    return {"items": [tell(row) for row in found[:limit]], "next": write(more) if more else None}


def page_of_list(items: Sequence[Any], limit: int, cursor: str) -> dict[str, Any]:
    """Of a short list that has an order of its own: the cursor is a place in it."""
    start = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 6 else 0
    if cursor and str(start) != cursor:
        raise bad()
    end = start + limit
    return {"items": items[start:end], "next": str(end) if end < len(items) else None}


def write(row: Any) -> str:
    return base64.urlsafe_b64encode(f"{row.created.isoformat()} {row.pk}".encode()).decode()


def read(cursor: str) -> tuple[datetime, UUID]:
    try:
        created, pk = base64.b64decode(cursor, "-_", validate=True).decode().split(" ")
        at = datetime.fromisoformat(created)
        if at.tzinfo is None:
            raise bad()
        return at, UUID(pk)
    except ValueError:
        raise bad() from None


def bad() -> FieldsError:
    return FieldsError({"cursor": [_("Take it from the page before, as it is.")]})
