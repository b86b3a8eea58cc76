"""Notifications, which a visitor allows their browser to show."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect


@pytest.fixture
def browser(whole_browser: Browser) -> Browser:
    """The one without windows asks nobody, and allows nothing."""
    return whole_browser


def test_notifications_are_off_until_they_are_switched_on(page: Page, photo: str) -> None:
    page.context.grant_permissions(["notifications"])
    page.goto("/me/")
    switch = page.get_by_role("switch", name="Tell me when something is finished")
    expect(switch).not_to_be_checked()
    switch.check()
    page.reload()
    expect(switch).to_be_checked()
    switch.uncheck()
    page.reload()
    expect(switch).not_to_be_checked()
