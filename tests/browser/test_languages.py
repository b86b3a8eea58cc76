"""The site in Chinese, as a visitor walks through it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ON, SCREENS, fits_the_screen, serious_faults

pytestmark = pytest.mark.browser
ENGLISH = re.compile(r"[A-Za-z]{3,}")


@pytest.fixture(params=ON)
def chinese_page(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    """Of a browser that wants Chinese."""
    context = browser.new_context(base_url=site, locale="zh-CN", **SCREENS[request.param])
    context.set_default_timeout(30_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors


def test_the_language_is_switched_by_keyboard_and_kept(page: Page) -> None:
    page.goto("/teach/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    switch = page.get_by_role("form", name="Language")
    switch.get_by_role("button", name="English").focus()
    page.keyboard.press("Tab")
    expect(switch.get_by_role("button", name="中文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page).to_have_url(re.compile(r"/teach/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("训练风格")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("把照片变成一幅画")
    back = page.get_by_role("form", name="语言").get_by_role("button", name="English")
    expect(back).to_have_attribute("lang", "en")
    back.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Turn a photograph into a painting")


def test_it_is_switched_without_javascript(plain_page: Page) -> None:
    plain_page.goto("/gallery/")
    plain_page.get_by_role("button", name="中文").click()
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("画廊")


def test_a_photo_is_painted_in_chinese(chinese_page: Page, photo_path: str) -> None:
    page = chinese_page
    page.goto("/")
    page.set_input_files("#files", photo_path)
    expect(page.locator("#hint")).to_have_text("很好。现在点选一种风格。")
    expect(page.locator(".upload-state")).to_contain_text("已就绪")
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    page.locator("[data-style=the-scream]").click()
    page.wait_for_url("**/picture/*/")
    state = page.locator("[data-job-state]")
    expect(state).to_have_attribute("data-state", "done", timeout=60_000)
    expect(state).to_have_text("已完成")
    expect(page.get_by_role("heading", level=1)).to_have_text("呐喊")
    expect(page.locator(".label-by").first).to_contain_text("仿蒙克")
    slider = page.locator(".compare input[type=range]")
    slider.focus()
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "画作占 100%")
    page.locator("[data-action=publish]").click()
    expect(page.locator("[data-action=publish]")).to_have_text("撤下")
    expect(page.locator("#toasts")).to_contain_text("它现在在画廊中展出。")
    page.locator("[data-action=publish]").click()
    expect(page.locator("#toasts")).to_contain_text("现在只有您能看到它。")
    assert serious_faults(page) == []
    assert fits_the_screen(page)


def test_states_of_jobs_are_told_in_chinese(chinese_page: Page, photo_path: str) -> None:
    """By the socket: the sentences are put together in the page, of what the worker said."""
    page = chinese_page
    page.goto("/")
    page.set_input_files("#files", photo_path)
    page.locator(".upload .upload-name[href]").click()
    page.wait_for_url("**/photo/*/")
    page.evaluate(
        """() => {
          window.heard = [];
          const line = document.querySelector("[data-job-state]");
          const watch = () => window.heard.push(line.textContent);
          new MutationObserver(watch).observe(document.querySelector(".job-text"),
            { childList: true, subtree: true, characterData: true });
        }"""
    )
    page.locator("label.style-card[data-style=starry-night]").click()
    expect(page.locator("[data-job-state]")).to_have_attribute("data-state", "done", timeout=60_000)
    expect(page.locator("[data-slot=title]").first).to_have_text("星月夜")
    heard = [text for text in page.evaluate("window.heard") if text]
    assert heard
    assert not [text for text in heard if ENGLISH.search(text)]


def test_the_rooms_fit_the_screen_in_chinese(chinese_page: Page, photo_path: str) -> None:
    page = chinese_page
    page.goto("/")
    page.set_input_files("#files", photo_path)
    page.locator(".upload .upload-name[href]").click()
    page.wait_for_url("**/photo/*/")
    photo = page.url.rstrip("/").rsplit("/", 1)[1]
    rooms = [f"/photo/{photo}/", f"/mix/{photo}/", f"/regions/{photo}/", "/teach/", "/me/",
             "/gallery/", "/batch/", "/account/login/", "/account/signup/"]  # fmt: skip
    for address in rooms:
        page.goto(address)
        assert serious_faults(page) == [], address
        assert fits_the_screen(page), address
