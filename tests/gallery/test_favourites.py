"""A heart beside a picture: members give it, everybody sees how many."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Favourite, Rendering
from tests.cast import copies
from tests.members import make_member, signed_in

JSON = {"headers": {"Accept": "application/json"}}


@pytest.fixture
def paul(db: None) -> Client:
    return signed_in(make_member("paul"))


def like(client: Client, rendering: Rendering, on: str = "1", **extra: Any) -> Any:
    return client.post(reverse("picture_favourite", args=[rendering.pk]), {"on": on}, **extra)


def liked(client: Client) -> list[Rendering]:
    return list(client.get(reverse("favourites")).context["page"].object_list)


def test_hearts_are_counted_once_a_member_and_taken_back(
    vincent: Client, paul: Client, client: Client, hung: Rendering
) -> None:
    assert like(vincent, hung, **JSON).json() == {"on": True, "count": 1}
    assert like(vincent, hung, **JSON).json() == {"on": True, "count": 1}
    assert like(paul, hung).status_code == 302
    page = client.get(hung.get_absolute_url())
    assert page.context["like_count"] == 2
    assert "2 favourites" in page.text
    assert vincent.get(hung.get_absolute_url()).context["is_liked"]
    assert like(vincent, hung, "0", **JSON).json() == {"on": False, "count": 1}
    assert not vincent.get(hung.get_absolute_url()).context["is_liked"]


def test_ones_favourites_are_a_list_of_ones_own_newest_first(
    vincent: Client, paul: Client, hung: Rendering
) -> None:
    (other,) = copies(hung, 1, public=True)
    like(vincent, hung)
    like(vincent, other)
    like(paul, hung)
    assert liked(vincent) == [other, hung]
    assert liked(paul) == [hung]


def test_a_picture_that_is_taken_down_leaves_the_list(vincent: Client, hung: Rendering) -> None:
    like(vincent, hung)
    for change in ({"public": False}, {"public": True, "hidden_by_moderator": True}):
        hung.change(**change)
        assert liked(vincent) == []
        assert str(hung.pk) not in vincent.get(reverse("favourites")).text


def test_guests_are_sent_to_sign_in(stranger: Client, hung: Rendering) -> None:
    assert like(stranger, hung).url.startswith(reverse("account_login"))
    assert like(stranger, hung, **JSON).status_code == 403
    assert stranger.get(reverse("favourites")).status_code == 302
    assert not Favourite.objects.exists()


def test_what_one_cannot_see_one_cannot_like(
    vincent: Client, stranger: Client, painted: Rendering
) -> None:
    assert like(vincent, painted).status_code == 404
    assert like(stranger, painted).status_code == 404
    assert vincent.get(reverse("picture_favourite", args=[painted.pk])).status_code == 405


def test_the_list_asks_as_often_for_twenty_as_for_two(vincent: Client, hung: Rendering) -> None:
    from tests.gallery.test_queries import queries

    like(vincent, hung)
    few = queries(vincent, reverse("favourites"))
    for row in copies(hung, 15, public=True):
        like(vincent, row)
    assert queries(vincent, reverse("favourites")) == few
