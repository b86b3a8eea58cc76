"""/admin/ has no door of its own, and its pages reveal no key to anything."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from gallery.models import Rendering, ShareLink
from tests.cast import GUEST
from tests.members import PASSWORD, make_member, sign_in, signed_in
from tests.moderation import client_for, make_report, make_staff, moderating

WRONG = 5  # tries at one name in five minutes, as allauth has it


@pytest.fixture
def chief(db: None) -> Any:
    return make_staff("chief", is_superuser=True, password=PASSWORD)


def admin_login(client: Client, password: str) -> Any:
    """As somebody would who posts to the admin's own form, and goes where they are sent."""
    given = {"username": "chief", "password": password, "login": "chief", "next": "/admin/"}
    sent = client.post("/admin/login/", given)
    return client.post(sent["Location"], given) if sent.status_code == 302 else sent


def at_the_door(client: Client, password: str) -> Any:
    return sign_in(client, "chief", password)


def test_the_admins_own_form_signs_nobody_in(chief: Any) -> None:
    client = Client()
    given = {"username": "chief", "password": PASSWORD, "next": "/admin/"}
    answer = client.post("/admin/login/", given)
    assert answer["Location"].startswith(reverse("account_login"))
    assert client.get("/admin/").status_code == 302
    assert admin_login(client, PASSWORD)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_wrong_passwords_at_both_doors_are_counted_together(chief: Any) -> None:
    client = Client()
    for number in range(WRONG):
        answer = (admin_login if number % 2 else at_the_door)(client, "wrong")
        assert answer.status_code == 200
        assert "is not right" in answer.text
    for answer in (admin_login(client, PASSWORD), at_the_door(client, PASSWORD)):
        assert answer.status_code != 302
        assert "Too many tries" in answer.text
    assert client.get("/admin/").status_code == 302


def test_neither_members_nor_moderators_come_in(chief: Any) -> None:
    for client in (signed_in(make_member()), moderating()):
        for path in ("/admin/", "/admin/login/", reverse("admin:gallery_ban_changelist")):
            assert client.get(path, follow=True).status_code == 403


def test_no_page_for_superusers_reveals_a_token_or_a_password(
    chief: Any, painted: Rendering
) -> None:
    member = make_member()
    link = ShareLink(rendering=painted, **GUEST.fields)
    link.set_password("sesame")
    link.save()
    make_report(painted)
    secrets = {link.token, link.password, member.password, member.password.split("$")[-1]}
    client = client_for(chief)
    seen = 0
    for model in apps.get_models():
        if model not in admin.site._registry:
            continue
        at = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths = [reverse(f"{at}_changelist")]
        paths += [reverse(f"{at}_change", args=[row.pk]) for row in model._base_manager.all()[:3]]
        for path in paths:
            page = client.get(path)
            assert page.status_code == 200, path
            assert not [secret for secret in secrets if secret in page.text], path
            seen += 1
    assert seen > 12
