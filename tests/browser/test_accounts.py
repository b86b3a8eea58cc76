"""A guest uploads and signs up, and the work is there; out: it is gone; in: it is back."""

from __future__ import annotations

import io
import uuid
import zipfile

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import fits_the_screen, serious_faults
from tests.members import NEW_PASSWORD, PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def name() -> str:
    """Of somebody new: the site is the same for all tests."""
    return f"ada-{uuid.uuid4().hex[:8]}"


def sign_up(page: Page, name: str) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/me/")


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name or e-mail").fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    page.locator(".member > summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def walk(page: Page, name: str) -> None:
    """From a guest with one photograph to the member, out and in again."""
    works = page.locator("main .work")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Create one").click()
    sign_up(page, name)
    expect(page.locator("#toasts")).to_contain_text("1 photograph came along")
    expect(works).to_have_count(1)
    expect(page.locator(".member > summary")).to_contain_text(name)
    sign_out(page)
    page.goto("/me/")
    expect(works).to_have_count(0)
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, f"{name}@example.org")
    page.wait_for_url("**/me/")
    expect(works).to_have_count(1)


def test_a_guests_photograph_is_there_after_signing_up_and_only_then(
    page: Page, photo: str, name: str
) -> None:
    page.goto("/me/")
    walk(page, name)
    page.locator("main .work").click()
    page.wait_for_url(f"**/photo/{photo}/")


def test_without_javascript_too(plain_page: Page, name: str) -> None:
    plain_page.goto("/me/")
    walk(plain_page, name)
    plain_page.goto("/account/")
    plain_page.get_by_role("link", name="Change password").click()
    plain_page.get_by_label("Password now", exact=True).fill(PASSWORD)
    plain_page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    plain_page.get_by_role("button", name="Change password").click()
    expect(plain_page.locator("#toasts")).to_contain_text("Your password is changed")
    sign_out(plain_page)
    plain_page.goto("/account/")
    sign_in(plain_page, name, NEW_PASSWORD)
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Account")


def test_one_comes_back_to_the_page_where_one_signed_in(page: Page, photo: str, name: str) -> None:
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Create one").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(f"**/photo/{photo}/")


@pytest.fixture
def member(page: Page, photo: str, name: str) -> Page:
    page.goto("/account/signup/")
    sign_up(page, name)
    return page


def test_the_menu_opens_and_closes_by_keyboard_and_by_looking_away(member: Page) -> None:
    summary, menu = member.locator(".member > summary"), member.locator(".member-menu")
    summary.focus()
    member.keyboard.press("Enter")
    expect(menu).to_be_visible()
    assert serious_faults(member) == []
    assert fits_the_screen(member)
    member.keyboard.press("Tab")
    expect(menu.get_by_role("link", name="Mine")).to_be_focused()
    member.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    member.get_by_role("heading", level=1).click()
    expect(menu).to_be_hidden()


def test_a_password_can_be_looked_at(page: Page) -> None:
    page.goto("/account/login/")
    field = page.get_by_label("Password", exact=True)
    field.fill("sunflowers")
    show = page.get_by_role("button", name="Show password")
    show.click()
    expect(field).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    show.click()
    expect(field).to_have_attribute("type", "password")


def test_the_export_is_a_zip(member: Page) -> None:
    member.goto("/account/")
    with member.expect_download() as download:
        member.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename.startswith("webstyle-")
    archive = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    assert archive.testzip() is None
    assert [file.partition("/")[0] for file in archive.namelist()] == [
        "README.txt",
        "manifest.json",
        "photos",
    ]


def test_a_deleted_account_is_gone(member: Page, name: str) -> None:
    member.goto("/account/")
    member.get_by_role("link", name="Delete my account").click()
    expect(member.locator(".account-goes")).to_contain_text("1 photograph")
    member.get_by_label("Your password", exact=True).fill(PASSWORD)
    member.get_by_role("button", name="Delete everything").click()
    expect(member.locator("#toasts")).to_contain_text("are deleted")
    member.goto("/me/")
    expect(member.locator("main .work")).to_have_count(0)
    member.goto("/account/login/")
    sign_in(member, name)
    expect(member.locator(".form-errors")).to_contain_text("is not right")


@pytest.fixture(params=["light", "dark"])
def lit(request: pytest.FixtureRequest, page: Page) -> Page:
    page.emulate_media(color_scheme=request.param)
    return page


def faults(page: Page, *addresses: str) -> list[str]:
    found = []
    for address in addresses:
        page.goto(f"/account/{address}")
        found += serious_faults(page)
        if not fits_the_screen(page):
            found.append(f"{page.url} is too wide")
    return found


def test_every_account_page_is_accessible_and_fits(lit: Page, name: str) -> None:
    assert faults(lit, "login/", "signup/", "password/reset/", "password/reset/sent/",
                  "password/reset/done/", "password/reset/1-x/", "email/x:y/", "email/sent/",
                  "closed/") == []  # fmt: skip
    lit.goto("/account/signup/")
    lit.get_by_label("Name", exact=True).fill("admin")
    lit.get_by_label("E-mail").fill("a@b.cc")
    lit.get_by_label("Password", exact=True).fill("123")
    lit.get_by_role("button", name="Create account").click()
    expect(lit.locator("[data-wrong]")).to_have_count(2)
    assert serious_faults(lit) == []
    sign_up(lit, name)
    assert faults(lit, "", "email/", "password/", "delete/", "logout/", "again/") == []


def test_another_browser_is_signed_out_too(
    member: Page, browser: Browser, site: str, name: str
) -> None:
    other: BrowserContext = browser.new_context(base_url=site)
    there = other.new_page()
    there.goto("/account/")
    sign_in(there, name)
    expect(there.get_by_role("heading", level=1)).to_have_text("Account", timeout=30_000)
    member.goto("/account/")
    member.get_by_role("button", name="Sign out everywhere").click()
    expect(member.locator("#toasts")).to_contain_text("signed out everywhere")
    there.reload()
    expect(there.get_by_role("heading", level=1)).to_have_text("Sign in")
    other.close()
