"""A picture is published and remixed by somebody else; sent by a link and revoked; many at once."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import fits_the_screen, serious_faults

pytestmark = pytest.mark.browser


@pytest.fixture
def picture(page: Page, photo_path: str) -> Page:
    """The page of a picture that was just painted."""
    page.goto("/")
    page.set_input_files("#files", photo_path)
    page.locator("[data-style=udnie]").click()
    page.wait_for_url("**/picture/*/")
    expect(page.locator("[data-job-state]")).to_have_attribute("data-state", "done", timeout=60_000)
    return page


@pytest.fixture
def other(browser: Browser, site: str) -> Iterator[Page]:
    """Somebody else, in a browser of their own."""
    context = browser.new_context(base_url=site)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_somebody_else_paints_by_the_recipe_of_a_published_picture(
    picture: Page, other: Page, photo_path: str
) -> None:
    picture.get_by_role("button", name="Publish").click()
    expect(picture.locator("#toasts")).to_contain_text("It hangs in the gallery now")
    other.goto(picture.url)
    other.get_by_role("link", name="Use this recipe on my photo").click()
    assert serious_faults(other) == []
    assert fits_the_screen(other)
    other.set_input_files("#files", photo_path)
    other.wait_for_url("**/picture/*/")
    assert other.url != picture.url
    expect(other.locator("[data-job-state]")).to_have_attribute(
        "data-state", "done", timeout=60_000
    )
    other.get_by_role("link", name="a picture", exact=True).click()
    other.wait_for_url(picture.url)
    expect(other.locator("main")).to_contain_text("1 picture painted by this recipe")


def test_the_recipe_can_be_kept_for_oneself(picture: Page, other: Page) -> None:
    picture.get_by_role("button", name="Publish").click()
    expect(picture.locator("#toasts")).to_contain_text("It hangs in the gallery now")
    picture.get_by_role("switch", name="Others may use its recipe").uncheck()
    expect(picture.locator("#toasts")).to_contain_text("The recipe is yours alone")
    other.goto(picture.url)
    expect(other.locator("main")).to_contain_text("Its owner keeps this recipe")
    assert other.get_by_role("link", name="Use this recipe").count() == 0


def make_link(page: Page, password: str) -> str:
    page.locator(".link-new > summary").click()
    page.get_by_label("Password, if you like").fill(password)
    page.get_by_label("It lasts").select_option("A day")
    page.get_by_label("Show the photograph beside it").last.check()
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    page.get_by_role("button", name="Make the link").click()
    address = page.locator(".link-address input")
    expect(address).to_have_count(1)
    return address.input_value()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_with_a_password_opens_elsewhere_until_it_is_revoked(
    picture: Page, other: Page, scheme: str
) -> None:
    for page in (picture, other):
        page.emulate_media(color_scheme=scheme)
    address = make_link(picture, "sesame")
    other.goto(address)
    assert serious_faults(other) == []
    other.get_by_label("Password").fill("open")
    other.get_by_role("button", name="Show the picture").click()
    expect(other.get_by_role("alert")).to_contain_text("not the password")
    assert serious_faults(other) == []
    other.get_by_label("Password").fill("sesame")
    other.get_by_role("button", name="Show the picture").click()
    expect(other.locator(".canvas[data-mode=compare]")).to_be_visible()
    image = other.locator("img[data-side=after]")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1024
    assert serious_faults(other) == []
    assert fits_the_screen(other)
    picture.goto("/me/links/")
    expect(picture.locator(".link-row")).to_contain_text("seen by 1")
    assert serious_faults(picture) == []
    assert fits_the_screen(picture)
    picture.get_by_role("button", name="Revoke the link").click()
    expect(picture.locator(".link-row")).to_contain_text("Revoked")
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_have_text("Nothing hangs here any more")
    assert serious_faults(other) == []
    picture.get_by_role("button", name="Bring back").click()
    expect(picture.locator(".link-row")).to_contain_text("Open until")
    other.reload()
    expect(other.locator(".canvas")).to_be_visible()


def test_many_photographs_in_many_styles_fill_a_table(
    page: Page, photo_path: str, tmp_path: Path
) -> None:
    page.goto("/batch/")
    photos = [Path(shutil.copy(photo_path, tmp_path / f"cat-{n}.png")) for n in range(2)]
    page.set_input_files("#files", photos)
    expect(page.locator("#picks li")).to_have_count(2)
    for style in ("udnie", "great-wave"):
        page.locator(f"input[name=style][value={style}]").check()
    page.locator("input[name=size][value='512']").check(force=True)
    expect(page.locator("[data-slot=sum]")).to_have_text("2 photographs in 2 styles: 4 pictures.")
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    page.get_by_role("button", name="Paint them all").click()
    page.wait_for_url("**/batch/*-*/")
    expect(page.locator("#batch [data-slot=state]")).to_have_text(
        "All 4 are painted", timeout=90_000
    )
    expect(page.locator(".batch-table img.waiting")).to_have_count(0)
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    with page.expect_download() as sheet:
        page.get_by_role("link", name="Contact sheet").click()
    assert sheet.value.path().stat().st_size > 10_000
    with page.expect_download() as archive:
        page.get_by_role("link", name="All as a ZIP").click()
    data = archive.value.path().read_bytes()
    assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) == 4


def test_what_ends_on_another_page_is_told(page: Page, photo: str) -> None:
    page.goto(f"/photo/{photo}/")
    token = page.evaluate("document.body.dataset.csrf")
    page.goto("/gallery/")
    # They are queued from "another page", so that this one, once loaded, finds them under way.
    page.evaluate(
        """async ([photo, token]) => {
          for (const style of ["udnie", "great-wave", "the-scream"]) {
            const body = JSON.stringify({ photo, styles: [{ style }], size: 2048 });
            const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
            await fetch("/api/v1/renderings", { method: "POST", body, headers });
          }
        }""",
        [photo, token],
    )
    page.goto("/gallery/")
    expect(page).to_have_title(re.compile(r"^\(\d\) "))
    expect(page.locator("#toasts a").first).to_contain_text("finished", timeout=90_000)


def test_without_javascript_a_link_and_a_batch_work_too(plain_page: Page) -> None:
    plain_page.goto("/batch/")
    plain_page.locator("input[name=photo][type=checkbox]").first.check()
    plain_page.locator("input[name=style][value=udnie]").check()
    plain_page.locator("input[name=size][value='512']").check(force=True)
    plain_page.get_by_role("button", name="Paint them all").click()
    plain_page.wait_for_url("**/batch/*-*/")
    # While something is unfinished, the page fetches itself anew every few seconds.
    expect(plain_page.locator("#batch")).to_contain_text("It is painted", timeout=60_000)
    plain_page.locator(".batch-table a.work").click()
    plain_page.locator(".link-new > summary").click()
    plain_page.get_by_role("button", name="Make the link").click()
    address = plain_page.locator(".link-address input").input_value()
    plain_page.goto(address)
    expect(plain_page.locator("img[data-side=after]")).to_be_visible()
    plain_page.goto("/me/links/")
    plain_page.get_by_role("button", name="Revoke all").click()
    expect(plain_page.locator(".link-row")).to_contain_text("Revoked")
