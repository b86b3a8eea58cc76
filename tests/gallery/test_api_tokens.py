"""Personal tokens: what each scope opens, how long they live, and what they never open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.api import tokens
from gallery.api.scopes import SCOPES
from gallery.models import Album, ApiToken, Photo, Rendering
from gallery.moderation.services import ban
from gallery.refusals import RefusedError
from tests import cast
from tests.api import ask, bearer, make_token, program
from tests.members import NEW_PASSWORD, PASSWORD, owner, said, signed_in
from tests.moderation import SPAM, make_moderator

LIST = "/api/v1/photos"


def status(secret: str, **how: Any) -> int:
    return Client(**bearer(secret)).get(LIST, **how).status_code


def make(client: Client, **values: Any) -> Any:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return ask_for_one(client, **values)


def ask_for_one(client: Client, **values: Any) -> Any:
    given = {"title": "My script", "scopes": ["read", "photos"], "days": "30", **values}
    return client.post(reverse("account_tokens"), given)


def test_a_member_makes_one_and_sees_it_once(vincent: Client, user: Any) -> None:
    page = make(vincent)
    assert page.status_code == 201
    secret = page.context["made"]["secret"]
    assert secret in page.text
    assert "no-store" in page["Cache-Control"]
    token = ApiToken.objects.get()
    assert (token.title, token.scopes) == ("My script", ["read", "photos"])
    assert secret.startswith(token.prefix)
    assert secret not in str(ApiToken.objects.values_list())
    assert timedelta(days=29) < token.expires - timezone.now() < timedelta(days=31)
    again = vincent.get(reverse("account_tokens"))
    assert secret not in again.text
    assert token.prefix in again.text
    assert status(secret) == 200


@pytest.mark.parametrize("values", [{"title": ""}, {"scopes": []}, {"scopes": ["admin"]},
                                    {"days": "9999"}, {"title": "x" * 81}], ids=str)  # fmt: skip
def test_a_bad_value_makes_none(vincent: Client, values: dict[str, Any]) -> None:
    page = make(vincent, **values)
    assert page.status_code == 400
    assert page.context["form"].errors
    assert not ApiToken.objects.exists()


def test_one_that_never_ends_can_be_asked_for(vincent: Client) -> None:
    make(vincent, days="")
    assert ApiToken.objects.get().expires is None


def test_their_number_is_limited(vincent: Client, user: Any, monkeypatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    assert make(vincent).status_code == make(vincent).status_code == 201
    page = make(vincent)
    assert page.status_code == 429
    assert "revoke one first" in page.text
    assert ApiToken.objects.count() == 2
    with pytest.raises(RefusedError):
        make_token(user)


def test_to_make_one_takes_the_password_again(vincent: Client) -> None:
    answer = ask_for_one(vincent)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert not ApiToken.objects.exists()
    page = vincent.post(answer.url, {"password": PASSWORD})
    assert ApiToken.objects.get().title == "My script"
    assert page.context["made"]["secret"]


def test_guests_have_none(guest: Client) -> None:
    for address in (reverse("account_tokens"), reverse("account_token_revoke", args=[1])):
        answer = guest.post(address, {"title": "x"})
        assert answer.status_code == 302
        assert reverse("account_login") in answer.url


def test_a_revoked_one_opens_nothing(vincent: Client, user: Any) -> None:
    secret = make_token(user)
    assert status(secret) == 200
    address = reverse("account_token_revoke", args=[ApiToken.objects.get().pk])
    assert "revoked" in said(vincent.post(address, follow=True))
    assert status(secret) == 401
    assert vincent.post(address).status_code == 404


def test_nobody_revokes_anothers(vincent: Client, member: Client, user: Any) -> None:
    secret = make_token(user)
    address = reverse("account_token_revoke", args=[ApiToken.objects.get().pk])
    assert member.post(address).status_code == 404
    assert status(secret) == 200


def expire(user: Any) -> None:
    ApiToken.objects.update(expires=timezone.now() - timedelta(seconds=1))


def deactivate(user: Any) -> None:
    get_user_model().objects.update(is_active=False)


def new_password(user: Any) -> None:
    user.set_password(NEW_PASSWORD)
    user.save()


def everywhere(user: Any) -> None:
    signed_in(user).post(reverse("account_everywhere"))


def delete(user: Any) -> None:
    signed_in(user).post(reverse("account_delete"), {"password": PASSWORD})
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("end", [expire, deactivate, new_password, everywhere, delete])
def test_what_ends_a_token(user: Any, end: Any) -> None:
    secret = make_token(user)
    assert status(secret) == 200
    end(user)
    assert status(secret) == 401


def test_the_last_day_of_its_use_is_noted(user: Any) -> None:
    secret = make_token(user)
    assert ApiToken.objects.get().used is None
    status(secret)
    assert ApiToken.objects.get().used == timezone.now().date()


BAD = ["", "wst_", "wst_0123456789abcdef", "Basic dmluY2VudDp4", "wst_ñ"]


@pytest.mark.parametrize("secret", BAD)
def test_a_bad_token_is_told_so_and_never_falls_back_to_the_cookie(
    vincent: Client, secret: str
) -> None:
    assert vincent.get(LIST).status_code == 200
    answer = vincent.get(LIST, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="webstyle", error="invalid_token"'
    assert answer.json()["error"]


@pytest.mark.parametrize("given", ["Basic dmluY2VudDp4", "Bearer", "wst_x", ""])
def test_neither_does_a_header_of_another_kind(vincent: Client, given: str) -> None:
    assert vincent.get(LIST, headers={"Authorization": given}).status_code == 401


def test_one_letter_less_is_no_token(user: Any) -> None:
    secret = make_token(user)
    other = make_token(user)
    for wrong in (secret[:-1], secret + "x", secret[: tokens.PREFIX] + other[tokens.PREFIX :]):
        assert status(wrong) == 401


def test_without_one_the_answer_says_how(client: Client, db: None) -> None:
    answer = client.get(LIST)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="webstyle"'


def test_a_token_needs_no_csrf_token_and_a_cookie_does(user: Any) -> None:
    sent = ask(program(user), "POST", "/api/v1/albums", {"title": "Winter"})
    assert sent.status_code == 201
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(user)
    refused = ask(careful, "POST", "/api/v1/albums", {"title": "Winter"})
    assert refused.status_code == 403
    assert "Reload it" in refused.json()["error"]


def test_a_token_beside_a_cookie_is_who_asks(user: Any, guest: Client, photo: Photo) -> None:
    mine = cast.make_photo(owner(user))
    told = guest.get(LIST, **bearer(make_token(user))).json()["items"]
    assert [each["id"] for each in told] == [str(mine.pk)]


PAGES = ["mine", "account", "account_tokens", "account_email", "account_change_password",
         "account_delete", "favourites", "my_links"]  # fmt: skip


def test_a_token_opens_no_page(user: Any) -> None:
    user.is_staff = user.is_superuser = True
    user.save()
    mine = cast.make_photo(owner(user))
    with_token, without = program(user), Client()
    for address in [*map(reverse, PAGES), "/admin/", mine.get_absolute_url(), mine.view_url]:
        asked, plain = with_token.get(address), without.get(address)
        assert (asked.status_code, asked.get("Location")) == (
            plain.status_code,
            plain.get("Location"),
        ), address
    assert ApiToken.objects.count() == 1
    made = with_token.post(reverse("account_tokens"), {"title": "Another", "scopes": ["read"]})
    assert made.status_code in (302, 403)
    assert ApiToken.objects.count() == 1


def test_a_banned_members_token_takes_away_and_does_nothing_else(user: Any) -> None:
    mine, other = cast.make_photo(owner(user)), cast.make_photo(owner(user))
    ban(make_moderator(), owner(user), SPAM)
    client = program(user)
    assert client.get("/api/v1/photos").status_code == 200
    body = {"photo": mine.pk, "styles": [{"style": "udnie"}]}
    refused = ask(client, "POST", "/api/v1/renderings", body)
    assert refused.status_code == 403
    assert "You are banned" in refused.json()["error"]
    assert ask(client, "POST", "/api/v1/albums", {"title": "Winter"}).status_code == 403
    assert Album.objects.count() == Rendering.objects.count() == 0
    assert client.delete(other.api_url).status_code == 204


def test_every_scope_has_words(vincent: Client) -> None:
    page = vincent.get(reverse("account_tokens"))
    for name, words in SCOPES.items():
        assert name in page.text
        assert str(words) in page.text
