"""What opens a stranger's file is confined, and whatever becomes of it the site goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from gallery import decoding
from gallery.decoding import DECODERS, nursery, run_limited
from gallery.refusals import RefusedError
from tests import cast
from webstyle.engine.events import EngineError

ROOM = "tests.gallery.naughty"


def run(function: str, *arguments: Any) -> Any:
    return run_limited(f"{ROOM}.{function}", *arguments, name="cat.jpg")


def alive(pid: int) -> bool:
    """Neither gone nor a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def pid_of_nursery() -> int:
    assert nursery.process is not None
    return nursery.process.pid


def test_a_function_is_run_elsewhere_and_its_value_comes_back() -> None:
    assert run("add", 2, 3) == 5


def test_what_a_function_refuses_is_told_in_its_words() -> None:
    with pytest.raises(EngineError, match=r"^it is blue: take another$"):
        run("refuse")


@pytest.mark.parametrize("does", ["wait", "spin", "swell", "crash", "fail"])
def test_one_that_hangs_swells_or_breaks_is_refused_and_the_next_goes_through(
    settings, does: str
) -> None:
    settings.DECODE_SECONDS, settings.DECODE_MEMORY_MB = 1, 1000
    run("add", 1, 1)
    before = pid_of_nursery()
    with pytest.raises(EngineError, match=r"cat\.jpg takes too much time or memory to open"):
        run(does)
    assert run("add", 2, 2) == 4
    assert pid_of_nursery() == before
    cast.wait_until(lambda: children(before) == [])


def test_no_file_of_any_size_is_written(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="too much"):
        run("flood", str(tmp_path / "big"))
    assert (tmp_path / "big").stat().st_size == 250_000_000


def test_it_reaches_neither_secrets_nor_the_database_nor_visitors(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setenv("SECRET_KEY", "for us alone")
    nursery.stop()  # started anew, with this environment
    world = run("world")
    assert set(world["environment"]) <= {*decoding.KNOWN, *decoding.ONE_THREAD, "LC_CTYPE"}
    assert sorted(name.partition(":")[0] for name in world["files"]) == [
        "/dev/null", "/dev/null", "/dev/null", "socket"
    ]  # fmt: skip
    assert world["core"] == 0
    assert world["kept"] == 2_000_000_000
    assert world["nice"] >= 5


def test_when_the_nursery_was_killed_there_is_another() -> None:
    run("add", 1, 1)
    before = pid_of_nursery()
    os.kill(before, signal.SIGKILL)
    assert run("add", 2, 3) == 5
    assert pid_of_nursery() != before
    assert not alive(before)


def test_a_file_that_was_open_when_it_was_killed_is_opened_again(tmp_path: Path) -> None:
    note = tmp_path / "note"
    run("add", 1, 1)
    before = pid_of_nursery()

    def kill() -> None:
        cast.wait_until(lambda: note.exists() and note.read_text())
        os.kill(before, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    assert run("wait_once", str(note)) == "at last"
    killer.join()
    cast.wait_until(lambda: not alive(int(note.read_text())))


def test_nothing_outlives_a_site_that_was_killed(tmp_path: Path) -> None:
    note = tmp_path / "note"
    code = (
        "import django; django.setup(); from gallery.decoding import *; "
        f"run_limited('{ROOM}.wait', {str(note)!r}, name='x')"
    )
    site = subprocess.Popen(
        [sys.executable, "-c", code], cwd=cast.ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DECODE_SECONDS": "600"},
    )  # fmt: skip
    try:
        cast.wait_until(lambda: note.exists() and note.read_text())
        child = int(note.read_text())
        (mother,) = map(int, children(site.pid))
        assert list(map(int, children(mother))) == [child]
    finally:
        site.kill()
        site.wait()
    cast.wait_until(lambda: not alive(mother) and not alive(child))


def test_a_forked_process_has_a_nursery_of_its_own() -> None:
    run("add", 1, 1)
    before = pid_of_nursery()
    if (child := os.fork()) == 0:
        try:
            ours = run("add", 1, 2) == 3 and pid_of_nursery() != before
            nursery.stop()
            os._exit(0 if ours else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert run("add", 2, 2) == 4
    assert pid_of_nursery() == before


def test_who_comes_when_all_are_busy_for_long_is_asked_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoding, "PATIENCE", 0.01)
    held = [DECODERS.acquire() for _ in range(2)]
    try:
        with pytest.raises(RefusedError) as refused:
            run("add", 1, 1)
    finally:
        for _ in held:
            DECODERS.release()
    assert refused.value.after == 30
