"""axe finds no serious fault on any page that a member or a guest comes to by its links."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENS, fits_the_screen, serious_faults
from tests.browser.test_the_visitors_walk import sign_up

pytestmark = pytest.mark.browser
NO_PAGES = re.compile(r"/(file|download|export|feed|zip|sheet|static|oembed|admin|v1)(/|$)")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# One of each is looked at, whoever and whatever it is of.
KINDS = (r"/people/[^/]+/", r"/tags/[^/]+/", r"/styles/(?!import)[^/]+/", r"/s/[-\w]{20,}/")
UNLINKED = (
    "/nothing-here/", "/s/never-there/", "/account/password/reset/sent/", "/me/decisions/",
)  # fmt: skip
VISITORS = [("desktop", "light", "en-GB"), ("phone", "dark", "zh-CN")]


@pytest.fixture(params=VISITORS, ids=[" ".join(visitor) for visitor in VISITORS])
def page(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    screen, scheme, language = request.param
    context = browser.new_context(
        base_url=site, color_scheme=scheme, locale=language, **SCREENS[screen]
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def kind_of(path: str) -> str:
    """The same for two pages of one kind."""
    path = ID.sub("*", path)
    return next((kind for kind in KINDS if re.fullmatch(kind, path)), path)


def links_of(page: Page) -> list[str]:
    found = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
    here = urlsplit(page.url).netloc
    split = [urlsplit(link) for link in found]
    return [at.path for at in split if at.netloc == here and not NO_PAGES.search(at.path)]


def look_around(page: Page, start: list[str]) -> tuple[set[str], list[str]]:
    """From page to page, one of each kind; what kinds there were, and their faults."""
    ahead, seen, faults = list(start), set(), []
    while ahead:
        path = ahead.pop(0)
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        page.goto(path)
        seen.add(kind_of(urlsplit(page.url).path))
        faults += serious_faults(page)
        if not fits_the_screen(page):
            faults.append(f"{page.url} is too wide")
        ahead += links_of(page)
    return seen, faults


def furnish(page: Page, photo_path: str) -> str:
    """A member with a picture of each kind of thing; the address of a link with a door."""
    name = f"eve-{uuid.uuid4().hex[:8]}"
    sign_up(page, name)
    page.goto("/")
    page.set_input_files("#files", photo_path)
    page.locator("[data-style=udnie]").click()
    page.wait_for_url("**/picture/*/")
    expect(page.locator("[data-job-state]")).to_have_attribute("data-state", "done", timeout=60_000)
    page.locator("[data-action=publish]").click()
    expect(page.locator("[data-action=publish]")).to_have_attribute("value", "0")
    page.locator("#gather-one-title").fill("Cats")
    page.locator(".in-albums .gather button").last.click()
    page.locator(".describe summary").click()
    page.locator(".describe [name=tags]").fill(name)
    page.locator(".describe form button").click()
    page.locator(".comments textarea").fill("Look!")
    page.locator(".comments .written-form button").click()
    page.locator(".link-new > summary").click()
    page.locator(".link-new [name=password]").fill("sesame")
    page.locator(".link-new button.primary").click()
    return urlsplit(page.locator(".link-address input").first.input_value()).path


def test_no_page_has_a_serious_fault(page: Page, photo_path: str) -> None:
    door = furnish(page, photo_path)
    seen, faults = look_around(page, ["/", *UNLINKED])
    assert faults == []
    # That it came to all of them.
    assert {
        "/me/", "/me/links/", "/me/favourites/", "/gallery/", "/picture/*/", "/photo/*/", "/mix/*/",
        "/regions/*/", "/albums/*/", "/remix/*/", "/batch/", "/teach/", "/account/",
        "/account/tokens/", "/api/", *KINDS[:2],
    } <= seen  # fmt: skip
    page.context.clear_cookies()
    seen, faults = look_around(page, ["/", door])
    assert faults == []
    assert {"/account/login/", "/account/signup/", "/account/password/reset/"} <= seen
