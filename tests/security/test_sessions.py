"""A session that somebody else knows is worth nothing after signing in, nor after signing out."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as site
from django.http import SimpleCookie
from django.test import Client
from django.urls import reverse

from gallery.models import Photo
from gallery.owners import SESSION_KEY
from tests.cast import GUEST, client_of, make_photo
from tests.members import PASSWORD, is_signed_in, make_member, sign_in, sign_up

COOKIE = site.SESSION_COOKIE_NAME


def planted(client: Client) -> Client:
    """A second browser with the session that the first one has now."""
    other = Client()
    other.cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    return other


@pytest.mark.parametrize("enter", [sign_in, sign_up], ids=["in", "up"])
def test_the_key_changes_when_one_comes_in(enter: Any, db: None) -> None:
    name = "vincent"
    if enter is sign_in:
        make_member(name)
    client = client_of(GUEST)
    make_photo()
    thief, before = planted(client), client.cookies[COOKIE].value
    assert enter(client, name).status_code == 302
    assert client.cookies[COOKIE].value != before
    assert is_signed_in(client)
    assert not is_signed_in(thief)
    photo = Photo.objects.get()
    assert photo.owner.username == name
    assert thief.get(photo.get_absolute_url()).status_code == 404


def test_nothing_of_the_guest_is_in_the_members_session(db: None) -> None:
    make_member()
    client = client_of(GUEST)
    sign_in(client)
    assert SESSION_KEY not in client.session
    client.post(reverse("account_logout"))
    assert client.session.get(SESSION_KEY) != GUEST.guest
    assert "_auth_user_id" not in client.session


def test_a_session_that_was_left_opens_nothing(db: None) -> None:
    make_member()
    client = Client()
    sign_in(client)
    thief = planted(client)
    assert is_signed_in(thief)
    client.post(reverse("account_logout"))
    assert not is_signed_in(thief)


def test_a_key_that_was_made_up_is_not_taken(db: None) -> None:
    make_member()
    client = Client()
    client.cookies[COOKIE] = "a" * 32
    sign_in(client)
    assert client.cookies[COOKIE].value != "a" * 32


def test_the_cookies_say_how_they_are_to_be_kept(db: None) -> None:
    make_member()
    client = Client()
    client.get(reverse("account_login"))
    sign_in(client)
    client.post(reverse("set_language"), {"language": "en"})
    for name, scripts in ((COOKIE, False), ("csrftoken", True), ("django_language", False)):
        cookie = client.cookies[name]
        assert cookie["samesite"] == "Lax", name
        assert bool(cookie["httponly"]) is not scripts or name == "csrftoken"
        assert cookie["domain"] == "", name  # of this name alone
    assert client.cookies[COOKIE]["httponly"]


def test_the_password_is_kept_hashed_and_in_no_session(db: None) -> None:
    user = make_member()
    client = Client()
    sign_in(client)
    assert PASSWORD not in user.password
    assert PASSWORD not in str(dict(client.session))
