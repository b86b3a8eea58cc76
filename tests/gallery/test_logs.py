"""Lines of the log: of which request or job they are, without secrets, and never forged."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from gallery import runs
from gallery.models import ErrorEntry, Rendering, ShareLink
from gallery.operations import context, errors
from gallery.operations.context import Context
from gallery.operations.errors import ErrorKeeper
from gallery.operations.logs import JsonFormatter, LineFormatter
from tests import cast
from tests.cast import socket_of

FORGED = "x\n2026-01-01T00:00:00.000Z ERROR gallery: [job=1] forged\r\x1b[31m\u2028\u202e\0"
FORMATS: list[type[logging.Formatter]] = [LineFormatter, JsonFormatter]


class Catcher(logging.Handler):
    """Keeps lines as they would be written, at once: a context does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.told: list[dict[str, Any]] = []
        self.line, self.json = LineFormatter(), JsonFormatter()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.line.format(record))
        self.told.append(json.loads(self.json.format(record)))

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [told for told in self.told if told["logger"] == logger]


@pytest.fixture
def caught() -> Iterator[Catcher]:
    catcher, root = Catcher(), logging.getLogger()
    root.addHandler(catcher)
    yield catcher
    root.removeHandler(catcher)


def record(message: str, *args: Any, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    return logging.LogRecord("gallery", logging.ERROR, __file__, 1, message, args, info)


@pytest.mark.parametrize("shape", FORMATS)
def test_what_a_visitor_sends_forges_no_line(shape: Callable[[], logging.Formatter]) -> None:
    told = shape().format(record("cannot open %s", FORGED, error=ValueError(FORGED)))
    whole = [line for line in told.splitlines() if not line.startswith("    | ")]
    assert len(whole) == 1
    assert "forged" in told
    for harm in "\r\x1b\u2028\u202e\0":
        assert harm not in told
    if shape is JsonFormatter:
        assert told.isascii()
        assert json.loads(told)["message"] == f"cannot open {FORGED}"


@pytest.mark.parametrize("shape", FORMATS)
def test_a_record_whose_arguments_do_not_fit_is_still_a_line(
    shape: Callable[[], logging.Formatter],
) -> None:
    assert "%d of it" in shape().format(record("%d of it", "none"))


@pytest.mark.parametrize("kind", ["path", "name", "header"])
def test_requests_forge_none_either(guest: Client, caught: Catcher, kind: str) -> None:
    if kind == "path":
        guest.get("/x%0A2026-01-01T00:00:00.000Z%20ERROR%20forged%1b")
    elif kind == "name":
        guest.post(
            reverse("v1:photos"), b"none", "image/jpeg", headers={"X-Filename": "a%0Aforged%1b"}
        )
    else:
        guest.get("/", headers={"X-Request-ID": FORGED, "User-Agent": FORGED, "Host": "x\nforged"})
    assert caught.lines
    for line in caught.lines:
        (first, *more) = line.split("\n")
        assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z [A-Z]+ [\w.]+ (\[|-)", first)
        assert all(part.startswith("    | ") for part in more)
        assert "\x1b" not in line


def test_a_request_has_one_line_with_an_id_that_comes_back(guest: Client, caught: Catcher) -> None:
    answer = guest.get(reverse("mine"), {"secret": "sesame"})
    (line,) = caught.of("gallery.access")
    assert re.fullmatch("[0-9a-f]{16}", line["request"])
    assert answer["X-Request-ID"] == line["request"]
    assert (line["method"], line["view"], line["status"]) == ("GET", "mine", 200)
    assert line["bytes"] == len(answer.content)
    assert line["ms"] > 0
    assert line["owner"] == context.owner_mark(cast.GUEST.group)
    assert "sesame" not in "".join(caught.lines)
    assert cast.GUEST.guest not in "".join(caught.lines)


def test_visitors_are_told_apart_and_not_named(guest: Client, member: Client, caught) -> None:
    for client in (guest, member, guest):
        client.get(reverse("mine"))
    first, second, third = (line["owner"] for line in caught.of("gallery.access"))
    assert first == third != second
    assert "member" not in "".join(caught.lines)


def test_a_proxys_id_is_taken_only_from_a_proxy_and_only_if_sane(guest: Client, settings) -> None:
    def given(number: str) -> str:
        return str(guest.get("/", headers={"X-Request-ID": number})["X-Request-ID"])

    assert given("abcd-1234-EFGH") != "abcd-1234-EFGH"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert given("abcd-1234-EFGH") == "abcd-1234-EFGH"
    for odd in ("short", "x" * 65, "abcd 1234 5678", "abcd\n12345", "abcdé12345", "a;b" * 5, ""):
        assert given(odd) != odd


def test_tokens_of_links_are_in_no_line(painted: Rendering, caught: Catcher, monkeypatch) -> None:
    link = ShareLink.objects.create(rendering=painted, **cast.GUEST.fields)
    visitor = Client(raise_request_exception=False)
    assert visitor.get(link.get_absolute_url()).status_code == 200
    assert visitor.get(f"{link.get_absolute_url()}nothing/").status_code == 404

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"at {link.get_absolute_url()}")

    monkeypatch.setattr("gallery.links.views.render", broken)
    assert visitor.get(link.get_absolute_url()).status_code == 500
    (error,) = caught.of("django.request")
    assert error["message"] == "Internal Server Error: /s/<slug:token>/"
    assert error["traceback"].endswith("RuntimeError: at /s/<slug:token>/")
    logging.getLogger("daphne").warning("uri=%s took too long", link.get_absolute_url())
    logging.getLogger("x").warning("/account/password/reset/1a-c0ffee-0123456789abcdef/")
    logging.getLogger("x").warning("Authorization: Bearer abcdef0123456789")
    text = "\n".join(caught.lines) + json.dumps(caught.told)
    assert link.token not in text
    assert "c0ffee" not in text
    assert "abcdef0123" not in text
    assert "/s/<slug:token>/" in text
    assert len(caught.of("gallery.access")) == 3


@pytest.mark.parametrize("programs", [False, True])
def test_who_meets_an_error_can_name_it(
    guest: Client, caught: Catcher, monkeypatch, programs: bool
) -> None:
    def broken(request: HttpRequest) -> None:
        raise RuntimeError("out of paint")

    monkeypatch.setattr("gallery.views.visitor", broken)
    guest.raise_request_exception = False
    accept = "application/json" if programs else "text/html"
    answer = guest.get(reverse("mine"), headers={"Accept": accept})
    number = answer["X-Request-ID"]
    assert answer.status_code == 500
    if programs:
        assert answer.json()["request"] == number
    else:
        assert number in answer.text
    (error,) = caught.of("django.request")
    assert error["request"] == number
    assert "out of paint" in error["traceback"]


def test_a_job_is_named_by_each_line_of_its_attempt(
    rendering: Rendering, caught: Catcher, monkeypatch
) -> None:
    """In a thread, as lanes are; and not afterwards."""
    job = cast.claim()
    run = runs.Run(job, lambda job: logging.getLogger("told").info("x"), lambda: False)

    def work() -> None:
        logging.getLogger("before").info("x")
        run.attempt = lambda: logging.getLogger("inside").info("x")  # type: ignore[method-assign]
        monkeypatch.setattr(runs.counted, "job_began", lambda job: None)
        run()
        logging.getLogger("after").info("x")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    (inside,) = caught.of("inside")
    about = {name: inside[name] for name in ("job", "kind", "engine", "lane", "worker", "owner")}
    assert about == {
        "job": str(rendering.pk), "kind": "picture", "engine": "stylebank", "lane": "fast",
        "worker": cast.ELSEWHERE, "owner": context.owner_mark(cast.GUEST.group),
    }  # fmt: skip
    for outside in (*caught.of("before"), *caught.of("after")):
        assert "job" not in outside


def test_one_line_ties_the_request_to_its_job(photo: Any, guest: Client, caught: Catcher) -> None:
    answer = guest.post(reverse("paint", args=[photo.pk]), {"style": "udnie"})
    (line,) = caught.of("gallery.services")
    assert line["request"] == answer["X-Request-ID"]
    assert line["job"] == str(Rendering.objects.get().pk)


@pytest.mark.django_db(transaction=True)
async def test_a_socket_has_a_line_when_it_opens_and_one_when_it_closes(caught: Catcher) -> None:
    guest = await asyncio.to_thread(cast.client_of, cast.GUEST)
    page = socket_of(guest, "/ws/jobs/")
    assert (await page.connect())[0]
    await page.receive_json_from()
    await page.disconnect()
    opened, closed = caught.of("gallery.access")[-2:]
    assert opened["message"] == "socket /ws/jobs/ opened"
    assert closed["message"] == "socket /ws/jobs/ closed"
    assert opened["socket"] == closed["socket"]
    assert closed["owner"] == context.owner_mark(cast.GUEST.group)
    assert cast.GUEST.guest not in "".join(caught.lines)


@pytest.mark.parametrize("form", ["line", "json"])
def test_the_site_writes_the_format_that_is_asked_for(tmp_path: Path, form: str) -> None:
    code = (
        "import django, logging; django.setup();"
        "logging.getLogger('gallery').warning('a\\nb')"
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cast.ROOT, capture_output=True, text=True, timeout=60,
        env=cast.environment(LOG_FORMAT=form, VAR=tmp_path, DATABASE_URL="sqlite://:memory:"),
    )  # fmt: skip
    (line,) = done.stderr.splitlines()
    if form == "json":
        assert json.loads(line)["message"] == "a\nb"
    else:
        assert line.endswith(r"WARNING gallery - a\nb")


@pytest.fixture
def keeper(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ErrorKeeper]:
    monkeypatch.setattr(errors, "PAUSE", 0)
    handler = ErrorKeeper()
    logger = logging.getLogger("tests.kept")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def test_the_last_errors_are_kept_and_no_more(keeper: ErrorKeeper, monkeypatch) -> None:
    monkeypatch.setattr(errors, "KEPT", 5)
    log = logging.getLogger("tests.kept")
    log.warning("not an error")
    with context.within(Context(request="0123456789abcdef", job="j" * 36)):
        for n in range(9):
            log.error("no %d", n)
            keeper.flush()
    with context.within(Context()):
        try:
            raise ValueError("out of paint" + "x" * 3000)
        except ValueError:
            log.exception("the last one\n%s", "/s/abcdefghijklmnop/")
    keeper.flush()
    newest, *others = ErrorEntry.objects.all()
    assert [entry.message for entry in others] == ["no 8", "no 7", "no 6", "no 5"]
    assert (others[0].request, others[0].job) == ("0123456789abcdef", "j" * 36)
    assert newest.message == r"the last one\n/s/…/"
    assert len(newest.trace) == errors.TRACE
    assert newest.request == ""


def test_keeping_raises_nothing_waits_for_nothing_and_does_not_feed_itself(
    keeper: ErrorKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, tried, go_on = logging.getLogger("tests.kept"), [], threading.Event()

    def broken(entries: list[Any]) -> None:
        tried.append(len(entries))
        go_on.wait(60)
        log.error("the database is away")
        raise OSError("the database is away")

    monkeypatch.setattr(errors, "keep", broken)
    for n in range(3 * errors.WAITING):
        log.error("flood %d", n)
    assert keeper.records.qsize() <= errors.WAITING
    go_on.set()
    keeper.flush()
    assert keeper.records.unfinished_tasks == 0
    assert sum(tried) <= errors.WAITING + errors.AT_ONCE
    assert not ErrorEntry.objects.exists()
