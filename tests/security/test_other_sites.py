"""No other site makes a visitor act: forms, JSON and raw bodies all take the page's token."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.security.asking import address, ask, everything
from tests.security.roles import LINES, METHODS, Line
from tests.security.world import World

ACTS = [line for line in LINES if set(line.answers) - {"GET", "HEAD"}]
COOKIES = [line for line in ACTS if line.csrf]


def test_the_lines_that_take_no_token_are_few_and_known() -> None:
    """Whoever adds one says so here: a cookie must not be enough for it."""
    known = ["v1:openapi-json", "v1:api-root"]  # these do nothing, whatever they are asked
    assert [line.name for line in ACTS if not line.csrf] == known


@pytest.mark.parametrize("line", COOKIES, ids=str)
def test_without_the_pages_token_nothing_is_done(line: Line, world: World) -> None:
    client, before = world.client("owner", careful=True), everything()
    where = address(line, world, shown=bool(line.shown))
    for headers in ({}, {"Accept": "application/json"}, {"X-CSRFToken": "a" * 64}):
        for method in METHODS[2:]:
            answer = ask(client, method, line, where, headers=line.headers | headers)
            assert answer.status_code in ((403,) if method in line.answers else (403, 405)), where
    assert everything() == before


@pytest.mark.parametrize("line", ACTS[:3], ids=str)
def test_a_token_from_another_sites_page_is_none(line: Line, world: World) -> None:
    """Behind TLS the page a form is on is looked at, besides its token."""
    client = world.client("owner", careful=True)
    client.get(reverse("mine"))
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    where = address(line, world, shown=bool(line.shown))
    for sent in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/"},
        {},
    ):
        answer = ask(client, "POST", line, where, headers=token | sent, secure=True)
        assert answer.status_code == 403, sent
    ours = token | {"Origin": "https://testserver"}
    answer = ask(client, "POST", line, where, headers=ours, secure=True)
    assert answer.status_code == line.answers["POST"]


def test_the_cookie_of_the_session_is_not_sent_by_other_sites(world: World, settings) -> None:
    assert settings.SESSION_COOKIE_SAMESITE == settings.CSRF_COOKIE_SAMESITE == "Lax"
