"""Regions: masks painted, proposed, uploaded; each style goes where its mask is."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import fits_the_screen, serious_faults

pytestmark = pytest.mark.browser
SOON = 60_000  # ms, also on a machine that has other things to do
ON_A_DESKTOP = pytest.mark.parametrize("context", ["desktop"], indirect=True)
ON_A_PHONE = pytest.mark.parametrize("context", ["phone"], indirect=True)
TWO = "mix=starry-night:50,great-wave:50"


def open_regions(page: Page, photo: str, query: str = "") -> None:
    page.goto(f"/regions/{photo}/?{query}")
    expect(page.locator(".region-stage")).to_be_visible()


def on_screen(page: Page, place: tuple[float, float]) -> tuple[float, float]:
    box = page.locator(".region-frame").bounding_box()
    assert box
    return box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"]


def stroke(page: Page, *places: tuple[float, float]) -> None:
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(*on_screen(page, places[0]))
    page.mouse.down()
    for place in places:
        page.mouse.move(*on_screen(page, place), steps=5)
    page.mouse.up()


def covers(page: Page) -> list[str]:
    return page.locator("[data-slot=cover]").all_inner_texts()


def cover(page: Page, number: int = 1) -> int:
    """In per cent, of a region."""
    text = page.locator(f"[data-region='{number}'] [data-slot=cover]").inner_text()
    found = re.fullmatch(r"(\d+) %", text)
    return int(found[1]) if found else 0


def tool(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).check()


def undo(page: Page) -> Locator:
    return page.get_by_role("button", name="Undo")


def test_two_regions_are_painted_and_seen(page: Page, photo: str) -> None:
    page.get_by_role("link", name="Regions").click()
    page.wait_for_url(f"**/regions/{photo}/")
    page.get_by_role("button", name=re.compile("Region 1: change")).click()
    page.get_by_role("dialog").get_by_role("button", name="The Starry Night").click()
    assert covers(page) == ["Paint where it goes"]
    page.get_by_label("Width").fill("90")
    stroke(page, (0.2, 0.2), (0.8, 0.2))
    first = cover(page)
    assert 15 < first < 40

    page.get_by_role("button", name="Add a region").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="The Starry Night")).to_be_disabled()
    dialog.get_by_role("button", name="The Great Wave").click()
    stroke(page, (0.2, 0.8), (0.8, 0.8))
    stroke(page, (0.5, 0.2), (0.5, 0.3))
    grown = cover(page, 2)
    undo(page).click()
    assert 15 < cover(page, 2) < grown
    assert cover(page) == first
    assert serious_faults(page) == []
    assert fits_the_screen(page)

    masks: list[str] = []
    page.on(
        "response", lambda r: masks.append(r.json()["id"]) if r.url.endswith("/masks") else None
    )
    with page.expect_response("**/api/v1/renderings") as answer:
        page.get_by_role("button", name="Paint it").click()
    assert {style["slug"] for style in answer.value.json()["styles"]} == {
        "starry-night",
        "great-wave",
    }
    expect(page.locator("[data-layer=painted]")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("radio", name="Painted")).to_be_checked()
    expect(page.locator("[data-slot=made]")).to_contain_text("Finished")
    assert len(masks) == 2
    sent = Image.open(io.BytesIO(page.request.get(f"/file/mask/{masks[0]}/original").body()))
    white, black = (
        sent.convert("L").getpixel((sent.width // 2, round(at * sent.height))) for at in (0.2, 0.8)
    )
    assert (white, black) == (255, 0)
    assert serious_faults(page) == []
    assert fits_the_screen(page)

    page.get_by_role("button", name="Paint it").click()
    expect(page.locator("[data-slot=made]")).to_contain_text("Finished", timeout=SOON)
    assert len(masks) == 2  # what is there is not sent again
    page.locator("[data-slot=made] a").click()
    page.wait_for_url("**/picture/*/")
    expect(page.locator(".recipe")).to_contain_text("in a region")


@ON_A_DESKTOP
def test_the_eraser_takes_away_and_undo_and_redo_walk_the_steps(page: Page, photo: str) -> None:
    open_regions(page, photo)
    expect(undo(page)).to_have_attribute("aria-disabled", "true")
    page.get_by_label("Width").fill("90")
    stroke(page, (0.1, 0.5), (0.9, 0.5))
    full = cover(page)
    page.keyboard.press("e")
    expect(page.get_by_role("radio", name="Eraser")).to_be_checked()
    stroke(page, (0.5, 0.1), (0.5, 0.9))
    less = cover(page)
    assert 0 < less < full
    page.get_by_role("button", name="Invert").click()
    assert abs(cover(page) - (100 - less)) <= 1
    page.get_by_role("button", name="Clear").click()
    assert covers(page) == ["Paint where it goes"]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert cover(page) == less
    undo(page).click()
    assert cover(page) == full
    page.keyboard.press("Control+Shift+z")
    assert cover(page) == less
    page.get_by_role("button", name="Redo").click()
    assert abs(cover(page) - (100 - less)) <= 1


@ON_A_DESKTOP
def test_pieces_are_taken_by_keyboard_and_by_mouse(page: Page, photo: str) -> None:
    open_regions(page, photo)
    page.get_by_role("radio", name="Brush").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    said = page.locator("[data-slot=said]")
    expect(said).to_contain_text("pieces. The arrows go", timeout=SOON)
    page.get_by_role("radio", name="Large").check()
    expect(page.locator("[data-slot=status]")).to_be_empty(timeout=SOON)
    page.get_by_role("button", name="Go through them").press("Enter")
    expect(said).to_contain_text("Not taken,")
    place = said.inner_text().removeprefix("Not taken, ")
    page.keyboard.press(" ")
    expect(said).to_have_text(f"Taken, {place}")
    one = page.locator("[data-slot=cover]").inner_text()
    for _ in range(12):
        page.keyboard.press("ArrowUp")
    expect(said).to_have_text(re.compile(r"Not taken, \d+ % across, [12]?\d % down"))
    page.keyboard.press(" ")
    expect(said).to_have_text(re.compile("^Taken, "))
    assert page.locator("[data-slot=cover]").inner_text() != one
    page.keyboard.press(" ")
    assert page.locator("[data-slot=cover]").inner_text() == one
    assert serious_faults(page) == []

    stroke(page, (0.1, 0.9), (0.9, 0.9))
    assert cover(page) > 5
    undo(page).click()
    assert page.locator("[data-slot=cover]").inner_text() == one


@ON_A_DESKTOP
def test_the_machine_proposes_a_subject_and_all_but_it(page: Page, photo: str) -> None:
    open_regions(page, photo)
    tool(page, "Subject")
    stroke(page, (0.1, 0.05), (0.95, 0.95))
    expect(page.locator("[data-slot=cover]")).to_have_text(re.compile(r"\d+ %"), timeout=SOON)
    subject = cover(page)
    page.get_by_label("All but the subject").check()
    page.get_by_role("radio", name="Replace").check()
    page.locator(".region-stage").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-slot=cover]")).not_to_have_text(f"{subject} %", timeout=SOON)
    assert abs(cover(page) - (100 - subject)) <= 2
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator("[data-slot=said]")).to_have_text(
        "Box from 12 % to 97 % across, 5 % to 93 % down"
    )


@ON_A_DESKTOP
def test_brightness_and_gradient_follow_their_sliders(page: Page, photo: str) -> None:
    open_regions(page, photo)
    tool(page, "Gradient")
    page.get_by_label("Gone at").fill("30")
    assert 28 <= cover(page) <= 32  # full until there, too
    expect(page.get_by_label("Full until")).to_have_value("30")
    page.get_by_label("Gone at").fill("50")
    assert 38 <= cover(page) <= 42  # instead of the first one, not beside it
    page.get_by_role("radio", name="Bottom").check()
    page.get_by_label("Full until").fill("50")
    assert 48 <= cover(page) <= 52
    tool(page, "Brightness")
    page.get_by_role("radio", name="Take away").check()
    page.get_by_label("From").fill("50")
    less = cover(page)
    assert less < 48
    page.wait_for_timeout(1100)  # what comes sooner goes on with the same step
    page.get_by_label("From").fill("0")
    assert covers(page) == ["Paint where it goes"]
    undo(page).click()
    assert cover(page) == less
    undo(page).click()
    assert 48 <= cover(page) <= 52


@ON_A_DESKTOP
def test_a_mask_is_uploaded(page: Page, photo: str, tmp_path: Path) -> None:
    open_regions(page, photo)
    mask = Image.new("L", (451, 300))
    mask.paste(255, (0, 0, 113, 300))
    mask.save(tmp_path / "quarter.png")
    page.get_by_label("Upload").set_input_files(tmp_path / "quarter.png")
    expect(page.locator("[data-slot=cover]")).to_have_text("25 %")
    Image.new("L", (300, 300)).save(tmp_path / "square.png")
    page.get_by_label("Upload").set_input_files(tmp_path / "square.png")
    expect(page.locator("#toasts")).to_contain_text("does not fit this photograph.")
    (tmp_path / "words.png").write_text("no picture")
    page.get_by_label("Upload").set_input_files(tmp_path / "words.png")
    expect(page.locator("#toasts")).to_contain_text("cannot be read as a picture")
    assert cover(page) == 25


@ON_A_DESKTOP
def test_the_rest_has_a_style_and_a_region_stays_a_photo(page: Page, photo: str) -> None:
    open_regions(page, photo, TWO)
    page.get_by_role("button", name="Paint it").click()
    expect(page.locator("#toasts")).to_contain_text("Nothing is marked yet.")
    page.get_by_role("button", name="Remove region 2").click()
    page.get_by_role("button", name=re.compile("Region 1: change")).click()
    page.get_by_role("dialog").get_by_role("button", name="Leave it a photo").click()
    stroke(page, (0.5, 0.3), (0.5, 0.7))
    page.get_by_role("button", name=re.compile("The rest: change")).click()
    page.get_by_role("dialog").get_by_role("button", name="The Scream").click()
    with page.expect_response("**/api/v1/renderings") as answer:
        page.get_by_role("button", name="Paint it").click()
    assert [style["slug"] for style in answer.value.json()["styles"]] == ["the-scream"]
    expect(page.locator("[data-layer=painted]")).to_be_visible(timeout=SOON)


@ON_A_DESKTOP
def test_work_outlives_a_reload(page: Page, photo: str) -> None:
    open_regions(page, photo, TWO)
    page.locator(".region-pick").nth(1).click()
    stroke(page, (0.2, 0.5), (0.8, 0.5))
    before = covers(page)
    page.reload()
    expect(page.locator("[data-region='2'] [data-slot=cover]")).to_have_text(before[1])
    expect(page.get_by_role("radio", name="Work on region 2")).to_be_checked()


@ON_A_DESKTOP
def test_what_is_zoomed_is_painted_where_the_hand_is(page: Page, photo: str) -> None:
    open_regions(page, photo)
    stroke(page, (0.5, 0.5), (0.6, 0.5))
    plain = page.locator("[data-slot=cover]").inner_text()
    undo(page).click()
    for _ in range(4):
        page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Move the picture").click()
    before = page.locator(".region-frame").bounding_box()
    page.mouse.move(400, 400)
    page.mouse.down()
    page.mouse.move(480, 430)
    page.mouse.up()
    after = page.locator(".region-frame").bounding_box()
    assert before
    assert after
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((80, 30), abs=1)
    assert covers(page) == ["Paint where it goes"]
    page.get_by_role("button", name="Move the picture").click()
    stroke(page, (0.5, 0.5), (0.6, 0.5))
    assert page.locator("[data-slot=cover]").inner_text() == plain
    page.get_by_role("button", name="Fit").click()
    expect(page.get_by_role("button", name="Move the picture")).to_be_disabled()


@ON_A_DESKTOP
def test_a_pen_that_hardly_touches_draws_a_thin_line(page: Page, photo: str) -> None:
    open_regions(page, photo)
    page.get_by_label("Width").fill("90")
    pen = page.context.new_cdp_session(page)
    seen = []
    for force in (1.0, 0.2):
        for kind, at in (("mousePressed", 0.2), ("mouseMoved", 0.8), ("mouseReleased", 0.8)):
            x, y = on_screen(page, (at, 0.5))
            pen.send(
                "Input.dispatchMouseEvent",
                {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1,
                 "pointerType": "pen", "force": force},
            )  # fmt: skip
        seen.append(cover(page))
        page.get_by_role("button", name="Clear").click()
    assert 0 < seen[1] < 0.6 * seen[0]


@ON_A_PHONE
def test_one_finger_paints_and_two_zoom(page: Page, photo: str) -> None:
    open_regions(page, photo)
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *places: tuple[float, float]) -> None:
        at = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    x, y = on_screen(page, (0.5, 0.5))
    send("touchStart", (x - 40, y))
    send("touchStart", (x - 40, y), (x + 40, y))
    for far in (50, 70, 90):
        send("touchMove", (x - far, y), (x + far, y))
    send("touchEnd")
    assert covers(page) == ["Paint where it goes"]
    fit = page.get_by_role("button", name="Fit")
    fit.click()
    expect(fit).to_be_hidden()

    send("touchStart", (x - 100, y))
    for step in range(1, 6):
        send("touchMove", (x - 100 + 40 * step, y + 30 * step))
    send("touchEnd")
    assert cover(page) > 1
    assert page.evaluate("scrollY") == 0


def test_without_javascript_the_page_says_so(plain_page: Page) -> None:
    page = plain_page
    page.get_by_role("link", name="Regions").click()
    expect(page.get_by_text("Painting regions needs JavaScript.")).to_be_visible()
    expect(page.get_by_role("button", name="Paint it")).to_be_hidden()
    page.get_by_role("link", name="mix styles over the whole photograph").click()
    page.wait_for_url("**/mix/**")
