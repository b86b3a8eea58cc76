"""The operators' page at both widths, in both schemes; it keeps itself current."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENS, fits_the_screen, manage, serious_faults
from tests.members import PASSWORD

pytestmark = pytest.mark.browser
NAME = "olga"


@pytest.fixture(scope="module")
def operator(site: str, environment: dict[str, str]) -> str:
    manage(
        environment | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD},
        "createsuperuser", "--noinput", "--username", NAME, "--email", "olga@example.org",
    )  # fmt: skip
    return NAME


@pytest.fixture(params=[("desktop", "light"), ("phone", "dark")], ids=" ".join)
def page(
    request: pytest.FixtureRequest, browser: Browser, site: str, operator: str
) -> Iterator[Page]:
    screen, scheme = request.param
    context = browser.new_context(base_url=site, color_scheme=scheme, **SCREENS[screen])
    page = context.new_page()
    page.goto("/account/login/")
    page.locator("[name=login]").fill(operator)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/me/")
    yield page
    context.close()


def test_it_is_found_by_its_link_fits_and_keeps_itself_current(page: Page) -> None:
    page.locator(".member summary").click()
    page.get_by_role("link", name="Operating").click()
    expect(page.get_by_role("heading", name="Operating")).to_be_visible()
    assert serious_faults(page) == []
    assert fits_the_screen(page)
    expect(page.locator("[data-status]").first).to_have_text(re.compile("ok|degraded"))
    moment = page.locator(".page-head time")
    before = moment.get_attribute("datetime") or ""
    expect(moment).not_to_have_attribute("datetime", before, timeout=30_000)


def test_it_works_without_javascript(page: Page, browser: Browser, site: str) -> None:
    plain = browser.new_context(base_url=site, java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    other = plain.new_page()
    other.goto("/operate/")
    expect(other.get_by_role("heading", name="Queue")).to_be_visible()
    plain.close()
