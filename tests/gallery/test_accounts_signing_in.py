"""Signing up, in and out; what the forms refuse, and what they do not give away."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.members import (
    NEW_PASSWORD,
    PASSWORD,
    is_signed_in,
    link_in_mail,
    make_member,
    said,
    sign_in,
    sign_up,
    signed_in,
)  # fmt: skip

pytestmark = pytest.mark.django_db
User = get_user_model()
ENTRANCE = ["account_login", "account_signup", "account_reset_password"]


def test_signing_up_signs_in_and_sends_a_link(client: Client) -> None:
    answer = sign_up(client)
    assert answer.status_code == 302
    assert answer.url == reverse("mine")
    assert is_signed_in(client)
    address = EmailAddress.objects.get()
    assert (address.email, address.verified) == ("vincent@example.org", False)
    client.post(link_in_mail())
    address.refresh_from_db()
    assert address.verified


def test_opening_the_link_alone_confirms_nothing(client: Client) -> None:
    """Programs that look through mail open links too."""
    sign_up(client)
    page = client.get(link_in_mail())
    assert "vincent@example.org" in page.text
    assert not EmailAddress.objects.get().verified


def test_a_link_that_is_made_up_is_refused_in_words(client: Client) -> None:
    page = client.get(reverse("account_confirm_email", args=["no:such:key"]))
    assert "This link does not work" in page.text


def test_where_the_address_must_be_confirmed_nobody_is_in_before(client: Client, settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answer = sign_up(client)
    assert answer.url == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    client.post(link_in_mail())
    sign_in(client)
    assert is_signed_in(client)


@pytest.mark.parametrize("login", ["vincent", "VINCENT", "vincent@example.org"])
def test_one_signs_in_by_name_or_address(client: Client, login: str) -> None:
    make_member()
    assert sign_in(client, login).url == reverse("mine")
    assert is_signed_in(client)


def test_signing_out_is_a_post(client: Client) -> None:
    client = signed_in(make_member())
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)
    assert client.post(reverse("account_logout")).url == reverse("home")
    assert not is_signed_in(client)


@pytest.mark.parametrize("name", [*ENTRANCE, "account_logout", "account_delete", "account_export",
                                  "account_everywhere"])  # fmt: skip
def test_no_form_is_taken_from_another_site(name: str) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(make_member())
    assert careful.post(reverse(name)).status_code == 403


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"username": "Ada"}, "Somebody has this name already"),
        ({"username": "ADA"}, "Somebody has this name already"),
        ({"username": "\uff41da"}, "Somebody has this name already"),  # a wide "a"
        ({"username": "admin"}, "kept for the site itself"),
        ({"username": "eve@example.org"}, "begin with a letter"),
        ({"username": ".."}, "begin with a letter"),
        ({"username": "x" * 41}, "at most 40"),
        ({"email": "nowhere"}, "valid email"),
        ({"password1": "short"}, "too short"),
        ({"password1": "password123"}, "too common"),
        ({"password1": "4711081547"}, "entirely numeric"),
        ({"password1": "vincent-ex"}, "too similar"),
    ],
)
def test_what_cannot_be_taken_is_refused_beside_its_field(
    client: Client, values: dict[str, str], why: str
) -> None:
    make_member("Ada")
    page = sign_up(client, **values)
    assert page.status_code == 200
    assert User.objects.count() == 1
    (field,) = values
    (error,) = page.context["form"].errors[field]
    assert why in error
    assert f'aria-describedby="id_{field}_' in page.text
    assert f'id="id_{field}_error"' in page.text


def test_the_password_does_not_come_back_in_the_page(client: Client) -> None:
    assert "s3cret-flowers" not in sign_up(client, email="x", password1="s3cret-flowers").text
    assert "s3cret-flowers" not in sign_in(client, "nobody", "s3cret-flowers").text


def test_the_fields_say_to_browsers_what_they_are(client: Client) -> None:
    login, signup = (client.get(reverse(name)).text for name in ENTRANCE[:2])
    assert 'autocomplete="username"' in login
    assert 'autocomplete="current-password"' in login
    for kind in ("username", "email", "new-password"):
        assert f'autocomplete="{kind}"' in signup


@pytest.mark.parametrize(
    "login", ["vincent", "nobody", "vincent@example.org", "nobody@example.org"]
)
def test_a_wrong_password_and_a_name_that_is_not_there_look_the_same(
    client: Client, login: str
) -> None:
    make_member()
    page = sign_in(client, login, "wrong")
    assert page.context["form"].non_field_errors() == [
        "That name, address or password is not right. Check them, or set a new password."
    ]


def test_signing_up_does_not_tell_whose_address_has_an_account() -> None:
    make_member("ada")
    taken, free = Client(), Client()
    answers = [
        sign_up(taken, "eve", email="ada@example.org"),
        sign_up(free, "eva", email="free@example.org"),
    ]
    assert {answer.status_code for answer in answers} == {302}
    pages = [client.get(reverse("account")).text for client in (taken, free)]
    assert ["not confirmed yet" in page for page in pages] == [True, True]
    assert not EmailAddress.objects.get(user__username="eve").can_set_verified()
    assert sign_in(Client(), "ada@example.org").status_code == 302  # ada's, as before
    assert User.objects.get(username="ada").last_login


def test_asking_for_a_new_password_does_not_tell_it_either(client: Client) -> None:
    make_member()
    asked = [
        client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email in ("vincent@example.org", "nobody@example.org")
    ]
    assert [page.redirect_chain for page in asked] == [[(reverse("account_reset_password_done"),
                                                         302)]] * 2  # fmt: skip
    assert [message.to for message in mail.outbox] == [["vincent@example.org"],
                                                       ["nobody@example.org"]]  # fmt: skip
    assert "No account there uses" in mail.outbox[1].body


def test_a_forgotten_password_is_set_anew_by_mail_once(client: Client) -> None:
    user = make_member()
    elsewhere = signed_in(user)
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = link_in_mail()
    page = client.get(link, follow=True)
    assert link not in page.request["PATH_INFO"]  # no other site gets it as a referrer
    done = client.post(page.request["PATH_INFO"], {"password1": NEW_PASSWORD}, follow=True)
    assert "Your password is set" in done.text
    assert not is_signed_in(elsewhere)
    assert sign_in(Client(), password=PASSWORD).status_code == 200
    assert sign_in(Client(), password=NEW_PASSWORD).status_code == 302
    assert "This link does not work" in Client().get(link, follow=True).text


def test_the_address_is_changed_with_the_password_and_the_new_one_confirmed() -> None:
    user = make_member()
    client = signed_in(user)
    ask = {"email": "new@example.org", "action_add": ""}
    door = client.post(reverse("account_email"), ask)
    assert door.url.startswith(reverse("account_reauthenticate"))
    assert not mail.outbox
    client.post(door.url, {"password": PASSWORD})
    assert mail.outbox[-1].to == ["new@example.org"]
    user.refresh_from_db()
    assert user.email == "vincent@example.org"
    client.post(link_in_mail())
    user.refresh_from_db()
    assert user.email == "new@example.org"
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["new@example.org"]
    assert mail.outbox[-1].to == ["vincent@example.org"]  # who had it is told


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x()"]
)
def test_nobody_is_sent_to_another_site(client: Client, elsewhere: str) -> None:
    make_member()
    assert sign_in(client, next=elsewhere).url == reverse("mine")
    assert sign_up(Client(), "ada", next=elsewhere).url == reverse("mine")
    assert client.post(reverse("account_logout"), {"next": elsewhere}).url == reverse("home")


def test_one_comes_back_to_the_page_one_was_at(client: Client) -> None:
    make_member()
    page = client.get(reverse("gallery"), {"page": "2"})
    assert 'href="/account/login/?next=%2Fgallery%2F%3Fpage%3D2"' in page.text
    assert sign_in(client, next="/gallery/?page=2").url == "/gallery/?page=2"


def test_after_five_wrong_passwords_the_right_one_has_to_wait_too(client: Client) -> None:
    make_member()
    for _ in range(5):
        sign_in(client, password="wrong")
    page = sign_in(client)
    assert "Wait five minutes" in page.text
    assert not is_signed_in(client)


def test_who_tries_many_names_from_one_place_has_to_wait(client: Client) -> None:
    make_member()
    for number in range(10):
        sign_in(client, f"name{number}", "wrong")
    assert "Wait five minutes" in sign_in(client).text
    other = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(other).status_code == 302


@pytest.mark.parametrize(
    ("name", "limit"), [("account_login", "login"), ("account_signup", "signup"),
                        ("account_reset_password", "reset_password")],
)  # fmt: skip
def test_there_is_a_limit_on_sending_each_form(
    client: Client, settings, name: str, limit: str
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {limit: "2/m/ip"}
    sent = [client.post(reverse(name), {"email": f"{n}@example.org"}) for n in range(3)]
    assert [answer.status_code for answer in sent[:2]] != [429, 429]
    assert sent[2].status_code == 429
    assert "Wait a few minutes" in sent[2].text


@pytest.mark.parametrize(("proxies", "counted"), [(0, True), (1, False)])
def test_behind_a_proxy_the_visitors_address_counts(
    client: Client, settings, proxies: int, counted: bool
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    for visitor in ("192.0.2.1", "192.0.2.2"):
        answer = client.post(
            reverse("account_login"), headers={"X-Forwarded-For": f"6.6.6.6, {visitor}"}
        )
    assert (answer.status_code == 429) is counted


def test_the_admin_pages_have_no_door_of_their_own(client: Client, member: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.url.startswith(reverse("account_login"))
    User.objects.create_superuser("chief", "chief@example.org", PASSWORD)
    assert client.post("/admin/login/", {"username": "chief", "password": PASSWORD}).status_code
    assert client.get("/admin/").status_code == 302  # not by that way
    assert sign_in(client, "chief", next="/admin/").url == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert member.get("/admin/login/").status_code == 403


def test_a_closed_account_is_told_so(client: Client) -> None:
    user = make_member()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert sign_in(client).url == reverse("account_inactive")
    assert "closed" in client.get(reverse("account_inactive")).text


@pytest.mark.parametrize("name", ["account", "account_delete", "account_email",
                                  "account_change_password"])  # fmt: skip
def test_pages_of_members_lead_guests_to_the_door(guest: Client, name: str) -> None:
    assert guest.get(reverse(name)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "address", ["login/code/", "login/code/confirm/", "3rdparty/", "signup/passkey/", "2fa/"]
)
def test_what_the_site_has_no_use_for_is_not_there(client: Client, address: str) -> None:
    assert client.get(f"/account/{address}").status_code == 404


def test_the_message_says_who_is_in(client: Client) -> None:
    make_member()
    sign_in(client)
    assert said(client.get(reverse("mine"))) == "You are signed in as vincent."
