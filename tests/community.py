"""Pictures of members, hung or not, albums, and what somebody might type to do harm."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from gallery.community.albums import album_add
from gallery.models import Album, Comment, Rendering
from gallery.owners import Owner
from tests.cast import GUEST, copies
from tests.members import owner

HARM = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"
PLAIN = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"


def pictures_of(user: Any, painted: Rendering, number: int = 1, **values: Any) -> list[Rendering]:
    """Public ones, by a member, unless ``values`` say otherwise."""
    given = {"owner": user, "guest": "", "public": True, **values}
    return copies(painted, number, **given)


def make_album(
    pictures: list[Rendering], whose: Owner = GUEST, visibility: str = "private", **values: Any
) -> Album:
    given = {"title": "Winter", "visibility": visibility, **whose.fields, **values}
    album = Album.objects.create(**given)
    album_add(album, pictures)
    return album


def say(rendering: Rendering, text: str = "Lovely", name: str = "theo") -> Comment:
    """A comment by a member of this name."""
    users = get_user_model().objects
    user = users.filter(username=name).first() or users.create_user(name)
    return Comment.objects.create(owner=user, rendering=rendering, text=text)


def order_of(album: Album) -> list[Any]:
    return list(album.items.values_list("rendering_id", flat=True))


__all__ = ["HARM", "PLAIN", "make_album", "order_of", "owner", "pictures_of", "say"]
