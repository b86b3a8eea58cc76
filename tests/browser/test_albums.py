"""Pictures go into an album, are put in order by keyboard, published, and a stranger sees them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import SCREENS, fits_the_screen, serious_faults
from tests.browser.test_accounts import name as name
from tests.browser.test_accounts import sign_up
from tests.browser.test_walk import paint

pytestmark = pytest.mark.browser


@pytest.fixture
def other(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Somebody else, in another browser."""
    context = browser.new_context(base_url=site, **SCREENS["phone"])
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def works(page: Page) -> Locator:
    return page.locator("#album-wall .work-title")


def make_album(page: Page, photo_path: str) -> None:
    """Two pictures, newest first, chosen on one's own page."""
    paint(page, photo_path)
    paint(page, photo_path, "great-wave")
    page.goto("/me/")
    for box in page.locator(".choose").all():
        box.click()
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    gather = page.locator("#gather")
    gather.get_by_label("Title of the new album").fill("Two of a cat")
    gather.get_by_role("button", name="Add").click()
    expect(page.locator("#toasts")).to_contain_text("2 pictures added to Two of a cat")
    page.get_by_role("link", name="Two of a cat").click()
    page.wait_for_url("**/albums/*/")


def test_an_album_is_ordered_by_keyboard_published_and_seen(
    page: Page, other: Page, photo_path: str
) -> None:
    make_album(page, photo_path)
    before = works(page).all_inner_texts()
    assert len(before) == 2
    assert serious_faults(page) == []
    assert fits_the_screen(page)

    later = page.locator(".arrange > li").first.locator("[value=later]")
    later.focus()
    with page.expect_response("**/order"):
        page.keyboard.press("Enter")
    expect(works(page)).to_have_text(before[::-1])
    expect(page.locator(".arrange > li").last.locator("[value=later]")).to_be_focused()
    expect(page.locator("#arrange [data-slot=told]")).to_contain_text("2 of 2")
    page.reload()
    expect(works(page)).to_have_text(before[::-1])

    assert other.goto(page.url).status == 404
    page.get_by_label("Everybody").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    other.goto(page.url)
    expect(other.locator("main")).to_contain_text("nothing to see in this album yet")
    page.get_by_role("button", name="Publish 2 pictures").click()
    expect(page.locator(".album-offer")).to_have_count(0)
    other.reload()
    expect(works(other)).to_have_text(before[::-1])
    expect(other.locator("#arrange")).to_have_count(0)
    assert serious_faults(other) == []
    assert fits_the_screen(other)


@pytest.mark.parametrize("context", ["desktop"], indirect=True)
def test_an_album_is_ordered_by_dragging(page: Page, photo_path: str) -> None:
    make_album(page, photo_path)
    before = works(page).all_inner_texts()
    thumbs = page.locator(".arrange-thumb")
    thumbs.first.scroll_into_view_if_needed()
    start, end = thumbs.first.bounding_box(), thumbs.last.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 20, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] + 10, end["y"] + 10, steps=4)
    page.mouse.move(end["x"] + 30, end["y"] + 30, steps=4)
    with page.expect_response("**/order"):
        page.mouse.up()
    expect(works(page)).to_have_text(before[::-1])
    page.reload()
    expect(works(page)).to_have_text(before[::-1])


def test_a_member_names_tags_likes_and_comments(
    page: Page, context: BrowserContext, other: Page, photo_path: str, name: str
) -> None:
    page.goto("/account/signup/")
    sign_up(page, name)
    paint(page, photo_path)
    page.locator("[data-action=publish]").click()
    expect(page.locator("[data-action=publish]")).to_have_text("Take it down")
    page.get_by_text("Title, caption and tags").click()
    form = page.locator(".describe form")
    form.get_by_label("Title", exact=True).fill("Cat in a Gale")
    form.get_by_label("Caption").fill("It did not mind.")
    form.get_by_label("Tags").fill(f"cat {name}")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cat in a Gale")
    heart = page.locator("[data-like] button")
    with page.expect_response("**/favourite/"):
        heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(heart.locator("[data-slot=likes]")).to_have_text("1")
    page.get_by_label("Your comment").fill("Look at <b>this</b>")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".comment-text")).to_have_text("Look at <b>this</b>")
    assert serious_faults(page) == []
    assert fits_the_screen(page)

    other.goto(f"/tags/{name}/")
    other.get_by_role("link", name="Cat in a Gale").first.click()
    other.locator("#lightbox [data-slot=title]").click()
    expect(other.locator(".caption")).to_have_text("It did not mind.")
    expect(other.locator(".comment-text")).to_have_count(1)
    assert serious_faults(other) == []
    other.locator(".label").get_by_role("link", name=name).first.click()
    other.wait_for_url(f"**/people/{name}/")
    expect(other.locator(".wall .work")).to_have_count(1)
    assert serious_faults(other) == []
    assert fits_the_screen(other)
    other.get_by_role("link", name="Cat in a Gale").click()
    other.locator("#lightbox [data-slot=title]").click()
    other.get_by_role("link", name="Report this picture").click()
    other.get_by_label("Something else").check()
    other.get_by_role("button", name="Send").click()
    expect(other.locator("#toasts")).to_contain_text("The moderators look at it")
