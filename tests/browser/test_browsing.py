"""Browsing in a real browser: walls that go on, pictures that open large, and how light it is."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import ROOT, SCREENS, fits_the_screen, serious_faults

pytestmark = pytest.mark.browser

HUNG = 116  # besides the samples: more than five pages
GALLERY = "/gallery/?q=hung"
LIGHT = 600_000  # bytes that the first screen may take
SHIFT = 0.02
MEASURE_SHIFTS = """
    window.shifts = 0;
    new PerformanceObserver((list) => {
      for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts += one.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
LARGE = "#lightbox"


@pytest.fixture(scope="module", autouse=True)
def _hung(site: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tests.browser.hang", str(HUNG)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


@pytest.fixture
def plain(browser: Browser, site: str) -> Iterator[Page]:
    """Without JavaScript."""
    context = browser.new_context(base_url=site, java_script_enabled=False)
    yield context.new_page()
    context.close()


def works(page: Page) -> Locator:
    return page.locator(".endless .wall a.work")


def titles(page: Page) -> list[str]:
    return works(page).locator(".work-title").all_text_contents()


def to_the_end(page: Page) -> None:
    page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")


def all_of_them(page: Page) -> None:
    for _ in range(20):
        to_the_end(page)
        page.wait_for_timeout(150)
        if page.get_by_text("That is all of them").is_visible():
            return
        button = page.get_by_role("link", name="Show more")
        if button.is_visible():
            button.click()
    raise AssertionError("the wall has no end")


def name_of(page: Page) -> str:
    return page.locator(LARGE).locator("[data-slot=title]").inner_text()


@pytest.mark.parametrize(("size", "limit"), [((1280, 800), LIGHT), ((390, 844), LIGHT)])
def test_the_first_screen_is_light(
    whole_browser: Browser, site: str, size: tuple[int, int], limit: int
) -> None:
    phone = {**SCREENS["phone"], "device_scale_factor": 3} if size[0] < 500 else {}
    given = {**phone, "viewport": {"width": size[0], "height": size[1]}}
    context = whole_browser.new_context(base_url=site, **given)
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    bytes_of: dict[str, float] = {}
    kinds: dict[str, str] = {}
    network.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    network.on(
        "Network.loadingFinished",
        lambda e: bytes_of.update({e["requestId"]: e["encodedDataLength"]}),
    )
    page.goto("/gallery/", wait_until="networkidle")
    page.wait_for_timeout(500)
    expect(works(page)).to_have_count(24)
    shown = page.locator(".endless img").first.evaluate("image => image.currentSrc")
    assert "thumb-" in shown
    spent: dict[str, float] = {}
    for request, size_of in bytes_of.items():
        spent[kinds.get(request, "")] = spent.get(kinds.get(request, ""), 0) + size_of
    total = sum(spent.values())
    print(f"{size}: {total / 1000:.0f} KB, {[(k, round(v / 1000)) for k, v in spent.items()]}")
    assert total < limit, spent
    context.close()


def test_nothing_jumps_while_the_wall_comes(page: Page) -> None:
    page.add_init_script(MEASURE_SHIFTS)
    page.goto(GALLERY, wait_until="networkidle")
    for _ in range(12):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(120)
    expect(works(page).nth(24)).to_be_attached(timeout=30_000)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts") < SHIFT


def test_pages_follow_by_themselves_and_then_on_asking_until_the_end(page: Page) -> None:
    page.goto(GALLERY)
    first = titles(page)
    for number in (48, 72, 96):
        to_the_end(page)
        expect(works(page)).to_have_count(number)
        expect(page.locator(".endless > [role=status]")).to_have_text(
            f"Pictures {number - 23} to {number} of {HUNG}"
        )
    to_the_end(page)
    page.wait_for_timeout(600)
    expect(works(page)).to_have_count(96)  # the foot of the page can be reached
    expect(page.locator(".colophon")).to_be_in_viewport()
    button = page.get_by_role("link", name="Show more")
    button.focus()
    page.keyboard.press("Enter")
    expect(works(page)).to_have_count(HUNG)
    expect(works(page).nth(96)).to_be_focused()
    expect(page.get_by_text("That is all of them")).to_be_visible()
    expect(button).to_be_hidden()
    assert titles(page)[:24] == first
    assert len(set(titles(page))) == HUNG
    assert page.locator(".pager").is_hidden()
    assert fits_the_screen(page)


def test_the_address_is_that_of_the_page_one_looks_at(page: Page, context: BrowserContext) -> None:
    page.goto(GALLERY)
    to_the_end(page)
    expect(works(page)).to_have_count(48)
    to_top = "link => link.scrollIntoView({ block: 'start', behavior: 'instant' })"
    works(page).nth(36).evaluate(to_top)
    page.wait_for_url(re.compile("page=2$"))
    assert "q=hung" in page.url
    other = context.new_page()
    other.goto(page.url)
    assert titles(other)[0] == "Hung 24"
    other.get_by_role("link", name="The pictures before these").click()
    other.wait_for_url(re.compile("page=1$"))
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    page.wait_for_url(re.compile("q=hung$"))


def test_the_way_back_leads_to_the_same_place(page: Page) -> None:
    page.goto(GALLERY)
    to_the_end(page)
    expect(works(page)).to_have_count(48)
    link = works(page).nth(33)
    link.scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    title, before = link.inner_text(), link.bounding_box()
    assert before
    page.goto(link.evaluate("link => link.href"))
    expect(page.locator("h1")).to_have_text(title)
    page.go_back()
    again = page.get_by_role("link", name=title).first
    expect(again).to_be_in_viewport()
    after = again.bounding_box()
    assert after
    assert abs(after["y"] - before["y"]) < 8


def test_what_could_not_be_fetched_is_tried_again(page: Page) -> None:
    page.goto(GALLERY)
    page.route("**/gallery/*page=2*", lambda route: route.abort())
    to_the_end(page)
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("could not be fetched")
    assert serious_faults(page) == []
    page.unroute("**/gallery/*page=2*")
    trouble.get_by_role("button", name="Try again").click()
    expect(works(page)).to_have_count(48)
    expect(trouble).to_be_hidden()


def test_a_picture_opens_large_and_the_keys_lead_on(page: Page) -> None:
    page.goto(GALLERY)
    names = titles(page)
    large = page.locator(LARGE)
    works(page).nth(1).focus()
    page.keyboard.press("Enter")
    expect(large).to_be_visible()
    assert name_of(page) == names[1]
    picture = large.locator("img")
    expect(picture).to_have_attribute("src", re.compile("/view"))
    assert picture.get_attribute("alt") == works(page).nth(1).locator("img").get_attribute("alt")
    expect(large.locator("[data-slot=place]")).to_have_text(f"2 / {HUNG}")
    assert serious_faults(page) == []
    page.keyboard.press("ArrowRight")
    assert name_of(page) == names[2]
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert name_of(page) == names[0]
    expect(large.get_by_role("button", name="Picture before")).to_have_attribute(
        "aria-disabled", "true"
    )
    for _ in range(9):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(works(page).first).to_be_focused()


def test_after_the_last_picture_comes_the_next_page(page: Page) -> None:
    page.goto(GALLERY)
    works(page).first.click()
    page.keyboard.press("End")
    expect(page.locator(LARGE).locator("[data-slot=title]")).to_have_text("Hung 23")
    page.get_by_role("button", name="Next picture").click()
    expect(page.locator(LARGE).locator("[data-slot=title]")).to_have_text("Hung 24")
    page.get_by_role("button", name="Close").click()
    expect(works(page).nth(24)).to_be_focused()
    expect(works(page).nth(24)).to_be_in_viewport()


def test_at_the_end_of_the_wall_there_is_no_next(page: Page) -> None:
    page.goto(GALLERY)
    all_of_them(page)
    works(page).last.click()
    on = page.get_by_role("button", name="Next picture")
    expect(on).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("ArrowRight")
    assert name_of(page) == f"Hung {HUNG - 1}"


@pytest.mark.parametrize("context", ["phone"], indirect=True)
def test_a_finger_swipes_from_picture_to_picture(page: Page, context: BrowserContext) -> None:
    page.goto(GALLERY)
    works(page).first.tap()
    expect(page.locator(LARGE)).to_be_visible()
    assert fits_the_screen(page)
    fingers = context.new_cdp_session(page)

    def swipe(start: tuple[int, int], end: tuple[int, int]) -> None:
        for kind, (x, y) in (("Start", start), ("Move", end), ("End", end)):
            points = [] if kind == "End" else [{"x": x, "y": y}]
            fingers.send(
                "Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points}
            )
        page.wait_for_timeout(100)

    title = page.locator(LARGE).locator("[data-slot=title]")
    swipe((320, 400), (80, 410))
    expect(title).to_have_text("Hung 1")
    swipe((320, 400), (80, 390))
    expect(title).to_have_text("Hung 2")
    swipe((80, 400), (320, 400))
    expect(title).to_have_text("Hung 1")
    swipe((200, 400), (220, 400))  # too short
    swipe((200, 300), (210, 600))  # downwards
    expect(title).to_have_text("Hung 1")
    expect(page.locator(LARGE)).to_be_visible()


@pytest.mark.parametrize("context", ["desktop"], indirect=True)
def test_a_click_with_a_modifier_is_the_browsers(page: Page, context: BrowserContext) -> None:
    page.goto(GALLERY)
    with context.expect_page() as opened:
        works(page).first.click(modifiers=["Control"])
    expect(opened.value.locator("h1")).to_have_text("Hung 0")
    expect(page.locator(LARGE)).to_be_hidden()
    works(page).first.click()
    page.locator(LARGE).get_by_role("link", name="Hung 0").click()
    page.wait_for_url("**/picture/*/")


@pytest.mark.parametrize("context", ["desktop"], indirect=True)
def test_a_click_beside_the_picture_closes_it(page: Page) -> None:
    page.goto(GALLERY)
    works(page).nth(3).click()
    expect(page.locator(LARGE)).to_be_visible()
    page.locator(".lightbox-stage").click(position={"x": 5, "y": 5})
    expect(page.locator(LARGE)).to_be_hidden()
    expect(works(page).nth(3)).to_be_focused()


def test_the_gallery_is_searched_and_filtered(page: Page) -> None:
    page.goto("/gallery/")
    box = page.get_by_role("searchbox")
    box.fill("hung 1")
    box.press("Enter")
    page.wait_for_url("**q=hung*")
    expect(works(page).first).to_contain_text("Hung 1")
    page.get_by_role("navigation", name="Styles").get_by_role("link", name="Udnie").click()
    page.wait_for_url("**style=udnie*")
    assert "q=hung" in page.url
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    page.get_by_role("link", name="Most loved this week").click()
    page.wait_for_url("**order=loved*")
    assert "style=udnie" in page.url
    page.get_by_role("link", name="About this style").click()
    page.wait_for_url("**/styles/udnie/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Udnie")
    assert works(page).count() > 0
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    page.goto("/gallery/?q=zeppelin&style=udnie&tag=sea")
    expect(page.locator(".empty-room")).to_contain_text("Nothing here is called")
    assert serious_faults(page) == []
    assert fits_the_screen(page)


@pytest.mark.parametrize("context", ["desktop"], indirect=True)
def test_the_dark_wall_is_as_readable(page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(GALLERY)
    assert serious_faults(page) == []
    works(page).first.click()
    assert serious_faults(page) == []


def test_without_javascript_there_are_pages_and_links(plain: Page) -> None:
    plain.goto(GALLERY)
    expect(works(plain)).to_have_count(24)
    plain.get_by_role("link", name="Older").click()
    assert titles(plain)[0] == "Hung 24"
    expect(plain.get_by_text("Page 2 of 5")).to_be_visible()
    expect(plain.get_by_role("link", name="Show more")).to_be_hidden()
    works(plain).first.click()
    plain.wait_for_url("**/picture/*/")
    plain.goto("/styles/udnie/")
    assert works(plain).count() > 0
    plain.goto("/gallery/")
    plain.get_by_role("searchbox").fill("hung 7")
    plain.get_by_role("searchbox").press("Enter")
    expect(works(plain).first).to_contain_text("Hung 7")


def test_a_style_is_chosen_on_its_own_page(page: Page) -> None:
    page.goto("/styles/great-wave/")
    page.get_by_role("link", name="Paint a photograph with it").click()
    expect(page.locator("#hint")).to_have_text(
        "The Great Wave off Kanagawa it is. Now a photograph."
    )
    expect(page.locator("[data-style=great-wave]")).to_have_attribute("aria-pressed", "true")
