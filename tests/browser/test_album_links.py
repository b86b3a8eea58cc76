"""An album is sent by a link, and somebody else looks through it on a phone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENS, fits_the_screen, serious_faults
from tests.browser.test_albums import make_album

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Page]:
    """Somebody else's."""
    context = browser.new_context(base_url=site, **SCREENS["phone"])
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_an_album_is_sent_by_a_link_and_looked_through_on_a_phone(
    page: Page, phone: Page, photo_path: str
) -> None:
    phone.emulate_media(color_scheme="dark")
    make_album(page, photo_path)
    page.locator(".link-new > summary").click()
    page.get_by_label("Password, if you like").fill("sesame")
    page.get_by_label("They may download the pictures").check()
    page.get_by_label("Show the photographs beside them").check()
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    page.get_by_role("button", name="Make the link").click()
    address = page.locator(".link-address input")
    expect(address).to_have_count(1)

    phone.goto(address.input_value())
    phone.get_by_label("Password").fill("sesame")
    phone.get_by_role("button", name="Show the picture").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Two of a cat")
    expect(phone.locator(".wall .work")).to_have_count(2)
    loaded = "image => image.decode().then(() => image.naturalWidth)"
    for image in phone.locator(".wall img").all():
        assert image.evaluate(loaded) > 0
    assert serious_faults(phone) == []
    assert fits_the_screen(phone)
    with phone.expect_download() as archive:
        phone.get_by_role("link", name="All as a ZIP").click()
    data = archive.value.path().read_bytes()
    assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) == 2

    phone.locator(".wall .work").first.tap()
    expect(phone.locator(".link-places")).to_contain_text("Picture 1 of 2")
    expect(phone.locator(".canvas[data-mode=compare]")).to_be_visible()
    assert serious_faults(phone) == []
    assert fits_the_screen(phone)
    phone.get_by_role("link", name="Next").tap()
    expect(phone.locator(".link-places")).to_contain_text("Picture 2 of 2")
    expect(phone.get_by_role("link", name="Next")).to_have_count(0)
    assert phone.locator("img[data-side=after]").evaluate(loaded) == 1024
    phone.locator(".link-places").get_by_role("link", name="Two of a cat").tap()
    expect(phone.locator(".wall .work")).to_have_count(2)

    page.goto("/me/links/")
    expect(page.locator(".link-row")).to_contain_text("Two of a cat")
    expect(page.locator(".link-row")).to_contain_text("seen by 1")
    expect(page.locator(".link-thumb img")).to_have_count(1)
    assert serious_faults(page) == []
    page.get_by_role("button", name="Revoke the link").click()
    expect(page.locator(".link-row")).to_contain_text("Revoked")
    phone.reload()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Nothing hangs here any more")


def test_without_javascript_it_is_sent_and_looked_through_too(plain_page: Page) -> None:
    page = plain_page
    page.locator("label[data-style=the-scream]").click()
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/picture/*/")
    expect(page.locator(".compare [data-side=after]")).to_be_visible(timeout=40_000)
    gather = page.locator(".in-albums .gather")
    gather.get_by_label("Title of the new album").fill("One of a cat")
    gather.get_by_role("button", name="Add").click()
    page.locator(".in-albums").get_by_role("link", name="One of a cat").click()
    page.locator(".link-new > summary").click()
    page.get_by_role("button", name="Make the link").click()
    page.goto(page.locator(".link-address input").input_value())
    page.locator(".wall .work").click()
    expect(page.locator("img[data-side=after]")).to_be_visible()
    expect(page.locator(".link-places")).to_contain_text("Picture 1 of 1")
