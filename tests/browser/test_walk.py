"""A visitor's whole walk: drop a photo, tap a style, watch, compare, publish, find it again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import fits_the_screen, serious_faults

pytestmark = [pytest.mark.browser, pytest.mark.scaled]


def paint(page: Page, photo_path: str, style: str = "the-scream") -> None:
    """From the front page to the finished picture."""
    page.goto("/")
    page.set_input_files("#files", photo_path)
    page.locator(f"[data-style={style}]").click()
    page.wait_for_url("**/picture/*/")
    expect(page.locator("[data-job-state]")).to_have_attribute("data-state", "done", timeout=60_000)


def test_a_visitor_drops_a_photo_watches_compares_publishes_and_finds_it(
    page: Page, photo_path: str
) -> None:
    paint(page, photo_path)
    expect(page.get_by_role("heading", level=1)).to_have_text("The Scream")
    after = page.locator(".compare [data-side=after]")
    expect(after).to_be_visible()
    expect(after).to_have_js_property("naturalWidth", 1024)

    slider = page.locator(".compare input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "0 % after")
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "100 % after")
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "99 % after")
    assert serious_faults(page) == []
    assert fits_the_screen(page)

    address = page.url
    page.goto("/gallery/")
    path = address.split("/picture/")[1]
    mine = page.locator(f".wall a.work[href*='{path}']")
    expect(mine).to_have_count(0)  # private until published
    page.goto(address)
    page.locator("[data-action=publish]").click()
    expect(page.locator("[data-action=publish]")).to_have_text("Take it down")
    page.goto("/gallery/")
    expect(mine).to_have_count(1)
    mine.click()
    page.locator("#lightbox [data-slot=title]").click()
    expect(page).to_have_url(address)
    page.locator("[data-action=publish]").click()
    expect(page.locator("[data-action=publish]")).to_have_text("Publish")
    page.goto("/gallery/")
    expect(mine).to_have_count(0)


def test_the_picture_goes_on_after_a_reload_and_is_kept_under_mine(
    page: Page, photo_path: str
) -> None:
    page.goto("/")
    page.set_input_files("#files", photo_path)
    page.locator("[data-style=udnie]").click()
    page.wait_for_url("**/picture/*/")
    page.reload()
    expect(page.locator("[data-job-state]")).to_have_attribute("data-state", "done", timeout=60_000)
    page.goto("/me/")
    expect(page.locator(".wall a.work[href^='/picture/']")).to_have_count(1)
    assert serious_faults(page) == []


def test_a_download_is_a_picture_named_after_its_style(page: Page, photo_path: str) -> None:
    paint(page, photo_path)
    with page.expect_download() as download:
        page.get_by_role("link", name="JPEG").click()
    assert download.value.suggested_filename.startswith("the-scream-")
    assert download.value.path().read_bytes()[:3] == b"\xff\xd8\xff"


def test_the_studio_paints_another_style_in_place(page: Page, photo_path: str) -> None:
    paint(page, photo_path)
    page.get_by_role("link", name="Try another style").click()
    page.wait_for_url("**/photo/*/")
    assert fits_the_screen(page)
    assert serious_faults(page) == []
    page.locator("label[data-style=udnie]").click()
    film = page.locator("#film .film-item")
    expect(film).to_have_count(2)
    expect(page.locator("#film [data-state=done]")).to_have_count(2, timeout=60_000)
    expect(page.locator(".studio-title [data-slot=title]")).to_contain_text("Udnie")


def test_a_deleted_picture_comes_back_by_undo(page: Page, photo_path: str) -> None:
    paint(page, photo_path)
    page.locator("[data-action=delete]").click()
    undo = page.locator("#toasts").get_by_role("button", name="Undo")
    undo.click()
    expect(page.locator("[data-job-state]")).to_have_attribute("data-state", "done")


def test_a_file_that_is_no_picture_is_refused_with_the_remedy(page: Page, tmp_path: Path) -> None:
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear sister, the sky turned red as blood.")
    page.goto("/")
    page.set_input_files("#files", letter)
    refused = page.locator(".upload")
    expect(refused).to_contain_text("letter.jpg is not a picture we can read: use JPEG")
    refused.locator("[data-action=cancel]").click()
    expect(refused).to_have_count(0)


def test_without_a_socket_the_page_polls(page: Page, photo_path: str) -> None:
    page.add_init_script("window.WebSocket = class { constructor() { setTimeout(() =>"
                         " this.onclose?.({code: 1006}), 50); } close() {} };")  # fmt: skip
    paint(page, photo_path)


def test_the_style_may_be_tapped_before_the_photo_is_dropped(page: Page, photo_path: str) -> None:
    page.goto("/")
    page.locator("[data-style=great-wave]").click()
    page.set_input_files("#files", photo_path)
    page.wait_for_url("**/picture/*/")


def test_several_photos_are_painted_side_by_side(
    page: Page, photo_path: str, tmp_path: Path
) -> None:
    photos = [Path(shutil.copy(photo_path, tmp_path / f"cat-{n}.png")) for n in range(3)]
    page.goto("/")
    page.set_input_files("#files", photos)
    page.locator("[data-style=udnie]").click()
    expect(page.locator(".upload[data-state=done]")).to_have_count(3, timeout=60_000)


def test_every_public_page_is_accessible_and_fits(page: Page) -> None:
    for address in ("/", "/gallery/", "/me/", "/nothing-here/"):
        page.goto(address)
        assert serious_faults(page) == []
        assert fits_the_screen(page), address


def test_the_walls_turn_dark_and_stay_so(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    page.locator("#theme").click()
    dark = "getComputedStyle(document.documentElement).backgroundColor"
    colour = page.evaluate(dark)
    assert serious_faults(page) == []
    page.goto("/gallery/")
    assert page.evaluate(dark) == colour
    page.locator("#theme").click()
    assert page.evaluate(dark) != colour
