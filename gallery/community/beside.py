"""What stands beside and under a picture on its own page."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from gallery.community.forms import CommentForm, DescribeForm
from gallery.community.models import Album
from gallery.models import Rendering
from gallery.moderation.moderated import shown
from gallery.owners import visitor

SHOWN = 200  # comments on one page


def context(request: HttpRequest, rendering: Rendering) -> dict[str, Any]:
    owner = visitor(request)
    is_owner = rendering.belongs_to(owner)
    user = request.user
    albums = list(Album.objects.of(owner)) if is_owner else []
    inside = set(rendering.album_items.values_list("album_id", flat=True)) if is_owner else set()
    return {
        "comments": comments(rendering, user if user.is_authenticated else None, is_owner),
        "comment_form": CommentForm(),
        "describe_form": DescribeForm.of(rendering) if is_owner else None,
        "like_count": rendering.favourites.count(),
        "is_liked": user.is_authenticated and rendering.favourites.filter(user=user).exists(),
        "albums_with": [album for album in albums if album.pk in inside],
        "albums_without": [album for album in albums if album.pk not in inside],
    }


def comments(rendering: Rendering, user: Any, is_owner: bool) -> list[Any]:
    """The newest, newest last, each with whether this visitor may remove it."""
    seen = shown() | (Q(owner=user, withdrawn=None) if user is not None else Q(pk__in=[]))
    rows = rendering.comments.filter(seen).select_related("owner__profile").order_by("-created")
    said = list(rows[:SHOWN])[::-1]
    for comment in said:
        comment.removable = is_owner or (user is not None and comment.owner_id == user.pk)
    return said
