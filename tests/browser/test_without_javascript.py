"""Browsing, uploading and painting need no script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


def test_a_visitor_without_javascript_uploads_paints_and_publishes(
    browser: Browser, site: str, photo_path: str
) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/")
    page.set_input_files("#files", photo_path)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/photo/*/")
    page.locator("label[data-style=the-scream]").click()
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/picture/*/")
    for _ in range(30):
        page.reload()
        if page.locator("[data-job-state]").get_attribute("data-state") == "done":
            break
        page.wait_for_timeout(1000)
    expect(page.locator(".compare [data-side=after]")).to_be_visible()
    page.locator("[data-action=publish]").click()
    address = page.url
    page.goto("/gallery/")
    expect(page.locator(f".wall a.work[href*='{address.split('/picture/')[1]}']")).to_have_count(1)
    context.close()
