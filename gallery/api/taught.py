"""Styles that were taught here: one's own, finished or not, and what can be done with them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from gallery import models
from gallery.api import paging
from gallery.api.auth import caller, scope
from gallery.api.paintings import edited
from gallery.api.schemas import BODY, LIST, TaughtIn, TaughtStyle, TaughtStyles
from gallery.api.scopes import PAINT, READ
from gallery.api.steering import steer

router = Router()


@router.get("", response={200: TaughtStyles, **LIST}, auth=scope(READ))
def taught_list(
    request: HttpRequest, limit: paging.Limit = 20, cursor: paging.Cursor = ""
) -> dict[str, Any]:
    """Those that you teach or taught, newest first."""
    rows = models.TaughtStyle.objects.of(caller(request).owner)
    return paging.page(rows, limit, cursor, models.TaughtStyle.snapshot)


steer(router, models.TaughtStyle, TaughtStyle, "taught")


@router.patch("/{uuid:pk}", response={200: TaughtStyle, **BODY}, auth=scope(PAINT))
def taught_edit(request: HttpRequest, pk: UUID, given: TaughtIn) -> dict[str, Any]:
    """Title, artist, year, and whether others may paint with it."""
    return edited(request, models.TaughtStyle, pk, given)
