"""Nobody acts on another's work, and nothing is done by following a link."""

from __future__ import annotations

import pytest
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse

from gallery import services
from gallery.models import (
    Album,
    AlbumItem,
    Batch,
    Comment,
    Mask,
    Painting,
    Photo,
    Rendering,
    ShareLink,
    Tag,
    TaughtStyle,
)
from tests.cast import GUEST, make_painting, make_taught
from tests.community import make_album, say

PICTURE_ACTIONS = [
    "picture_cancel", "picture_retry", "picture_publish", "picture_delete", "picture_restore",
    "picture_pause", "picture_continue", "picture_keep", "picture_describe", "picture_comments",
    "picture_recipe", "link_create",
]  # fmt: skip
PHOTO_ACTIONS = ["paint", "photo_delete", "photo_restore", "v1:masks"]
STYLE_ACTIONS = [
    "style_cancel", "style_retry", "style_pause", "style_continue", "style_keep", "style_edit",
    "style_delete", "style_restore", "style_on",
]  # fmt: skip
ALBUM_ACTIONS = [
    "album_edit", "album_arrange", "album_publish", "album_delete", "album_restore",
    "album_link_create",
]  # fmt: skip
BATCH_ACTIONS = ["batch_cancel", "batch_retry", "batch_delete", "batch_restore"]
LINK_ACTIONS = ["link_revoke", "link_restore"]
MODELS = (
    Photo, Painting, Mask, Rendering, TaughtStyle, Album, AlbumItem, Comment, Tag, Batch, ShareLink,
)  # fmt: skip
PAINTING_ACTIONS = ["painting_edit", "painting_delete", "painting_restore"]
VALUES = {
    "title": "Theirs",
    "minutes": "2",
    "public": "1",
    "show_photo": "1",
    "style": "udnie",
    "size": "512",
}


def everything() -> list[dict]:
    return [model_to_dict(item) for model in MODELS for item in model.objects.all()]


def addresses(rendering: Rendering) -> list[str]:
    painting = Painting.objects.first() or make_painting(public=True)
    of_picture = [reverse(name, args=[rendering.pk]) for name in PICTURE_ACTIONS]
    of_picture += [reverse(name, args=[painting.pk]) for name in PAINTING_ACTIONS]
    style = TaughtStyle.objects.first() or make_taught(public=True)
    of_picture += [reverse(name, args=[style.pk]) for name in STYLE_ACTIONS]
    album = Album.objects.first() or make_album([rendering], visibility="public")
    of_picture += [reverse(name, args=[album.pk]) for name in ALBUM_ACTIONS]
    comment = Comment.objects.first() or say(rendering)
    of_picture.append(reverse("comment_delete", args=[comment.pk]))
    batch, _ = Batch.objects.get_or_create(title="All of them", **GUEST.fields)
    of_picture += [reverse(name, args=[batch.pk]) for name in BATCH_ACTIONS]
    link, _ = ShareLink.objects.get_or_create(rendering=rendering, **GUEST.fields)
    of_picture += [reverse(name, args=[link.pk]) for name in LINK_ACTIONS]
    return of_picture + [reverse(name, args=[rendering.photo_id]) for name in PHOTO_ACTIONS]


@pytest.mark.parametrize("state", ["queued", "running", "paused", "done", "failed"])
@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_actions_of_others_find_nothing_and_change_nothing(
    who: str, state: str, request: pytest.FixtureRequest, rendering: Rendering
) -> None:
    rendering.change(state=state)
    client = request.getfixturevalue(who)
    asked = addresses(rendering)
    before = everything()
    for address in asked:
        assert client.post(address, VALUES).status_code == 404, address
    assert everything() == before


def test_a_public_picture_is_not_for_others_to_act_on(stranger: Client, painted: Rendering) -> None:
    services.rendering_publish(painted, public=True, show_photo=True)
    asked = addresses(painted)
    before = everything()
    for address in asked:
        assert stranger.post(address, {"public": "0"}).status_code == 404, address
    assert everything() == before


def test_following_a_link_does_nothing(guest: Client, rendering: Rendering) -> None:
    uploads = (
        "upload", "painting_upload", "style_import", "album_create", "album_gather",
        "profile_edit", "links_revoke_all",
    )  # fmt: skip
    asked = [*addresses(rendering), *map(reverse, uploads)]
    before = everything()
    for address in asked:
        assert guest.get(address).status_code == 405, address
    assert everything() == before


def test_another_site_cannot_make_a_visitor_act(rendering: Rendering, photo: Photo) -> None:
    from tests.cast import GUEST, client_of

    careful = client_of(GUEST, careful=True)
    asked = [
        *addresses(rendering),
        *map(reverse, ("upload", "painting_upload", "teach", "style_import", "batch_create")),
        *map(reverse, ("album_create", "album_gather", "profile_edit", "links_revoke_all")),
        reverse("remix", args=[rendering.pk]),
    ]
    before = everything()
    for address in asked:
        assert careful.post(address, VALUES).status_code == 403, address
    assert everything() == before


def test_a_page_open_for_too_long_is_told_so_in_words(rendering: Rendering) -> None:
    from tests.cast import GUEST, client_of

    answer = client_of(GUEST, careful=True).post(addresses(rendering)[0])
    assert "Reload it and try again" in answer.text
