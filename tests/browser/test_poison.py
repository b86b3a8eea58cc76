"""In a real browser: every text could do harm, and on no page is any of it more than text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_every_page import furnish, kind_of, links_of
from tests.security.poison import HARM, label, text_fields

pytestmark = pytest.mark.browser


@pytest.fixture
def told(browser: Browser, site: str) -> Iterator[tuple[Page, list[str]]]:
    """A page, and all that it said which it should not have."""
    context = browser.new_context(base_url=site)
    context.set_default_timeout(30_000)
    page, said = context.new_page(), []
    page.on("dialog", lambda dialog: (said.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
    page.on("console", lambda m: said.append(f"{page.url} {m.text}") if m.type == "error" else None)
    page.on("request", lambda r: said.append(r.url) if r.url.endswith("/x") else None)
    yield page, said
    context.close()


def poison(base: sqlite3.Connection, pictures: list[str]) -> None:
    """All that one member wrote and owns: the samples stay as other tests know them."""
    for field in text_fields():
        table, column = field.model._meta.db_table, field.column
        if label(field) == "tag.word":  # letters: nothing else gets in
            continue
        value = HARM[: field.max_length or None]
        columns = {row[1] for row in base.execute(f"PRAGMA table_info({table})")}
        whose = next((c for c in ("owner_id", "user_id") if c in columns), None)
        if whose:
            newest = "(SELECT max(id) FROM auth_user)"
            base.execute(f"UPDATE {table} SET {column} = ? WHERE {whose} = {newest}", [value])
        elif "rendering_id" in columns:
            marks = ", ".join("?" * len(pictures))
            where = f"rendering_id IN ({marks})"
            base.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", [value, *pictures])
    base.commit()


@pytest.fixture
def base(environment: dict[str, str], site: str) -> Iterator[sqlite3.Connection]:
    """The site's own database; afterwards nothing of the newest member hangs."""
    base = sqlite3.connect(Path(environment["VAR"]) / "db.sqlite3", timeout=30)
    yield base
    mine = "(SELECT max(id) FROM auth_user)"
    base.execute(f"UPDATE gallery_rendering SET public = 0 WHERE owner_id = {mine}")
    base.execute(f"UPDATE gallery_album SET visibility = 'private' WHERE owner_id = {mine}")
    pictures = f"(SELECT id FROM gallery_rendering WHERE owner_id = {mine})"
    for table, column in (("facet", "listing_id"), ("listing", "rendering_id")):
        base.execute(f"DELETE FROM gallery_{table} WHERE {column} IN {pictures}")
    base.commit()
    base.close()


def test_no_text_does_anything(
    told: tuple[Page, list[str]], base: sqlite3.Connection, photo_path: str
) -> None:
    page, said = told
    page.goto("/")
    door = furnish(page, photo_path)
    newest = "(SELECT max(id) FROM auth_user)"
    query = f"SELECT id FROM gallery_rendering WHERE owner_id = {newest}"
    pictures = [row[0] for row in base.execute(query)]
    assert pictures
    poison(base, pictures)
    ahead, seen, shown = ["/", "/me/", "/gallery/", "/mix/", "/batch/", "/teach/", door], set(), 0
    while ahead:
        path = ahead.pop(0)
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.locator("x-harm, script:not([src]):not([type='application/json'])").count() == 0
        assert page.locator("[onerror], [onload], a[href^='javascript:']").count() == 0
        shown += "<x-harm>" in page.locator("body").inner_text()
        ahead += [link for link in links_of(page) if not urlsplit(link).path.startswith("/s/")]
    assert {"/picture/*/", "/photo/*/", "/albums/*/", "/me/", "/gallery/"} <= seen
    assert shown >= 5  # it was there to be read
    assert said == []
