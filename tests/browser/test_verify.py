"""Where a picture comes from, asked with and without a script: what is said is seen and heard."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENS, fits_the_screen, serious_faults

pytestmark = pytest.mark.browser


def test_a_result_that_was_downloaded_is_known_again(page: Page, tmp_path: Path) -> None:
    page.goto("/gallery/")
    page.goto(page.locator("a[href^='/picture/']").first.get_attribute("href") or "")
    with page.expect_download() as waiting:
        page.locator(".downloads a").first.click()
    waiting.value.save_as(tmp_path / "mine.jpg")
    page.locator(".downloads .note a").click()
    page.wait_for_url("**/verify/")
    page.set_input_files("#picture", tmp_path / "mine.jpg")
    page.locator(".verify-form button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".verified", timeout=60_000)
    expect(page.get_by_role("status").filter(has_text="synthetic")).to_contain_text("on this site")
    expect(page.locator(".verified")).to_contain_text("Intact")
    assert page.locator(".verified a[href^='/picture/']").count() == 1
    assert serious_faults(page) == []
    assert fits_the_screen(page)


def test_it_answers_without_javascript(browser: Browser, site: str, photo_path: str) -> None:
    context = browser.new_context(
        base_url=site, java_script_enabled=False, color_scheme="dark", **SCREENS["phone"]
    )
    page = context.new_page()
    page.goto("/")
    page.locator(".colophon a[href='/verify/']").click()
    page.set_input_files("#picture", photo_path)
    page.locator(".verify-form button").click()
    page.wait_for_selector(".verified", timeout=60_000)
    expect(page.locator(".verified")).to_contain_text("does not mean that the picture is real")
    context.close()
