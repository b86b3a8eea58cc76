"""What people show and say comes along, is exported, and goes with its account, all of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.accounts import export
from gallery.community.models import AlbumItem
from gallery.community.pictures import picture_describe
from gallery.models import Album, Comment, Favourite, Profile, Rendering, Report, Tag
from tests.cast import GUEST, client_of
from tests.community import make_album, owner, pictures_of, say
from tests.gallery.test_accounts_deleting import delete, every_value
from tests.members import make_member, sign_up, signed_in


@pytest.fixture
def shown(painted: Rendering) -> tuple[Any, Rendering, Rendering]:
    """A member who shows, says and marks all there is; their picture, and somebody else's."""
    user = make_member("vincent")
    (picture,) = pictures_of(user, painted)
    painted.change(public=True)
    picture_describe(picture, ["irises"], name="Irises", caption_text="In May", alt="Blue flowers")
    make_album([picture], owner(user), "public", title="Garden", description="All of it")
    for rendering in (picture, painted):
        say(rendering, "Words of vincent", "vincent")
        say(rendering, "Words of theo", "theo")
        Favourite.objects.create(user=user, rendering=rendering)
        Report.objects.create(rendering=rendering, reporter=user, reason="spam")
    Profile.objects.create(user=user, about="I paint at night")
    return user, picture, painted


def test_nothing_of_it_is_left(shown: tuple[Any, Rendering, Rendering]) -> None:
    user, picture, _ = shown
    delete(signed_in(user))
    left = every_value()
    for trace in ("vincent", "Irises", "irises", "Garden", "at night", str(picture.pk)):
        assert trace not in left
    for model in (Album, AlbumItem, Favourite, Profile, Tag):
        assert not model.objects.exists()


def test_what_is_others_stays(shown: tuple[Any, Rendering, Rendering]) -> None:
    user, _, others = shown
    delete(signed_in(user))
    assert Comment.objects.get().text == "Words of theo"
    assert Report.objects.get().rendering == others
    assert Report.objects.get().reporter is None


def test_the_export_has_it_and_nothing_of_others(shown: tuple[Any, Rendering, Rendering]) -> None:
    user, picture, _ = shown
    found = dict(export.entries(owner(user), "vincent", "here"))
    things = json.loads(found["manifest.json"])["things"]
    kinds = {kind: [t for t in things if t["kind"] == kind] for kind in ("picture", "album")}
    assert kinds["picture"][0]["tags"] == ["irises"]
    assert kinds["picture"][0]["caption_text"] == "In May"
    assert kinds["album"][0]["title"] == "Garden"
    said = [t for t in things if t["kind"] == "comment"]
    assert {t["text"] for t in said} == {"Words of vincent"}
    assert str(picture.pk) in {t["rendering"] for t in said}
    assert "theo" not in str(found)
    about = json.loads(found["about.json"])
    assert about["about"] == "I paint at night"
    assert str(picture.pk) in about["favourites"]


def test_a_guests_album_comes_along_and_is_counted(painted: Rendering) -> None:
    album = make_album([painted])
    client = client_of(GUEST)
    sign_up(client, "ada")
    page = client.get(reverse("mine"))
    assert "1 album" in page.text
    assert page.context["albums"] == [album]


def test_the_export_of_a_guest_tells_of_no_member(guest: Client, painted: Rendering) -> None:
    assert "about.json" not in dict(export.entries(GUEST, "a guest", "here"))
