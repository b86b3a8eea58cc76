"""Moderators, and what they decide."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from gallery.models import Report
from gallery.moderation.models import COLUMNS
from gallery.moderation.permission import GROUP
from gallery.moderation.services import Decision, Sentence, newest_entry
from tests.members import make_member

REASON = "It is advertising or spam"
SPAM = Sentence("spam")


def make_moderator(name: str = "mona") -> Any:
    """Through the group that the migration makes; a test that empties the tables takes it away."""
    group, _ = Group.objects.get_or_create(name=GROUP)
    group.permissions.add(Permission.objects.get(codename="moderate"))
    user = make_member(name)
    user.groups.add(group)
    return user


def client_for(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def moderating(name: str = "mona") -> Client:
    return client_for(make_moderator(name))


def make_staff(name: str = "stan", **values: Any) -> Any:
    return get_user_model().objects.create_user(name, is_staff=True, **values)


def make_report(thing: Any, reason: str = "spam", **values: Any) -> Report:
    return Report.objects.create(**{COLUMNS[thing.KIND]: thing}, reason=reason, **values)


def decision(action: str, **values: Any) -> Decision:
    return Decision(action, "spam", **values)


def address(page: str, thing: Any) -> str:
    """Of a moderators' page about a thing."""
    return reverse(f"moderation_{page}", args=[thing.KIND, thing.pk])


def press(client: Client, thing: Any, action: str, **values: Any) -> HttpResponse:
    """A button of the form on the page as it is now."""
    given = {"do": action, "reason": "spam", "seen": newest_entry(thing), **values}
    return client.post(address("decide", thing), given)
