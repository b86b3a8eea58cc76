"""The slow leg: a painting of one's own, painted finely, watched, paused, kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import fits_the_screen, serious_faults

pytestmark = pytest.mark.browser
SOON = 60_000  # ms, also on a machine that has other things to do


@pytest.fixture(scope="session")
def painting_path() -> str:
    import skimage

    return str(Path(skimage.__file__).parent / "data" / "coffee.png")


@pytest.fixture
def studio(page: Page, photo: str) -> Page:
    """The studio of a fresh photograph."""
    return page


def add_painting(page: Page, path: str, title: str = "Cup and Spoon") -> None:
    page.set_input_files("#painting-files", path)
    card = page.locator("#paintings [data-painting]")
    expect(card).to_have_count(1)
    edit = card.locator(".painting-edit")
    edit.get_by_label("Title").fill(title)
    edit.get_by_label("Painter").fill("A. N. Other")
    edit.get_by_role("button", name="Done").click()
    expect(card.locator(".style-title")).to_have_text(title)
    expect(card.locator(".style-by")).to_have_text("A. N. Other")


def set_number(page: Page, name: str, value: str) -> None:
    page.locator(f"input[type=number][name={name}]").fill(value)


def test_a_visitor_brings_a_painting_watches_pauses_and_keeps_what_is_good_enough(
    studio: Page, painting_path: str
) -> None:
    page = studio
    add_painting(page, painting_path)
    fine = page.locator("input[name=engine][value=gatys]")
    expect(fine).to_be_checked()
    expect(page.locator("[data-slot=method]")).to_contain_text("takes the fine method")
    expect(page.locator("#film .film-item")).to_have_count(0)  # nothing long begins by itself

    page.locator("label", has_text="512").click()
    page.locator("#tuning > summary").click()
    set_number(page, "gatys_iterations", "1000")
    page.locator("input[type=checkbox][name=gatys_until_still]").uncheck()
    expect(page.locator("[data-slot=changed]")).to_have_text("2 changed")
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    page.get_by_role("button", name="Paint it").click()

    job = page.locator(".job")
    expect(job).to_have_attribute("data-state", "running", timeout=SOON)
    picture = page.locator(".stage img[data-side=after]")
    expect(picture).to_have_attribute("src", re.compile("/preview"), timeout=SOON)
    curve = page.locator(".losses svg")
    expect(curve.locator("polyline[data-line=style]")).to_have_attribute(
        "points", re.compile(r"^\S+ \S+"), timeout=SOON
    )
    expect(curve).to_have_attribute("aria-label", re.compile("style loss fell"), timeout=SOON)
    assert serious_faults(page) == []

    page.get_by_role("button", name="Pause").press("Enter")
    expect(job).to_have_attribute("data-state", "paused", timeout=SOON)
    going_on = page.locator(".job").get_by_role("button", name="Continue")
    expect(going_on).to_be_focused()
    expect(page.locator(".job [data-job-state]")).to_contain_text("Paused at step")
    assert serious_faults(page) == []
    page.reload()
    expect(job).to_have_attribute("data-state", "paused")
    going_on.click()
    expect(job).to_have_attribute("data-state", "running", timeout=SOON)

    page.get_by_role("button", name="Good enough, keep this one").click()
    expect(job).to_have_attribute("data-state", "done", timeout=SOON)
    page.locator(".studio-title").click()
    page.wait_for_url("**/picture/*/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cup and Spoon")
    expect(page.locator(".losses svg")).to_have_attribute("aria-label", re.compile("fell"))
    expect(picture).to_have_js_property("naturalWidth", 512, timeout=SOON)
    recipe = page.locator(".recipe")
    expect(recipe).to_contain_text("Fine")
    expect(recipe.locator("div", has_text="Iterations")).to_contain_text("1000")
    expect(page.get_by_alt_text("Cup and Spoon, the painting it was made after")).to_be_visible()
    assert serious_faults(page) == []
    assert fits_the_screen(page)


def test_a_painting_is_renamed_shared_deleted_and_brought_back(
    studio: Page, painting_path: str
) -> None:
    page = studio
    add_painting(page, painting_path)
    page.goto("/me/")
    card = page.locator("#paintings [data-painting]")
    expect(card.locator(".style-title")).to_have_text("Cup and Spoon")
    card.locator("summary").press("Enter")
    card.get_by_label("Title").fill("Morning")
    card.get_by_role("switch", name="Others may see and use it").check()
    expect(card.locator(".style-by")).to_have_text("A. N. Other, shared")
    expect(card.locator(".style-title")).to_have_text("Morning")
    assert serious_faults(page) == []
    assert fits_the_screen(page)

    card.get_by_role("button", name="Delete").click()
    expect(card).to_be_hidden()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
    page.reload()
    expect(card.locator(".style-title")).to_have_text("Morning")


def test_what_is_no_painting_is_refused_with_the_remedy(studio: Page, tmp_path: Path) -> None:
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear brother, I have done a new study of the night.")
    studio.set_input_files("#painting-files", letter)
    refused = studio.locator("#paintings .upload")
    expect(refused).to_contain_text("letter.jpg is not a picture we can read: use JPEG")
    refused.locator("[data-action=cancel]").click()
    expect(refused).to_have_count(0)


def test_the_quick_method_comes_back_with_a_style_it_knows(
    studio: Page, painting_path: str
) -> None:
    page = studio
    add_painting(page, painting_path)
    quick = page.locator("input[name=engine][value=stylebank]")
    expect(quick).to_be_disabled()
    page.locator("label[data-style=udnie]").click()
    expect(quick).to_be_checked()
    expect(page.locator("#film [data-state=done]")).to_have_count(1, timeout=SOON)


def test_a_parameter_goes_back_to_its_default(studio: Page) -> None:
    page = studio
    page.locator("label", has_text="Fine").first.click()
    page.locator("#tuning > summary").click()
    param = page.locator("[data-param=gatys_stroke]")
    number = param.locator("input[type=number]")
    param.locator("input[type=range]").press("ArrowRight")
    expect(number).to_have_value("1.05")
    number.fill("9")
    number.blur()
    expect(number).to_have_value("4")
    param.get_by_role("button", name="back to the default").click()
    expect(number).to_have_value("1")


def test_three_styles_are_mixed_by_weight(studio: Page) -> None:
    page = studio
    page.locator("#tuning > summary").click()
    extra = page.locator("select[name=extra_style]")
    expect(extra.nth(1)).to_be_hidden()
    extra.nth(0).select_option("great-wave")
    extra.nth(1).select_option("the-scream")
    expect(page.locator(".mix-row output").first).to_have_text("33 %")
    page.locator("label[data-style=udnie]").click()
    expect(page.locator("#film [data-state=done]")).to_have_count(1, timeout=SOON)
    expect(page.locator(".studio-title")).to_contain_text(
        "+ The Great Wave off Kanagawa + The Scream"
    )
