"""Browsing, uploading and painting need no script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_visitor_without_javascript_brings_a_painting_pauses_it_and_goes_on(
    plain_page: Page, photo_path: str
) -> None:
    page = plain_page
    page.set_input_files("#painting-files", photo_path)
    page.get_by_role("button", name="Upload").click()
    card = page.locator("#paintings [data-painting]")
    card.locator("summary").click()
    card.locator(".painting-edit").get_by_label("Title").fill("A Cat")
    card.get_by_role("button", name="Save").click()
    expect(card.locator(".style-title")).to_have_text("A Cat")

    card.locator("label.style-card").click()
    page.locator("label", has_text="512").click()
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/picture/*/")
    expect(page.locator(".recipe")).to_contain_text("Fine")
    job = page.locator(".job")
    for verb, states in (
        ("Pause", "paused"), ("Continue", "queued|running"), ("Cancel", "cancelled"),
    ):  # fmt: skip
        job.get_by_role("button", name=verb).click()
        # An unfinished picture's page fetches itself anew every few seconds.
        expect(job).to_have_attribute("data-state", re.compile(states), timeout=40_000)


def test_a_visitor_without_javascript_uploads_paints_and_publishes(plain_page: Page) -> None:
    page = plain_page
    page.locator("label[data-style=the-scream]").click()
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/picture/*/")
    expect(page.locator(".compare [data-side=after]")).to_be_visible(timeout=40_000)
    page.locator("[data-action=publish]").click()
    address = page.url
    page.goto("/gallery/")
    expect(page.locator(f".wall a.work[href*='{address.split('/picture/')[1]}']")).to_have_count(1)
