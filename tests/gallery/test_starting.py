"""A process that can only work alone does not start beside another, nor one without its device."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from gallery.models import Presence
from gallery.operations import presence, starting
from tests import cast
from tests.gallery.test_serving import answers

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.local("is about SQLite and a layer in memory"),
]
REDIS = "redis://redis:6379/0"


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "REPORT_SECONDS", 0.0)


@pytest.fixture
def another() -> Iterator[str]:
    """A process of this machine that is alive, by its name as one of the site."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        name = f"{socket.gethostname()}:{process.pid}"
        Presence.objects.create(pk=name, serves=True)
        yield name
        process.kill()


@pytest.fixture
def far_away() -> Iterator[str]:
    """A process of another machine that is alive: it says so all the time."""
    Presence.objects.create(pk=cast.ELSEWHERE, lanes=["fast"])
    stop = threading.Event()

    def live() -> None:
        while not stop.wait(0.2):
            Presence.objects.filter(pk=cast.ELSEWHERE).update(seen=timezone.now())
        connection.close()

    living = threading.Thread(target=live)
    living.start()
    yield cast.ELSEWHERE
    stop.set()
    living.join()


def test_alone_it_starts_at_once() -> None:
    began = time.monotonic()
    assert starting.refusal(paints=True) == ""
    assert time.monotonic() - began < starting.PATIENCE, "nothing is waited for"


def test_with_memory_for_a_layer_it_does_not_start_beside_another(another: str) -> None:
    why = starting.refusal(paints=True)
    assert another in why
    assert "CHANNEL_LAYER_URL" in why


def test_nor_beside_one_of_another_machine(far_away: str) -> None:
    why = starting.refusal(paints=True)
    assert far_away in why
    assert "CHANNEL_LAYER_URL" in why


def test_a_process_that_died_a_moment_ago_keeps_nobody_from_starting() -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    Presence.objects.create(pk=f"{socket.gethostname()}:{done.pid}")
    Presence.objects.create(pk=cast.ELSEWHERE)  # never heard of again
    Presence.objects.create(pk="silent:1", seen=timezone.now() - timedelta(minutes=2))
    assert starting.refusal(paints=True) == ""


def test_with_redis_sqlite_serves_one_machine_and_no_more(
    settings, monkeypatch: pytest.MonkeyPatch, another: str, far_away: str
) -> None:
    monkeypatch.setattr(starting, "PATIENCE", 20.0)  # a busy machine answers late
    settings.CHANNEL_LAYER_URL = REDIS
    why = starting.refusal(paints=True)
    assert far_away in why
    assert another not in why
    assert "DATABASE_URL" in why
    Presence.objects.filter(pk=far_away).delete()
    assert starting.refusal(paints=True) == ""


def test_with_postgresql_and_redis_there_may_be_any_number(
    settings, monkeypatch: pytest.MonkeyPatch, another: str, far_away: str
) -> None:
    settings.CHANNEL_LAYER_URL = REDIS
    monkeypatch.setattr(starting, "sqlite", lambda: False)
    assert starting.refusal(paints=True) == ""


def test_a_database_that_does_not_answer_keeps_nobody_from_starting(monkeypatch) -> None:
    monkeypatch.setattr(starting, "PATIENCE", 0.1)
    go_on = threading.Event()
    monkeypatch.setattr(starting, "strangers", lambda: go_on.wait(60) and {})
    assert starting.refusal(paints=True) == ""
    go_on.set()


def test_a_second_server_in_earnest_ends_with_2_and_one_line(tmp_path: Path) -> None:
    port, log = cast.free_port(), tmp_path / "log"
    with cast.managing(log, "serve", "--port", port, CHANNEL_LAYER_URL="") as first:
        cast.wait_until(lambda: Presence.objects.exists(), log)
        second = cast.free_port()
        done = cast.manage("serve", "--port", second, CHANNEL_LAYER_URL="")
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert f":{first.pid} " in line
        assert not answers(second)
        assert answers(port), "the first one works on"


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("device", ["cuda", "cuda:99"])
def test_without_its_gpu_it_ends_with_2_and_one_line(
    command: str, device: str, redis_url: str
) -> None:
    import torch

    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("there is one")
    done = cast.manage(command, DEVICE=device, CHANNEL_LAYER_URL=redis_url)
    assert done.returncode == 2
    line = done.stderr.splitlines()[-1]  # before it a warning of the checks
    assert line.startswith(f"DEVICE={device}: torch sees ")
    assert "DEVICE=auto or cpu" in line


def test_who_does_not_paint_needs_no_gpu(settings) -> None:
    settings.DEVICE = "cuda:99"
    assert starting.refusal(paints=False) == ""
    assert starting.refusal(paints=True).startswith("DEVICE=cuda:99")
