"""A member's own page; and whose name stands beside what is public."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Profile, Rendering
from tests.community import HARM, PLAIN, make_album, owner, pictures_of

ADDRESS = "/people/vincent/"


def tell(client: Client, **values: str) -> Any:
    return client.post(reverse("profile_edit"), values)


def test_the_page_shows_what_is_public_newest_first(
    stranger: Client, user: Any, painted: Rendering
) -> None:
    one, two = pictures_of(user, painted, 2)
    (private,) = pictures_of(user, painted, public=False)
    (hidden,) = pictures_of(user, painted, hidden_by_moderator=True)
    shown = make_album([private, one], owner(user), "public", title="Shown")
    for visibility in ("private", "unlisted"):
        make_album([one], owner(user), visibility, title=visibility.title())
    page = stranger.get(ADDRESS)
    assert list(page.context["page"].object_list) == [two, one]
    (album,) = page.context["albums"]
    assert (album, album.shown, album.count) == (shown, one, 1)
    assert str(private.pk) not in page.text
    assert str(hidden.pk) not in page.text
    assert "Unlisted" not in page.text


def test_who_shows_nothing_is_as_little_there_as_who_never_was(
    stranger: Client, vincent: Client, user: Any, painted: Rendering
) -> None:
    pictures_of(user, painted, public=False)
    answers = [stranger.get(address) for address in (ADDRESS, "/people/nobody/")]
    assert {answer.status_code for answer in answers} == {404}
    assert vincent.get(ADDRESS).status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"named": False}])
def test_closed_and_unnamed_members_have_no_page_and_no_name(
    stranger: Client, user: Any, painted: Rendering, change: dict[str, bool]
) -> None:
    (picture,) = pictures_of(user, painted)
    addresses = [reverse("gallery"), reverse("home"), picture.get_absolute_url()]
    for address in addresses:
        assert f'by <a href="{ADDRESS}">vincent</a>' in stranger.get(address).text
    if "named" in change:
        Profile.objects.create(user=user, **change)
    else:
        type(user).objects.filter(pk=user.pk).update(**change)
    assert stranger.get(ADDRESS).status_code == 404
    for address in addresses:
        assert "vincent" not in stranger.get(address).text


def test_a_guests_picture_stands_without_a_name(stranger: Client, painted: Rendering) -> None:
    painted.change(public=True, published=painted.created)
    for address in (reverse("gallery"), painted.get_absolute_url()):
        page = stranger.get(address).text
        assert "/people/" not in page
        assert "the-guest" not in page


def test_a_member_tells_of_themselves(vincent: Client, stranger: Client) -> None:
    assert tell(vincent, about="I paint at night.", named="on").url == ADDRESS
    assert "I paint at night." in stranger.get(ADDRESS).text
    assert reverse("profile_edit") not in stranger.get(ADDRESS).text
    tell(vincent, about="I paint at night.")
    assert stranger.get(ADDRESS).status_code == 404
    assert "Only you see this page" in vincent.get(ADDRESS).text


def test_too_much_is_refused_and_what_was_typed_stays(vincent: Client) -> None:
    page = tell(vincent, about="x" * 301, named="on")
    assert page.status_code == 400
    assert 'class="wrong"' in page.text
    assert "x" * 301 in page.text
    assert not Profile.objects.exists()


def test_guests_have_no_profile(stranger: Client) -> None:
    assert tell(stranger, about="x").url.startswith(reverse("account_login"))
    assert stranger.get(reverse("profile_edit")).status_code == 405


def test_what_is_typed_is_shown_as_text(vincent: Client, stranger: Client) -> None:
    tell(vincent, about=HARM, named="on")
    for client in (vincent, stranger):
        page = client.get(ADDRESS).text
        assert "<script>alert" not in page
        assert PLAIN in page


@pytest.mark.parametrize("name", ["../me", "%3Cscript%3E", "a b", "x" * 200, "%00"])
def test_names_that_nobody_has_are_not_found(stranger: Client, name: str) -> None:
    assert stranger.get(f"/people/{name}/").status_code == 404


def test_the_page_asks_as_often_for_twenty_pictures_as_for_two(
    stranger: Client, user: Any, painted: Rendering
) -> None:
    from tests.gallery.test_queries import queries

    make_album(pictures_of(user, painted, 2), owner(user), "public")
    few = queries(stranger, ADDRESS)
    for _ in range(4):
        make_album(pictures_of(user, painted, 4), owner(user), "public")
    assert queries(stranger, ADDRESS) == few
    assert few < 15
