"""``/health/live`` and ``/health/ready``: quick whatever is broken, and never telling too much."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.core.files.storage import default_storage
from django.utils import timezone

from gallery.jobs import worker_name
from gallery.models import Presence
from gallery.operations import checkup
from gallery.operations.checkup import Check, Checkup, NotWellError
from gallery.operations.health import Probes
from tests import cast
from tests.backends import SCALED, use_bucket
from tests.gallery.conftest import missing
from tests.sites import OF_ITS_OWN

ADDRESS = "/health/ready"


async def beyond(scope: dict[str, Any], receive: Any, send: Any) -> None:
    raise AssertionError(f"{scope['path']} went on to the site")


async def ask(path: str, probes: Probes | None = None, method: str = "GET") -> tuple[int, Any]:
    scope = {"type": "http", "method": method, "path": path, "headers": [(b"host", b"10.1.2.3")]}
    asked = ApplicationCommunicator(probes or Probes(beyond, Checkup()), scope)
    await asked.send_input({"type": "http.request"})
    start = await asked.receive_output(10)
    body = (await asked.receive_output(10))["body"]
    headers = dict(start["headers"])
    assert headers[b"cache-control"] == b"no-store"
    assert b"set-cookie" not in headers
    return start["status"], json.loads(body) if body else None


def http_get(port: int, path: str, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, json.loads(data)


@pytest.fixture
def workers(transactional_db: None) -> None:
    """One that paints everything, heard of just now."""
    Presence.objects.create(pk=worker_name(), lanes=["fast", "slow"])


async def test_live_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Checkup, "report", None)
    assert await ask("/health/live") == (200, {"status": "ok"})
    assert await ask("/health/live/", method="HEAD") == (200, None)


async def test_ready_tells_of_each_check(workers: None) -> None:
    status, told = await ask(ADDRESS)
    assert (status, told["status"]) == (200, "ok"), told
    assert list(told["checks"]) == [
        "database", "channel_layer", "cache", "storage", "disk", "processes",
        "worker_fast", "worker_slow",
    ]  # fmt: skip
    assert cast.stored_files() == []


async def test_only_reading_is_answered() -> None:
    assert (await ask(ADDRESS, method="POST"))[0] == 405


async def test_other_paths_go_on_to_the_site() -> None:
    probes = Probes(beyond, Checkup())
    for path in ("/", "/health/", "/health/ready/x", "/s/health/ready"):
        with pytest.raises(AssertionError, match="went on"):
            await probes({"type": "http", "method": "GET", "path": path}, None, None)


async def test_without_a_worker_it_is_degraded_and_serves(workers: None) -> None:
    await Presence.objects.all().aupdate(lanes=["fast"])
    status, told = await ask(ADDRESS)
    assert (status, told["status"]) == (200, "degraded")
    assert told["checks"]["worker_fast"] == {"status": "ok"}
    assert told["checks"]["worker_slow"]["status"] == "degraded"
    silent = timezone.now() - timezone.timedelta(minutes=5)
    await Presence.objects.all().aupdate(seen=silent)
    _, told = await ask(ADDRESS)
    assert told["checks"]["worker_fast"]["status"] == "degraded"


@pytest.mark.local("is about a layer in memory")
async def test_a_process_that_an_in_memory_layer_does_not_reach_is_found(workers: None) -> None:
    await Presence.objects.acreate(pk=cast.ELSEWHERE, lanes=["fast"])
    status, told = await ask(ADDRESS)
    assert (status, told["status"]) == (200, "degraded")
    assert "CHANNEL_LAYER_URL" in told["checks"]["processes"]["detail"]
    assert cast.ELSEWHERE not in json.dumps(told)


@pytest.fixture
def no_storage(settings) -> Iterator[str]:
    """Its place: a file where a folder is meant to be, or a bucket that nobody has made."""
    folder = settings.MEDIA_ROOT = settings.MEDIA_ROOT / "file"
    folder.write_text("a file, no folder")
    if not SCALED:
        yield str(folder)
        return
    usual, name = default_storage.bucket_name, "nobody-has-made-it"
    use_bucket(name)
    yield name
    use_bucket(usual)


async def test_a_storage_that_cannot_be_written_is_found(workers: None, no_storage: str) -> None:
    status, told = await ask(ADDRESS)
    assert status == 503
    assert told["checks"]["storage"]["status"] == "failing"
    assert no_storage not in json.dumps(told)


async def test_a_full_disk_is_found(workers: None, settings) -> None:
    settings.MIN_FREE_BYTES = 10**18
    status, told = await ask(ADDRESS)
    assert (status, told["checks"]["disk"]["status"]) == (503, "failing")
    assert "MB free" in told["checks"]["disk"]["detail"]


async def test_a_database_that_is_not_migrated_is_found(
    workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup.MigrationExecutor, "migration_plan", lambda *args: ["0012"])
    status, told = await ask(ADDRESS)
    assert status == 503
    assert "migrate" in told["checks"]["database"]["detail"]


async def test_a_cache_that_forgets_is_found(workers: None, settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    status, told = await ask(ADDRESS)
    assert (status, told["checks"]["cache"]["status"]) == (503, "failing")


async def test_many_who_ask_at_once_get_one_look(workers: None, monkeypatch) -> None:
    looks: list[int] = []
    look = Checkup.look

    async def counted(self: Checkup) -> Any:
        looks.append(1)
        return await look(self)

    monkeypatch.setattr(Checkup, "look", counted)
    probes = Probes(beyond, Checkup())
    for _ in range(20):
        assert (await ask(ADDRESS, probes))[0] == 200
    assert len(looks) == 1


async def test_what_hangs_is_said_in_time_and_keeps_one_thread(monkeypatch) -> None:
    monkeypatch.setattr(checkup, "PATIENCE", 0.05)
    go_on, begun = threading.Event(), []

    def hang() -> None:
        begun.append(1)
        go_on.wait(60)

    check = Check("hanging", hang)
    for _ in range(5):
        told = await check.report()
        assert told == {"status": "failing", "detail": "no answer within 0.05 s"}
    assert len(begun) == 1
    go_on.set()
    monkeypatch.setattr(checkup, "PATIENCE", 20)
    assert await check.report() == {"status": "ok"}


async def test_an_answer_that_came_too_late_is_not_told_the_next_time(monkeypatch) -> None:
    """A database that was away was "ok" because of one that had waited for the one before it."""
    monkeypatch.setattr(checkup, "PATIENCE", 0.05)
    go_on, ended = threading.Event(), threading.Event()

    def was_well() -> None:
        go_on.wait(60)
        ended.set()

    check = Check("database", was_well)
    assert (await check.report())["status"] == "failing"
    go_on.set()
    await asyncio.to_thread(ended.wait)
    await asyncio.sleep(0.05)

    def is_away() -> None:
        raise OSError

    check.run = is_away
    monkeypatch.setattr(checkup, "PATIENCE", 20)
    assert (await check.report())["status"] == "failing"


async def test_what_an_error_says_is_for_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise OSError("postgres://vincent:sesame@db.internal")

    def say() -> None:
        raise NotWellError("too full")

    told = await Check("database", fail).report()
    assert told["status"] == "failing"
    assert "sesame" not in json.dumps(told)
    assert "sesame" in caplog.text
    assert (await Check("disk", say).report())["detail"] == "too full"


@contextlib.contextmanager
def silent_port() -> Iterator[int]:
    """Takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield listener.getsockname()[1]


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """One that the test may stop."""
    program = shutil.which("redis-server")
    if not program:
        missing("redis-server", "redis-server")
    port = cast.free_port()
    server = subprocess.Popen(
        [str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        stdout=subprocess.DEVNULL, cwd=tmp_path,
    )  # fmt: skip

    def up() -> bool:
        with contextlib.suppress(redis.ConnectionError):
            return bool(redis.Redis(port=port).ping())
        return False

    cast.wait_until(up, seconds=20)
    yield port, server
    server.kill()
    server.wait()


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(240)
def test_a_redis_that_dies_makes_it_not_ready_and_one_that_returns_ready(
    own_redis: tuple[int, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    redis_port, server = own_redis
    port, log = cast.free_port(), tmp_path / "log"
    address = f"redis://127.0.0.1:{redis_port}"
    with cast.managing(log, "serve", "--no-worker", "--port", port, MIN_FREE_MB=1,
                       CHANNEL_LAYER_URL=f"{address}/0", CACHE_URL=f"{address}/1"):  # fmt: skip

        def ready(status: int) -> Any:
            with contextlib.suppress(OSError):
                given, told = http_get(port, ADDRESS, Host="10.0.0.9")
                return told if given == status else None

        told = cast.wait_until(lambda: ready(200), log)
        assert told["status"] == "degraded", "no worker is here"
        server.send_signal(19)  # SIGSTOP: it takes connections and does not answer
        began = time.monotonic()
        told = cast.wait_until(lambda: ready(503), log, seconds=20)
        assert time.monotonic() - began < 20
        assert told["checks"]["channel_layer"]["status"] == "failing"
        assert told["checks"]["cache"]["status"] == "failing"
        assert told["checks"]["database"]["status"] == "ok"
        assert http_get(port, "/health/live") == (200, {"status": "ok"})
        server.send_signal(18)
        cast.wait_until(lambda: ready(200), log, seconds=60)
        server.kill()
        server.wait()
        cast.wait_until(lambda: ready(503), log, seconds=20)


@OF_ITS_OWN
@pytest.mark.timeout(240)
@pytest.mark.parametrize("silent", [False, True], ids=["closed", "silent"])
def test_a_postgresql_that_is_away_is_said_and_nothing_hangs(tmp_path: Path, silent: bool) -> None:
    port, log = cast.free_port(), tmp_path / "log"
    with contextlib.ExitStack() as stack:
        away = stack.enter_context(silent_port()) if silent else cast.free_port()
        stack.enter_context(
            cast.managing(log, "serve", "--port", port, MIN_FREE_MB=1,
                          DATABASE_URL=f"postgres://vincent:sesame@127.0.0.1:{away}/x")
        )  # fmt: skip

        def answer() -> Any:
            with contextlib.suppress(OSError):
                return http_get(port, ADDRESS)

        status, told = cast.wait_until(answer, log)
        assert status == 503
        assert told["checks"]["database"]["status"] == "failing"
        assert told["checks"]["channel_layer"]["status"] == "ok"
        assert "sesame" not in json.dumps(told)
        assert http_get(port, "/health/live")[0] == 200


@pytest.mark.django_db(transaction=True)
def test_behind_tls_probes_are_not_sent_elsewhere(tmp_path: Path) -> None:
    port, log = cast.free_port(), tmp_path / "log"
    with cast.managing(log, "serve", "--port", port, HTTPS="true", MIN_FREE_MB=1):

        def live() -> Any:
            with contextlib.suppress(OSError):
                return http_get(port, "/health/live", Host="10.0.0.9")

        assert cast.wait_until(live, log) == (200, {"status": "ok"})


async def test_the_layer_is_well_while_a_page_listens_and_nothing_is_said(
    redis_url: str, workers: None, settings
) -> None:
    """Of the channels of one process the layer waits for those that are called alike: else the
    site would be out of order as long as anybody looks at it."""
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [redis_url]},
        }
    }
    layer = get_channel_layer()
    page = asyncio.create_task(layer.receive(await layer.new_channel()))
    await asyncio.sleep(0.2)
    try:
        _status, told = await ask(ADDRESS)
        assert told["checks"]["channel_layer"] == {"status": "ok"}
    finally:
        page.cancel()
        await asyncio.gather(page, return_exceptions=True)
        await layer.flush()
