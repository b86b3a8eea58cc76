"""Asking a line of the table, and what is there to be changed."""

from __future__ import annotations

import functools
import re
from typing import Any

from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.cast import body
from tests.security.roles import LOGIN, Line, Outcome
from tests.security.world import World

NEW = ("Set-Cookie", "X-Request-ID", "Expires")  # headers with each answer's own
# Rows that come and go with any visit.
PASSING = ("sessions.session", "admin.logentry")


def address(line: Line, world: World, *, shown: bool = False) -> str:
    examples = world.shown if shown else world.items
    given = examples[line.example] if line.example else ()
    found = reverse(line.name, args=[*given, *line.more])
    return f"{found}?{line.query}" if line.query else found


def ask(client: Client, method: str, line: Line, where: str, **how: Any) -> HttpResponse:
    """A GET has no body; the others are forms, as pages send them."""
    given = {"headers": line.headers, **how}
    if method in ("GET", "HEAD"):
        return getattr(client, method.lower())(where, **given)
    if method == "POST":
        return client.post(where, line.data, **given)
    return client.generic(method, where, **given)


def outcome(answer: HttpResponse) -> Outcome:
    door = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
    return LOGIN if door else answer.status_code


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables but those that come and go with any visit, as the database has them:
    it is asked thousands of times."""
    found = {}
    with connection.cursor() as cursor:
        for label, query in questions().items():
            cursor.execute(query)
            names = [column[0] for column in cursor.description]
            found[label] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


@functools.cache
def questions() -> dict[str, str]:
    name = connection.ops.quote_name
    return {
        model._meta.label: f"SELECT * FROM {name(model._meta.db_table)} "
        f"ORDER BY {name(model._meta.pk.column)}"
        for model in apps.get_models()
        if model._meta.label_lower not in PASSING
    }


def whole(answer: HttpResponse, *names: str) -> tuple[Any, ...]:
    """Status, headers and bytes, without what is new each time and without ``names``."""
    headers = {k: v for k, v in answer.headers.items() if k not in NEW}
    policy = "Content-Security-Policy"
    headers[policy] = sorted(headers[policy].split("; "))  # its order is that of a set
    text = body(answer).decode("utf8", "replace")
    text = re.sub(r"\b\w{64}\b", "token", text)  # of forms: masked anew each time
    for name in names:
        text = text.replace(name, "*")
    return answer.status_code, headers, text
