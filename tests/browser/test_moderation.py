"""A picture is reported, judged and taken down, its maker banned and let in again: by a moderator,
on a desktop and on a phone, by keyboard, and without a script."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ON, SCREENS, fits_the_screen, manage, serious_faults
from tests.browser.test_accounts import sign_in, sign_up

pytestmark = pytest.mark.browser
JOINS = (
    "from django.contrib.auth.models import Group, User;"
    "User.objects.get(username='{}').groups.add(Group.objects.get(name='Moderators'))"
)


@pytest.fixture(params=ON)
def visitor(
    request: pytest.FixtureRequest, browser: Browser, site: str
) -> Iterator[Callable[..., Page]]:
    """A new one, in a browser of their own, each time it is called."""
    contexts: list[Any] = []

    def come(**values: Any) -> Page:
        context = browser.new_context(base_url=site, **SCREENS[request.param], **values)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page: Page = context.new_page()
        return page

    yield come
    for context in contexts:
        context.close()


def member(page: Page) -> str:
    """Signs up; the new name."""
    name = f"mo-{uuid.uuid4().hex[:8]}"
    page.goto("/account/signup/")
    sign_up(page, name)
    return name


def hung(page: Page, photo_path: str) -> str:
    """A picture that is painted and published; its address."""
    page.goto("/")
    page.set_input_files("#files", photo_path)
    page.locator("[data-style=udnie]").click()
    page.wait_for_url("**/picture/*/")
    expect(page.locator("[data-job-state]")).to_have_attribute("data-state", "done", timeout=60_000)
    page.locator("[data-action=publish]").click()
    expect(page.locator("[data-action=publish]")).to_have_attribute("value", "0")
    return page.url


def reported(page: Page, address: str, words: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Report this picture").click()
    page.get_by_label("It is advertising or spam").check()
    page.get_by_label("In your words").fill(words)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#toasts")).to_contain_text("The moderators look at it")


def looks_well(page: Page) -> None:
    assert serious_faults(page) == []
    assert fits_the_screen(page)


def case_of(page: Page, words: str) -> Locator:
    return page.locator(".case").filter(has_text=words)


def press(page: Page, button: Locator) -> None:
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_moderators_walk(
    visitor: Callable[..., Page], environment: dict[str, str], photo_path: str
) -> None:
    owner, mona, stranger = visitor(), visitor(color_scheme="dark"), visitor()
    name, words = member(owner), f"Look closer {uuid.uuid4().hex[:8]}"
    address = hung(owner, photo_path)
    moderator = member(mona)
    manage(environment, "shell", "-c", JOINS.format(moderator))
    reported(stranger, address, words)

    mona.goto("/gallery/")
    mona.locator(".moderate").click()
    mona.wait_for_url("**/moderate/")
    case = case_of(mona, words)
    picture = case.locator("img.veiled").first
    assert "blur" in picture.evaluate("image => getComputedStyle(image).filter")
    looks_well(mona)
    case.get_by_role("switch").focus()
    mona.keyboard.press("Space")
    expect(picture).to_have_css("filter", "none")

    press(mona, case.get_by_role("button", name="Hide"))
    expect(mona.locator("#toasts")).to_contain_text("Hidden")
    expect(case_of(mona, words)).to_have_count(0)
    assert stranger.goto(address).status == 404
    owner.goto(address)
    expect(owner.locator("main")).to_contain_text("only you see it")

    mona.goto("/moderate/?show=decided")
    case_of(mona, words).locator("h2 a").click()
    mona.wait_for_url("**/moderate/picture/*/")
    looks_well(mona)
    press(mona, mona.get_by_role("button", name="Take down"))
    for page in (owner, stranger):
        assert page.goto(address).status == 410
        looks_well(page)
    press(mona, mona.get_by_role("button", name="Restore"))
    assert stranger.goto(address).status == 200

    mona.locator(".case-ban summary").click()
    looks_well(mona)
    press(mona, mona.locator(".case-ban button"))
    assert stranger.goto(address).status == 404
    owner.goto("/account/login/")
    sign_in(owner, name)
    expect(owner.locator("#toasts")).to_contain_text("You are banned until")
    owner.goto("/me/")
    looks_well(owner)
    owner.goto("/me/decisions/")
    expect(owner.locator(".decisions").first).to_contain_text("You were banned")
    looks_well(owner)

    mona.goto("/moderate/bans/")
    looks_well(mona)
    press(mona, mona.get_by_role("button", name=f"Lift the ban of {name}"))
    assert stranger.goto(address).status == 200
    mona.goto(f"/moderate/trail/?who={name}")
    expect(mona.locator(".trail tbody tr")).to_have_count(6)
    looks_well(mona)


def test_all_of_it_works_without_a_script(
    visitor: Callable[..., Page], environment: dict[str, str], photo_path: str
) -> None:
    owner, plain = visitor(), visitor(java_script_enabled=False)
    words = f"Plain {uuid.uuid4().hex[:8]}"
    address = hung(owner, photo_path)
    moderator = member(plain)
    manage(environment, "shell", "-c", JOINS.format(moderator))
    reported(visitor(java_script_enabled=False), address, words)
    plain.goto("/moderate/?order=newest")
    case = case_of(plain, words)
    case.get_by_role("switch").check()
    expect(case.locator("img.veiled").first).to_have_css("filter", "none")
    case.get_by_role("button", name="Take down").click()
    expect(plain.locator("#toasts")).to_contain_text("Taken down")
    answer = plain.goto(address)
    assert answer.status == 410
    assert fits_the_screen(plain)
