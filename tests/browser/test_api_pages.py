"""A member makes a token, a program uses it, and it is revoked; the page that explains the API."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import fits_the_screen, serious_faults
from tests.browser.test_the_visitors_walk import sign_up
from tests.members import PASSWORD

pytestmark = pytest.mark.browser


def status_with(page: Page, secret: str) -> int:
    """What a program would get, without the cookies of the page."""
    return page.evaluate(
        """async (secret) => {
          const headers = { Authorization: `Bearer ${secret}` };
          return (await fetch("/api/v1/photos", { headers, credentials: "omit" })).status;
        }""",
        secret,
    )


def test_a_token_is_made_used_and_revoked(page: Page) -> None:
    sign_up(page, f"ada-{uuid.uuid4().hex[:8]}")
    page.goto("/account/")
    page.get_by_role("link", name="Personal tokens").click()
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    page.get_by_label("What it is for").fill("Night shift")
    page.get_by_label("Upload photographs and paintings").check()
    page.get_by_role("button", name="Make the token").click()
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main form button.primary").click()
    secret = page.get_by_label("The token", exact=True)
    expect(secret).to_be_visible()
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    value = secret.input_value()
    assert value.startswith("wst_")
    assert status_with(page, value) == 200
    page.goto("/account/tokens/")
    expect(secret).to_have_count(0)
    expect(page.locator(".tokens")).to_contain_text("Night shift")
    page.get_by_role("button", name="Revoke Night shift").click()
    expect(page.locator("#toasts")).to_contain_text("revoked")
    expect(page.locator(".tokens")).to_have_count(0)
    assert status_with(page, value) == 401


def test_the_reference_opens_by_keyboard(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="For programs").click()
    expect(page.locator("h1")).to_have_text("For programs")
    operation = page.locator("#rendering_create")
    operation.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(operation.get_by_role("rowheader", name="keep_color")).to_be_visible()
    assert serious_faults(page) == []
    assert fits_the_screen(page)
