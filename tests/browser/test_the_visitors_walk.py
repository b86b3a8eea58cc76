"""A guest paints, signs up, makes an album and publishes; somebody else remixes; a link with a
password and an end is opened and revoked. On a desktop and a phone, in both languages.

Nothing is found by its words here: those differ.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENS, fits_the_screen, serious_faults
from tests.members import PASSWORD

pytestmark = pytest.mark.browser
LANGUAGES = {"en": "en-GB", "zh-hans": "zh-CN"}  # of the page, by what the browser asks for
ON = {"en": "desktop", "zh-hans": "phone"}
REMIXED = {"en": "1 picture painted by this recipe", "zh-hans": "用这个配方画出的 1 件作品"}


@pytest.fixture(params=list(LANGUAGES))
def language(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def visitor(browser: Browser, site: str, language: str) -> Iterator[Callable[[], Page]]:
    """A new one, in a browser of their own, each time it is called."""
    contexts: list[Any] = []

    def come() -> Page:
        context = browser.new_context(
            base_url=site, locale=LANGUAGES[language], **SCREENS[ON[language]]
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page: Page = context.new_page()
        return page

    yield come
    for context in contexts:
        context.close()


def look(page: Page, language: str) -> None:
    """What holds on every page."""
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert serious_faults(page) == []
    assert fits_the_screen(page)


def painted(page: Page) -> None:
    page.wait_for_url("**/picture/*/")
    expect(page.locator("[data-job-state]")).to_have_attribute("data-state", "done", timeout=60_000)


def sign_up(page: Page, name: str) -> None:
    page.goto("/account/signup/")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=email]").fill(f"{name}@example.org")
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("main form button.primary").click()
    page.wait_for_url("**/me/")


def to(address: str) -> str:
    """The link there."""
    return f"main a[href='{urlsplit(address).path}']"


def make_public_album(page: Page, title: str) -> str:
    """Of the picture whose page is open; where it is."""
    page.locator("#gather-one-title").fill(title)
    page.locator(".in-albums .gather button").last.click()
    page.locator(".in-albums").get_by_role("link", name=title).click()
    page.wait_for_url("**/albums/*/")
    page.locator("input[name=visibility][value=public]").check()
    page.locator(".written-form button.primary").click()
    page.locator(".album-offer button").click()
    expect(page.locator(".album-offer")).to_have_count(0)
    return page.url


def make_link(page: Page, password: str) -> str:
    """That lasts a day; its address."""
    page.locator(".link-new > summary").click()
    form = page.locator(".link-new form")
    form.locator("[name=lasts]").select_option("1")
    form.locator("[name=password]").fill(password)
    form.locator("button.primary").click()
    address = page.locator(".link-address input")
    expect(address).to_have_count(1)
    return address.input_value()


def test_the_walk(visitor: Callable[[], Page], language: str, photo_path: str) -> None:
    maker, name = visitor(), f"ada-{uuid.uuid4().hex[:8]}"
    maker.goto("/")
    look(maker, language)
    maker.set_input_files("#files", photo_path)
    maker.locator("[data-style=great-wave]").click()
    painted(maker)
    picture = maker.url
    look(maker, language)

    sign_up(maker, name)
    look(maker, language)
    maker.locator(to(picture)).click()
    maker.wait_for_url(picture)
    album = make_public_album(maker, f"Cats of {name}")
    look(maker, language)

    other = visitor()
    other.goto("/gallery/")
    expect(other.locator(to(picture))).to_be_visible()
    look(other, language)
    other.goto(f"/people/{name}/")
    look(other, language)
    other.goto(album)
    look(other, language)
    expect(other.locator("#album-wall .work")).to_have_count(1)
    other.goto(picture)
    look(other, language)
    other.locator("a[href^='/remix/']").click()
    other.wait_for_url("**/remix/*/")
    look(other, language)
    other.set_input_files("#files", photo_path)
    painted(other)
    assert other.url != picture
    other.locator(to(picture)).click()
    other.wait_for_url(picture)
    expect(other.locator("main")).to_contain_text(REMIXED[language])

    maker.goto(picture)
    link = make_link(maker, "sesame")
    other.goto(link)
    look(other, language)
    expect(other.locator(".canvas")).to_have_count(0)
    other.locator("#password").fill("sesame")
    other.locator("main form button.primary").click()
    expect(other.locator(".canvas")).to_be_visible()
    look(other, language)
    assert name not in other.content()
    maker.goto("/me/links/")
    look(maker, language)
    maker.locator("form[action$='/revoke/'] button").first.click()
    expect(maker.locator("form[action$='/restore/']")).to_have_count(1)
    answer = other.goto(link)
    assert answer
    assert answer.status == 404
    expect(other.locator(".canvas")).to_have_count(0)
    look(other, language)
