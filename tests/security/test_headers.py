"""Every answer tells the browser to run and load nothing but ours: pages, errors, files, all."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from gallery.models import Rendering
from tests.cast import body
from tests.security.asking import address
from tests.security.headers import faults
from tests.security.roles import LINES, OWNER
from tests.security.world import World

FILES = ("image/jpeg", "image/png", "image/webp", "image/avif", "application/zip",
         "application/octet-stream")  # fmt: skip
DATA = (
    "application/json", "application/rss+xml", "text/xml", "text/javascript", "text/plain",
)  # fmt: skip


def test_an_error_of_ours_has_them_too(world: World) -> None:
    client = world.client("owner")
    client.raise_request_exception = False
    row = Rendering.objects.filter(pk=world.items["picture"][0])
    row.update(recipe={"styles": 7})  # a row that this program never writes
    for headers in ({}, {"Accept": "application/json"}):
        answer = client.get(reverse("picture", args=world.items["picture"]), headers=headers)
        assert answer.status_code == 500
        assert faults(answer) == []


@pytest.mark.parametrize("path", ["/static/css/tokens.css", "/static/js/base.js",
                                  "/static/nothing.js", "/static/../manage.py"])  # fmt: skip
def test_our_own_files_have_them_too(path: str, settings: Any, db: None) -> None:
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    answer = Client().get(path)
    assert answer.status_code == (404 if "nothing" in path or ".." in path else 200)
    body(answer)
    assert faults(answer) == []


def test_what_came_from_visitors_cannot_run_when_it_is_opened_by_itself(world: World) -> None:
    """Each answer is a page of ours, data, or a file that no browser takes for a page."""
    client, kinds = world.client("owner"), set()
    for line in LINES:
        if "GET" not in line.answers:
            continue
        answer = client.get(address(line, world))
        kind = answer.get("Content-Type", "").partition(";")[0]
        kinds.add(kind)
        assert kind in ("text/html", "", *FILES, *DATA), line
        data = body(answer)
        if kind in FILES:
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert b"<script" not in data
            assert data[:4] not in (b"<!do", b"<htm", b"<svg", b"<?xm")
        assert faults(answer) == []
    assert kinds >= {
        "text/html", "image/webp", "image/jpeg", "image/png", "application/zip",
        "application/octet-stream", "application/json", "application/rss+xml",
    }  # fmt: skip


def test_no_answer_lets_another_site_read_it(world: World) -> None:
    """Nor do cards and feeds: who shows them asks from a server."""
    for line in LINES:
        if "GET" in line.answers and line.name != "oembed":  # which says what is public anyway
            answer = world.client("owner").get(
                address(line, world), headers={"Origin": "https://evil.example"}
            )
            assert "Access-Control-Allow-Origin" not in answer, line
            assert "Access-Control-Allow-Credentials" not in answer, line


def test_embedding_lets_others_read_but_sends_no_cookie_along(world: World) -> None:
    answer: HttpResponse = world.client("owner").get(reverse("oembed"), {"url": "x"})
    assert answer.get("Access-Control-Allow-Origin") in (None, "*")
    assert "Access-Control-Allow-Credentials" not in answer


def test_pages_of_ones_own_are_kept_by_no_cache_on_the_way(world: World) -> None:
    """They differ by cookie, and say so; files of one's own say private."""
    client = world.client("owner")
    for line in LINES:
        if "GET" in line.answers and line.to is OWNER:
            answer = client.get(address(line, world))
            said = answer.get("Cache-Control", "")
            varies = "Cookie" in answer.get("Vary", "")
            assert answer.status_code == 404 or "private" in said or varies or "no-" in said, line
            assert "public" not in said, line
