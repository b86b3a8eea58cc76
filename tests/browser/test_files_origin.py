"""Files from a domain of their own: pages show them, and scripts read their pixels."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.backends import own_site
from tests.browser.conftest import serving
from tests.browser.test_regions import cover, tool
from tests.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def copied(var: Path, folder: Path) -> Path:
    """A site of its own with what is in ``var``: two servers without Redis cannot share one."""
    shutil.copytree(var, folder, ignore=shutil.ignore_patterns("db.sqlite3*"))
    with (
        closing(sqlite3.connect(var / "db.sqlite3")) as was,
        closing(sqlite3.connect(folder / "db.sqlite3")) as copy,
    ):
        was.backup(copy)
        copy.execute("DELETE FROM gallery_presence")
        copy.commit()
    return folder


@pytest.fixture(scope="module")
def apart(
    site: str, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The same site once more: by one name for pages, and by another for files."""
    var = copied(Path(environment["VAR"]), tmp_path_factory.mktemp("apart") / "var")
    port = free_port()
    own = {"ALLOWED_HOSTS": "127.0.0.1", "FILES_ORIGIN": f"http://localhost:{port}"}
    with serving(environment | own_site(var) | own, port) as address:
        yield address


@pytest.fixture
def far(browser: Browser, apart: str) -> Iterator[Page]:
    """A page of it, where a picture that does not come fails the test."""
    context = browser.new_context(base_url=apart)
    context.set_default_timeout(60_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def failed(asked: Request) -> None:
        if asked.failure != "net::ERR_ABORTED":  # by the page that comes after
            wrong.append(f"{asked.url}: {asked.failure}")

    page.on("requestfailed", failed)
    yield page
    context.close()
    assert not wrong


def test_the_studio_and_the_brush_work_with_files_from_elsewhere(
    far: Page, apart: str, photo_path: str
) -> None:
    files = apart.replace("127.0.0.1", "localhost")
    fetched: list[str] = []
    far.on("response", lambda answer: fetched.append(answer.url) if answer.ok else None)
    far.goto("/")
    far.set_input_files("#files", photo_path)
    far.locator(".upload .upload-name[href]").click()
    far.wait_for_url("**/photo/*/")
    shown = far.locator("img[src^='/file/photo/']").first
    expect(shown).to_have_js_property("naturalWidth", 451)
    assert any(url.startswith(f"{files}/raw/") for url in fetched)
    assert not [url for url in fetched if url.startswith(f"{apart}/file/photo/")]

    photo = far.url.rstrip("/").rsplit("/", 1)[1]
    far.goto(f"/regions/{photo}/?mix=starry-night:50,great-wave:50")
    expect(far.locator(".region-stage")).to_be_visible()
    expect(far.locator("[data-layer=photo]")).to_have_js_property("naturalWidth", 451)
    tool(far, "Brightness")
    far.locator("#light-from").fill("40")
    assert 5 < cover(far) < 95
    assert far.context.cookies(files) == []


def test_files_have_no_cookies_and_are_no_pages(far: Page, apart: str, photo_path: str) -> None:
    """Opened by itself, Chromium would give a picture a dark page; the policy leaves it none."""
    files = apart.replace("127.0.0.1", "localhost")
    far.goto("/")
    far.set_input_files("#files", photo_path)
    thumb = far.locator(".upload [data-slot=thumb][src^='/file/']")
    expect(thumb).to_be_visible()
    answer = far.goto(thumb.get_attribute("src") or "")
    assert answer is not None
    assert answer.url.startswith(f"{files}/raw/")
    assert answer.request.all_headers().get("cookie") is None
    assert far.evaluate("self.origin") == "null"  # the sandbox
