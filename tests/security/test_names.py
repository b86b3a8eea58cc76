"""Names that visitors give lead out of no folder, into no header, onto no second line of a log."""

from __future__ import annotations

import io
import logging
import logging.config
import re
import zipfile
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from gallery.models import Photo
from tests import cast
from tests.cast import body
from tests.security.asking import address
from tests.security.poison import poison
from tests.security.roles import LINES
from tests.security.world import World

TRICKS = [
    "../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\evil.bat",
    "a/../../b.jpg", "....//....//x.jpg", "%2e%2e%2fx.jpg", "x.jpg\x00.php", "\u202egpj.exe",
    "x\r\nSet-Cookie: evil=1.jpg", 'x"; filename="evil.exe', "CON", "a" * 300, ".htaccess", "~root",
    "$(touch evil)", "`touch evil`", "-rf", "|evil", "\ud800.jpg", "файл.jpg", "\x1b[31mred.jpg",
]  # fmt: skip
SAFE_NAME = re.compile(r'attachment; filename="[\w][\w.-]*"', re.ASCII)


@pytest.mark.parametrize("name", TRICKS)
def test_no_name_of_a_file_leads_anywhere(name: str, guest: Client) -> None:
    data = cast.encoded("coffee.png", size=64)
    told = {"X-Filename": quote(name, errors="replace")}  # as it is: Django tidies those of forms
    assert guest.post(reverse("v1:photos"), data, "image/jpeg", headers=told).status_code == 201
    photo = Photo.objects.get()
    kept = sorted(
        f"photos/{photo.pk}/{kind}" for kind in ("original.jpg", "thumb.webp", "view.webp")
    )
    assert cast.stored_files() == kept
    assert photo.title.isprintable()
    assert not set(photo.title) & set("\r\n\x00/\\\u202e\x1b")


def test_no_file_that_is_sent_is_named_by_more_than_plain_letters(world: World) -> None:
    poison()
    client, seen = world.client("owner"), 0
    for line in LINES:
        if "GET" not in line.answers or line.name in ("tag", "tag_feed"):
            continue
        answer = client.get(address(line, world))
        if said := answer.get("Content-Disposition", ""):
            seen += 1
            assert SAFE_NAME.fullmatch(said), (line, said)
        body(answer)
    assert seen >= 6
    sent = client.post(reverse("account_export"))
    assert SAFE_NAME.fullmatch(sent["Content-Disposition"])


@pytest.mark.parametrize("name", ["account_export", "batch_zip", "share_zip"])
def test_no_entry_of_an_archive_leads_out_of_it(name: str, world: World) -> None:
    poison()
    line = next(line for line in LINES if line.name == name)
    client = world.client("owner")
    where = address(line, world)
    answer = client.post(where) if name == "account_export" else client.get(where)
    with zipfile.ZipFile(io.BytesIO(body(answer))) as archive:
        entries = archive.infolist()
    assert entries
    assert len({entry.filename for entry in entries}) == len(entries)
    for entry in entries:
        path = PurePosixPath(entry.filename)
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert re.fullmatch(r"[\w./-]+", entry.filename, re.ASCII), entry.filename
        assert entry.external_attr >> 28 != 0xA  # no link to elsewhere


@pytest.fixture
def lines() -> Any:
    """What the site's own handlers would write of all records, as settings.LOGGING has them."""
    written: list[str] = []
    logging_now = logging.getLogger().handlers[:]
    made = logging.config.DictConfigurator(site.LOGGING)
    made.configure()
    handlers = [handler for handler in logging.getLogger().handlers if handler not in logging_now]

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            for handler in handlers:
                if handler.filter(record):
                    written.append(handler.format(record))

    listener = Listener()
    logging.getLogger().addHandler(listener)
    yield written
    logging.getLogger().removeHandler(listener)
    for handler in handlers:
        logging.getLogger().removeHandler(handler)
    for handler in logging_now:
        if handler not in logging.getLogger().handlers:
            logging.getLogger().addHandler(handler)


BREAKS = "\n2026-01-01 00:00:00 INFO gallery: all is well\r\x1b[2K\u2028\x85forged"
QUOTED = "%0a2026-01-01%20INFO%20gallery:%20all%20is%20well%0d%1b[2K%e2%80%a8forged"


def test_no_visitor_writes_a_line_of_the_log(world: World, lines: list[str]) -> None:
    client = world.client("owner", careful=True)
    client.raise_request_exception = False
    for path in (f"/{QUOTED}", f"/picture/{QUOTED}/", f"/tags/{QUOTED}/", f"/people/{QUOTED}/",
                 f"/gallery/?q={QUOTED}", f"/s/{QUOTED}/"):  # fmt: skip
        client.get(path)
        client.post(path)
        client.get(path, headers={"User-Agent": BREAKS, "Referer": BREAKS})
    client.get("/", headers={"Host": f"evil{BREAKS}"})
    client.post("/language/", headers={"Origin": f"https://evil{BREAKS}"}, secure=True)
    client.post("/language/", headers={"Referer": f"https://evil{BREAKS}"}, secure=True)
    free = world.client("owner")
    free.post(reverse("v1:photos"), b"x", "image/jpeg", headers={"X-Filename": QUOTED})
    free.post(reverse("account_login"), {"login": BREAKS, "password": BREAKS})
    try:
        raise ValueError(BREAKS)  # as of a library that says what it was given
    except ValueError:
        logging.getLogger("gallery").exception("of %s", BREAKS)
    assert len(lines) >= 9
    for line in lines:
        _, *trace = line.splitlines()
        assert line.replace("\n", "").isprintable(), line
        # A traceback is set in, so that no line of it can pass for one of the log's own.
        assert all(told.startswith("    | ") for told in trace), line
