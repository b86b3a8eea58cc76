"""Mixing styles while the picture follows: the pad, the sliders, undo, a link to a friend."""

from __future__ import annotations

import json
import re
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.browser.conftest import fits_the_screen, serious_faults

pytestmark = [pytest.mark.browser, pytest.mark.scaled]
SOON = 60_000  # ms, also on a machine that has other things to do
ON_A_DESKTOP = pytest.mark.parametrize("context", ["desktop"], indirect=True)
ON_A_PHONE = pytest.mark.parametrize("context", ["phone"], indirect=True)
TWO = "mix=starry-night:50,great-wave:50"
FOUR = "mix=starry-night:25,great-wave:25,udnie:25,the-scream:25"


def open_mix(page: Page, photo: str, query: str) -> Locator:
    """The canvas, once there is a picture on it."""
    page.goto(f"/mix/{photo}/?{query}")
    canvas = page.locator("canvas")
    expect(canvas).to_be_visible(timeout=SOON)
    return canvas


def rests(page: Page, query: str) -> None:
    """The hand rests: the newest wish is on the canvas at full size, and in the address."""
    expect(page).to_have_url(re.compile(re.escape(f"?{query}") + "$"), timeout=SOON)
    canvas = page.locator("canvas")
    for _ in range(SOON // 100):
        if canvas.evaluate("c => c.dataset.drawn === c.dataset.asked && c.width === 1024"):
            return
        page.wait_for_timeout(100)
    pytest.fail("no picture at full size")


def percents(page: Page) -> list[str]:
    return page.locator(".mix-percent:visible").all_inner_texts()


def test_a_visitor_goes_from_the_studio_adds_styles_and_drags_the_dot(
    page: Page, photo: str
) -> None:
    page.locator("label[data-style=udnie]").click()
    page.get_by_role("link", name="Mix styles live").click()
    page.wait_for_url(f"**/mix/{photo}/?mix=udnie:100")
    pad = page.get_by_role("slider", name="Between the styles")
    expect(pad).to_be_hidden()  # between one style there is no way
    for title in ("The Scream", "The Starry Night"):
        page.get_by_role("button", name="Add a style").click()
        page.get_by_role("dialog").get_by_role("button", name=title).click()
    expect(page.locator(".mix-style:visible")).to_have_count(3)
    page.get_by_role("button", name="Add a style").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="The Scream")).to_be_disabled()
    dialog.get_by_label("Find a style").fill("hokusai")
    dialog.locator(".style-card:visible").click()
    expect(page.get_by_role("button", name="Add a style")).to_be_hidden()  # there are four

    rests(page, "mix=udnie:25,the-scream:25,starry-night:25,great-wave:25")
    canvas = page.locator("canvas")
    canvas.evaluate(
        """canvas => {
          window.widths = [];
          const note = () => window.widths.push(canvas.width);
          new MutationObserver(note).observe(canvas, { attributeFilter: ["data-drawn"] });
        }"""
    )
    page.evaluate("scrollTo(0, 0)")
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 1, steps=12)
    page.mouse.up()
    rests(page, "mix=udnie:0,the-scream:100,starry-night:0,great-wave:0")
    on_a_phone = page.evaluate("innerWidth < 640")
    assert (384 if on_a_phone else 512) in page.evaluate("widths")  # while the hand moved
    assert percents(page) == ["0 %", "100 %", "0 %", "0 %"]
    expect(pad).to_have_attribute("aria-valuetext", "100 % The Scream")
    assert serious_faults(page) == []
    assert fits_the_screen(page)


@ON_A_DESKTOP
def test_the_arrows_move_the_dot(page: Page, photo: str) -> None:
    open_mix(page, photo, FOUR)
    pad = page.get_by_role("slider", name="Between the styles")
    pad.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert percents(page) == ["25 %", "30 %", "20 %", "25 %"]  # 0.45 and 0.55 of each way
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(pad).to_have_attribute("aria-valuenow", "57")
    page.keyboard.press("Home")
    expect(pad).to_have_attribute(
        "aria-valuetext",
        "25 % The Starry Night, 25 % The Great Wave off Kanagawa, "
        "25 % Udnie (Young American Girl, The Dance), 25 % The Scream",
    )
    rests(page, FOUR)


@ON_A_DESKTOP
def test_a_nudge_of_the_dot_is_a_small_change_wherever_the_sliders_stand(
    page: Page, photo: str
) -> None:
    open_mix(page, photo, "mix=starry-night:50,great-wave:0,udnie:0,the-scream:50")
    pad = page.get_by_role("slider", name="Between the styles")
    pad.press("ArrowRight")
    assert percents(page) == ["45 %", "5 %", "0 %", "50 %"]
    pad.press("Home")
    assert percents(page) == ["25 %"] * 4
    rests(page, FOUR)


@ON_A_DESKTOP
def test_a_slider_takes_from_the_others_in_proportion(page: Page, photo: str) -> None:
    open_mix(page, photo, "mix=starry-night:50,great-wave:30,udnie:20")
    slider = page.get_by_role("slider", name="The Starry Night")
    slider.press("Home")
    assert percents(page) == ["0 %", "60 %", "40 %"]
    slider.fill("75")
    rests(page, "mix=starry-night:75,great-wave:15,udnie:10")
    expect(slider).to_have_attribute("aria-valuetext", "75 %")


@ON_A_DESKTOP
def test_every_step_is_undone_and_done_again(page: Page, photo: str) -> None:
    open_mix(page, photo, TWO)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_have_attribute("aria-disabled", "true")
    page.get_by_role("slider", name="The Starry Night").fill("80")
    page.get_by_role("slider", name="Strength").fill("60")
    page.get_by_label("Keep the photograph").check()
    page.get_by_role("button", name="Shuffle").click()
    shuffled = page.locator(".mix-title:visible").all_inner_texts()
    assert sum(int(text.split()[0]) for text in percents(page)) == 100
    rests_at = "mix=starry-night:80,great-wave:20&strength=60&keep=1"
    page.keyboard.press("Control+z")
    rests(page, rests_at)
    expect(page.get_by_label("Keep the photograph")).to_be_checked()
    undo.click()
    undo.click()
    expect(page.get_by_role("slider", name="Strength")).to_have_value("100")
    undo.click()
    rests(page, TWO)
    expect(undo).to_have_attribute("aria-disabled", "true")
    for keys in ("Control+y", "Control+Shift+z", "Control+y"):
        page.keyboard.press(keys)
    rests(page, rests_at)
    page.get_by_role("button", name="Redo").click()
    assert page.locator(".mix-title:visible").all_inner_texts() == shuffled


@ON_A_DESKTOP
def test_a_style_is_changed_and_removed(page: Page, photo: str) -> None:
    open_mix(page, photo, "mix=starry-night:50,great-wave:30,udnie:20")
    page.get_by_role("button", name="Change The Starry Night for another style").click()
    page.keyboard.press("Escape")
    assert percents(page) == ["50 %", "30 %", "20 %"]
    page.get_by_role("button", name="Change The Starry Night for another style").click()
    page.get_by_role("dialog").get_by_role("button", name="The Scream").click()
    expect(page.get_by_role("button", name="Change The Scream")).to_be_focused()
    page.get_by_role("button", name="Remove The Great Wave").click()
    rests(page, "mix=the-scream:71,udnie:29")


def test_the_photograph_shows_while_it_is_asked_for(page: Page, photo: str) -> None:
    canvas = open_mix(page, photo, TWO)
    page.keyboard.down("p")
    expect(canvas).to_be_hidden()
    page.keyboard.up("p")
    expect(canvas).to_be_visible()
    button = page.get_by_role("button", name="Show the photograph")
    button.press("Enter")
    expect(canvas).to_be_hidden()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.press("Enter")
    expect(canvas).to_be_visible()
    canvas.hover()
    page.mouse.down()
    expect(canvas).to_be_hidden()
    page.mouse.up()
    expect(canvas).to_be_visible()


@ON_A_PHONE
def test_a_finger_drags_the_dot_and_the_page_stays(page: Page, photo: str) -> None:
    open_mix(page, photo, FOUR)
    touch = page.context.new_cdp_session(page)
    box = page.locator("#pad").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def send(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": left, "y": top} for left, top in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    send("touchStart", (x, y))
    for step in range(1, 11):
        send("touchMove", (x, y + step / 10 * (box["height"] / 2 + 9)))
    send("touchEnd")
    rests(page, "mix=starry-night:0,great-wave:0,udnie:50,the-scream:50")
    assert page.evaluate("scrollY") == 0


@ON_A_DESKTOP
def test_a_friend_tries_the_mix_on_a_photograph_of_their_own(
    page: Page, photo: str, browser: Browser, site: str, photo_path: str
) -> None:
    mix = "mix=starry-night:40,udnie:60&strength=80&keep=1"
    open_mix(page, photo, mix)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#toasts")).to_contain_text("The link is copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{site}/mix/?{mix}"

    friends = browser.new_context(base_url=site)
    friend = friends.new_page()
    for address in (f"/mix/{photo}/?{mix}", link):
        friend.goto(address)
        assert urlparse(friend.url).path == "/mix/"
        expect(friend.locator(".mix-sent")).to_contain_text("Udnie")
    assert serious_faults(friend) == []
    friend.set_input_files("#files", photo_path)
    friend.wait_for_url("**/mix/*/?mix=*")
    expect(friend.locator("canvas")).to_be_visible(timeout=SOON)
    rests(friend, mix)
    expect(friend.get_by_role("slider", name="Strength")).to_have_value("80")
    friend.goto(link)
    friend.locator(".wall a.work").click()
    friend.wait_for_url("**/mix/*/?mix=*")
    friends.close()


def test_what_is_mixed_is_painted_and_mixed_further(page: Page, photo: str) -> None:
    open_mix(page, photo, "mix=starry-night:40,udnie:60,great-wave:0&strength=80&size=512")
    page.get_by_role("button", name="Paint it").click()
    made = page.locator("[data-slot=made]")
    expect(made).to_contain_text("Finished", timeout=SOON)
    made.get_by_role("link").click()
    page.wait_for_url("**/picture/*/")
    recipe = page.locator(".recipe")
    expect(recipe).to_contain_text(re.compile(r"The Starry Night\s*40\s%"))
    expect(recipe).to_contain_text(re.compile(r"Strength\s*80\s%"))
    expect(recipe).not_to_contain_text("Great Wave")
    page.get_by_role("link", name="Mix it further").click()
    page.wait_for_url("**/mix/**")
    expect(page.locator(".mix-percent:visible")).to_have_text(["40 %", "60 %"])
    expect(page.get_by_role("slider", name="Strength")).to_have_value("80")
    expect(page.get_by_role("radio", name="512")).to_be_checked()


@ON_A_DESKTOP
def test_many_mixtures_make_one_picture(page: Page, photo: str) -> None:
    open_mix(page, photo, "mix=starry-night:100,great-wave:0,udnie:0,the-scream:0")
    with page.expect_response("**/api/v1/renderings") as answer:
        page.get_by_role("button", name="Grid").click()
    job = answer.value.json()
    assert job["engine"] == "sheet"
    assert len(job["styles"]) == 4  # each has its corner, wherever the dot is
    with page.expect_response("**/api/v1/renderings") as answer:
        page.get_by_role("button", name="Strip").click()
    job = answer.value.json()
    assert job["params"] == {"layout": "strip"}
    assert len(job["styles"]) == 1
    expect(page.locator("[data-slot=made]")).to_contain_text("Finished", timeout=SOON)


@ON_A_DESKTOP
def test_a_lost_connection_is_told_and_found_again(page: Page, photo: str) -> None:
    sockets: list[WebSocketRoute] = []

    def between(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) != 2:  # the second one hears nothing
            socket.connect_to_server()

    page.route_web_socket(re.compile("/ws/mix/"), between)
    open_mix(page, photo, TWO)
    status = page.locator("[data-slot=status]")
    sockets[0].close(code=1012)
    expect(status).to_have_text(
        "The connection is lost. Your mix is kept; trying again in 1 s.", timeout=SOON
    )
    page.get_by_role("slider", name="The Starry Night").fill("90")
    while len(sockets) < 2:
        page.wait_for_timeout(100)
    sockets[1].close(code=1012)
    rests(page, "mix=starry-night:90,great-wave:10")
    expect(status).to_be_empty()
    sockets[2].send(json.dumps({"n": 10_000, "error": "The painters are away. Try again."}))
    expect(status).to_have_text("The painters are away. Try again.")
    sockets[2].close(code=4404)
    expect(status).to_contain_text("Load the page again")


def test_without_javascript_the_mix_is_a_plain_form(plain_page: Page) -> None:
    page = plain_page
    page.get_by_role("link", name="Mix styles live").click()
    page.get_by_role("combobox", name="Style 1").select_option("the-scream")
    page.get_by_role("spinbutton", name="Weight of style 1").fill("30")
    page.get_by_role("combobox", name="Style 2").select_option("udnie")
    page.get_by_role("spinbutton", name="Weight of style 2").fill("70")
    mix_page = page.url
    page.locator("label", has_text="512").click()
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/picture/*/")
    expect(page.locator(".recipe")).to_contain_text(re.compile(r"The Scream\s*30\s%"))
    expect(page.locator(".recipe")).to_contain_text(re.compile(r"Udnie[^%]*70\s%"))
    page.goto(mix_page)
    page.get_by_role("combobox", name="many mixtures").select_option("strip")
    page.get_by_role("button", name="Make a sheet").click()
    page.wait_for_url("**/picture/*/")
    expect(page.locator(".recipe")).to_contain_text("strip")
