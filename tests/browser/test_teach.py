"""A style is taught, watched, used, mixed, exported, imported; and regions of paintings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import fits_the_screen, serious_faults
from tests.browser.test_regions import stroke

pytestmark = pytest.mark.browser
SOON = 180_000  # ms, also on a machine that has other things to do
SHORT = "0.1"  # minutes
ON_A_DESKTOP = pytest.mark.parametrize("context", ["desktop"], indirect=True)


@pytest.fixture(scope="session")
def painting_path() -> str:
    import skimage

    return str(Path(skimage.__file__).parent / "data" / "coffee.png")


def add_painting(page: Page, path: str, title: str = "Cup and Spoon") -> None:
    """As the visitor finds it on the page there is."""
    page.set_input_files("#painting-files", path)
    card = page.locator("#paintings [data-painting]").first
    edit = card.locator(".painting-edit")
    edit.get_by_label("Title").fill(title)
    edit.get_by_label("Painter").fill("A. N. Other")
    edit.get_by_role("button", name="Done").click()
    expect(card.locator(".style-title")).to_have_text(title)


def teach(page: Page, path: str, minutes: str = SHORT) -> None:
    """The page of a style that has begun to learn."""
    page.goto(f"/teach/?minutes={minutes}")
    add_painting(page, path)
    page.get_by_role("button", name="Teach it").click()
    page.wait_for_url("**/style/*/")


def is_taught(page: Page) -> None:
    expect(page.locator(".job")).to_have_attribute("data-state", "done", timeout=SOON)
    expect(page.locator("[data-slot=look] img")).to_have_attribute(
        "src", re.compile("/thumb"), timeout=SOON
    )


def test_a_style_is_taught_watched_painted_with_and_mixed(
    page: Page, photo: str, painting_path: str
) -> None:
    page.get_by_role("link", name="Teach a style").click()
    page.wait_for_url("**/teach/")
    expect(page.locator("#teach [data-slot=count]")).to_have_text("Choose a painting first")
    page.get_by_role("button", name="Teach it").click()
    expect(page.locator("#toasts")).to_contain_text("Choose a painting first")
    assert serious_faults(page) == []
    assert fits_the_screen(page)

    teach(page, painting_path, "0.2")
    address = page.url
    expect(page.get_by_role("heading", level=1)).to_have_text("Cup and Spoon")
    look = page.locator("[data-slot=look] img")
    expect(look).to_have_attribute("src", re.compile("/preview"), timeout=SOON)
    expect(page.locator("[data-job-state]")).to_have_text(
        re.compile(r"Learning, 0:\d\d of 0:12"), timeout=SOON
    )
    curve = page.locator(".losses svg")
    expect(curve).to_have_attribute("aria-label", re.compile("style loss"), timeout=SOON)
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    is_taught(page)
    expect(page.locator("[data-fresh=facts]")).to_be_visible()
    assert serious_faults(page) == []
    assert fits_the_screen(page)

    page.goto(f"/photo/{photo}/")
    page.get_by_label("Find a style").fill("yours cup")
    card = page.locator("label[data-style^='taught:']:visible")
    expect(card).to_have_count(1)
    expect(card.locator(".style-mark")).to_have_text("yours")
    card.click()
    expect(page.locator("#film [data-state=done]")).to_have_count(1, timeout=SOON)
    expect(page.locator(".studio-title")).to_contain_text("Cup and Spoon")

    page.get_by_role("link", name="Mix styles live").click()
    page.wait_for_url(re.compile(r"/mix/.*\?mix=taught:[0-9a-f-]{36}:100$"))
    expect(page.locator("canvas")).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Add a style").click()
    page.get_by_role("dialog").get_by_role("button", name="The Scream").click()
    expect(page.locator(".mix-percent:visible")).to_have_text(["50 %", "50 %"])
    page.get_by_role("button", name="Paint it").click()
    expect(page.locator("[data-slot=made]")).to_contain_text("Finished", timeout=SOON)
    assert serious_faults(page) == []

    page.goto(address)
    page.get_by_role("button", name="Paint chelsea").click()
    page.wait_for_url("**/picture/*/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cup and Spoon")


@ON_A_DESKTOP
def test_a_lesson_pauses_goes_on_and_is_kept_when_it_is_good_enough(
    page: Page, photo: str, painting_path: str
) -> None:
    teach(page, painting_path, "5")
    job = page.locator(".job")
    look = page.locator("[data-slot=look] img")
    expect(look).to_have_attribute("src", re.compile("/preview"), timeout=SOON)
    begun = re.compile(r"Learning, 0:(0[1-9]|[1-5]\d) of 5:00")
    expect(page.locator("[data-job-state]")).to_have_text(begun, timeout=SOON)
    page.get_by_role("button", name="Pause").press("Enter")
    expect(job).to_have_attribute("data-state", "paused", timeout=SOON)
    expect(page.locator("[data-job-state]")).to_contain_text(re.compile("Paused at .* of 5:00"))
    page.reload()
    page.get_by_role("button", name="Continue").press("Enter")
    expect(job).to_have_attribute("data-state", "running", timeout=SOON)
    expect(page.locator("[data-job-state]")).to_contain_text("Learning", timeout=SOON)
    page.get_by_role("button", name="Good enough, keep this one").press("Enter")
    is_taught(page)

    page.get_by_label("Title").fill("Morning")
    page.get_by_role("switch", name="Others may paint with it").check()
    expect(page.get_by_role("heading", level=1)).to_have_text("Morning")
    page.goto("/me/")
    card = page.locator("#styles a[href*='/style/']")
    expect(card.locator(".style-mark")).to_have_text("shared")
    assert serious_faults(page) == []
    card.click()
    page.get_by_role("button", name="Delete this style").click()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Morning")


def test_a_style_is_exported_and_imported(
    page: Page, photo: str, painting_path: str, tmp_path: Path
) -> None:
    teach(page, painting_path)
    is_taught(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    assert re.fullmatch(r"cup-and-spoon-\w+\.safetensors", download.value.suggested_filename)
    exported = tmp_path / download.value.suggested_filename
    download.value.save_as(exported)

    page.goto("/me/")
    page.set_input_files("#style-file", exported)
    page.wait_for_url("**/style/*/")
    is_taught(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Cup and Spoon")
    page.goto("/me/")
    expect(page.locator("#styles a[href*='/style/']")).to_have_count(2)
    assert fits_the_screen(page)

    letter = tmp_path / "letter.safetensors"
    letter.write_text("Dear brother, I have done a new study of the night.")
    page.set_input_files("#style-file", letter)
    expect(page.locator("#toasts [data-kind=error]")).to_contain_text("not a safetensors file")


def test_a_region_of_a_painting_is_a_painting_of_its_own(
    page: Page, photo: str, painting_path: str
) -> None:
    page.goto("/teach/")
    add_painting(page, painting_path)
    page.goto("/me/")
    page.get_by_role("link", name="A region of Cup and Spoon").click()
    page.wait_for_url("**/region/")
    cover = page.locator("[data-slot=cover]")
    page.get_by_role("button", name="Teach this region").click()
    expect(page.locator("#toasts")).to_contain_text("Nothing is marked yet.")
    page.get_by_label("Width").fill("90")
    stroke(page, (0.2, 0.5), (0.8, 0.5))
    expect(cover).to_have_text(re.compile(r"\d+ % of the painting"))
    marked = cover.inner_text()
    page.get_by_role("button", name="Invert").click()
    expect(cover).not_to_have_text(marked)
    page.keyboard.press("Control+z")
    expect(cover).to_have_text(marked)
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    page.get_by_role("button", name="Teach this region").click()
    page.wait_for_url("**/teach/?painting=*")
    expect(page.locator("#paintings [data-painting]")).to_have_count(2)
    expect(page.locator("[name=painting]:checked")).to_have_count(1)
    expect(page.locator("[data-slot=title]")).to_have_attribute(
        "placeholder", "Cup and Spoon, a region"
    )
