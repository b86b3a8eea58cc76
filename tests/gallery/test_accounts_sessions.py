"""Signing out everywhere, and what another password does elsewhere."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.cast import socket_of
from tests.members import NEW_PASSWORD, PASSWORD, is_signed_in, make_member, said, signed_in


def test_signing_out_everywhere_ends_all_sessions_and_nobody_elses(guest: Client) -> None:
    user, other = make_member(), signed_in(make_member("ada"))
    here, there = signed_in(user), signed_in(user)
    page = here.post(reverse("account_everywhere"), follow=True)
    assert said(page).endswith("You are signed out everywhere.")
    assert not is_signed_in(here)
    assert not is_signed_in(there)
    assert is_signed_in(other)
    kept = [session.get_decoded() for session in Session.objects.all()]
    assert len(kept) == 2  # ada's, and the guest's
    assert any(session.get("guest") for session in kept)


def test_it_is_a_post(db: None) -> None:
    client = signed_in(make_member())
    assert client.get(reverse("account_everywhere")).status_code == 405
    assert is_signed_in(client)


def test_a_new_password_signs_out_elsewhere_and_not_here(db: None) -> None:
    user = make_member()
    here, there = signed_in(user), signed_in(user)
    answer = here.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
    )
    assert answer.url == reverse("account")
    assert is_signed_in(here)
    assert not is_signed_in(there)


def test_a_new_password_needs_the_old_one(db: None) -> None:
    client = signed_in(make_member())
    page = client.post(
        reverse("account_change_password"), {"oldpassword": "wrong", "password1": NEW_PASSWORD}
    )
    assert "This is not your password now" in page.text


@pytest.mark.django_db(transaction=True)
async def test_sockets_close_too() -> None:
    client = await sync_to_async(lambda: signed_in(make_member()))()
    page = socket_of(client, "/ws/jobs/")
    assert (await page.connect())[0]
    assert (await page.receive_json_from())["type"] == "jobs"
    await sync_to_async(client.post)(reverse("account_everywhere"))
    assert await page.receive_output() == {"type": "websocket.close", "code": 4401}
