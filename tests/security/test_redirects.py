"""Nobody is led to another site, whatever the address says."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.members import make_member, sign_in, sign_up
from tests.security.asking import address
from tests.security.roles import LINES
from tests.security.world import World

SITE = "http://testserver/"
ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "///evil.example/", "/\\evil.example/",
    "\\\\evil.example/", "http:evil.example", "https:/evil.example", "/\t/evil.example/",
    "\t//evil.example/", "/\n/evil.example", "\x00//evil.example", "\x1f//evil.example/",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>",
    "//testserver@evil.example/", "http://testserver.evil.example/",
    "http://evil.example#testserver",
    "\uff0f\uff0fevil.example/", "//evil\u3002example/", "http://[::1", "https://evil.example\\@testserver/",
]  # fmt: skip
POSTS = [line for line in LINES if "POST" in line.answers]


def stays(location: str) -> bool:
    """As a browser reads it: tabs and line ends are left out, backslashes are slashes."""
    plain = location.translate(dict.fromkeys(map(ord, "\t\r\n"))).strip().replace("\\", "/")
    led = urlsplit(urljoin(SITE, plain))
    return (led.scheme, led.netloc) == ("http", "testserver")


@pytest.mark.parametrize("line", POSTS, ids=str)
def test_no_form_leads_there(line, world: World) -> None:
    """A few of them at every form: those that look at ``next`` do so in one of three places."""
    client, where = world.client("owner"), address(line, world)
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example/"):
        at = f"{where}{'&' if '?' in where else '?'}next={quote(elsewhere)}"
        answer = client.post(at, line.data | {"next": elsewhere})
        assert stays(answer.get("Location", "/")), (elsewhere, answer["Location"])


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_the_way_back_leads_to_this_site_only(elsewhere: str, world: World) -> None:
    client = world.client("owner")
    for name in ("painting_upload", "style_import", "album_create", "set_language"):
        answer = client.post(reverse(name), {"next": elsewhere})
        assert stays(answer["Location"]), (name, answer["Location"])


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_door_leads_there(elsewhere: str, db: None) -> None:
    make_member("vincent")
    for enter in (
        lambda: sign_in(Client(), next=elsewhere),
        lambda: sign_up(Client(), "theo", next=elsewhere),
        lambda: Client().post(
            reverse("account_login", query={"next": elsewhere}),
            {"login": "vincent", "password": "starry-irises-1889"},
        ),
    ):
        answer = enter()
        assert answer.status_code == 302
        assert stays(answer["Location"]), answer["Location"]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_address_on_a_page_leads_there(elsewhere: str, world: World) -> None:
    """The way to sign in, the switch of languages, and the way back after it."""
    from tests.security.poison import read

    client = world.client("guest")
    pages = [client.get(reverse("account_login", query={"next": elsewhere}))]
    pages.append(client.get(reverse("home", query={"next": elsewhere})))
    pages.append(client.post(reverse("batch_create"), headers={"Referer": elsewhere[:200]}))
    for page in pages:
        assert page.status_code in (200, 400)
        assert read(page.text).faults == []
    switched = client.post(reverse("set_language"), {"language": "en", "next": elsewhere})
    assert stays(switched["Location"])


@pytest.mark.parametrize("path", ["//evil.example", "//evil.example/x", "/%5cevil.example",
                                  "//evil.example/..", "/%09/evil.example"])  # fmt: skip
def test_a_missing_slash_leads_nowhere_else(path: str, client: Client, db: None) -> None:
    answer = client.get(f"http://testserver{path}")
    assert stays(answer.get("Location", "/"))
    assert answer.status_code in (301, 404)
