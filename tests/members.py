"""People with accounts, and what they send."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from gallery.owners import Owner

PASSWORD = "starry-irises-1889"
NEW_PASSWORD = "wheat-and-crows-1890"


def make_member(name: str = "vincent", *, verified: bool = True) -> Any:
    email = f"{name}@example.org"
    user = get_user_model().objects.create_user(name, email, PASSWORD)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def make_operator(name: str = "olga") -> Any:
    """Staff who may see how the site does, and nothing else."""
    user = make_member(name)
    user.is_staff = True
    user.save()
    user.user_permissions.add(Permission.objects.get(codename="operate"))
    return user


def owner(user: Any) -> Owner:
    return Owner(user_id=user.pk)


def sign_up(client: Client, name: str = "vincent", **values: str) -> HttpResponse:
    given = {"username": name, "email": f"{name}@example.org", "password1": PASSWORD}
    return client.post(reverse("account_signup"), given | values)


def sign_in(client: Client, login: str = "vincent", password: str = PASSWORD, **values: str) -> Any:
    given = {"login": login, "password": password}
    return client.post(reverse("account_login"), given | values)


def signed_in(user: Any) -> Client:
    client = Client()
    assert sign_in(client, user.username).status_code == 302
    return client


def is_signed_in(client: Client) -> bool:
    return bool(client.get(reverse("account")).status_code == 200)


def said(answer: HttpResponse) -> str:
    """The messages on the page that an answer leads to."""
    return " ".join(str(message) for message in answer.context["messages"])


def link_in_mail(number: int = -1) -> str:
    """The path of the link in a mail that was sent."""
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[number].body))
    assert found, mail.outbox[number].body
    return found[1]
