"""Worker processes on one queue: killed, stopped, woken; no job is lost or done twice."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gallery import jobs
from gallery.models import Photo, Rendering
from tests import cast
from webstyle.engine.weights import styles

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "workers.log"


@pytest.fixture
def start(redis_url: str, log: Path) -> Iterator[Any]:
    """Starts a worker on the tests' own database."""
    with contextlib.ExitStack() as workers:
        yield lambda **values: workers.enter_context(
            cast.managing(log, "worker", CHANNEL_LAYER_URL=redis_url, **values)
        )


def name_of(process: Any) -> str:
    return f"{socket.gethostname()}:{process.pid}"


def painting(process: Any) -> Rendering | None:
    """The large job that this worker is in the middle of."""
    rows = Rendering.objects.filter(state="running", worker=name_of(process), step__gte=1)
    return rows.filter(recipe__size=cast.LARGE.size).first()


def all_done() -> bool:
    return not Rendering.objects.exclude(state="done").exists()


def test_a_killed_workers_job_is_done_by_another(photo: Photo, start, log: Path) -> None:
    for recipe in (cast.LARGE, cast.SMALL, cast.SMALL, cast.SMALL):
        cast.submit(photo, recipe)
    workers = [start(), start()]
    victim, job = cast.wait_until(
        lambda: next(((w, job) for w in workers if (job := painting(w))), None), log
    )
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    job.refresh_from_db()
    assert (job.state, job.worker) == ("running", name_of(victim)), "it was not in the middle"
    cast.wait_until(all_done, log, seconds=120)
    attempts = {row.pk: row.attempts for row in Rendering.objects.all()}
    assert attempts.pop(job.pk) == 2
    assert set(attempts.values()) == {1}
    job.refresh_from_db()
    assert job.result.storage.exists(job.result.name)


def test_sigterm_gives_the_running_job_back_at_its_old_place(
    photo: Photo, start, log: Path
) -> None:
    large, later = cast.submit(photo, cast.LARGE), cast.submit(photo)
    worker = start()
    cast.wait_until(lambda: painting(worker), log)
    worker.terminate()
    assert worker.wait(60) == 0, log.read_text()
    for row in (large, later):
        row.refresh_from_db()
        assert (row.state, row.attempts, row.worker) == ("queued", 0, "")
    assert [large.position, later.position] == [0, 1]
    assert "Traceback" not in log.read_text()


def test_a_worker_hears_the_bell_and_keeps_its_lease_through_a_long_job(
    photo: Photo, start, log: Path, settings, redis_url: str
) -> None:
    """It scans the table only every five minutes here, and leases are shorter than the job."""
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [redis_url]},
        }
    }
    worker = start(RESCAN_SECONDS=300, LEASE_SECONDS=1)
    cast.wait_until(lambda: "paints lanes" in log.read_text(), log)
    first = cast.submit(photo)  # rings the bell; the second ring is for a worker still starting
    cast.wait_until(lambda: ring_until_done(first), log)
    every_style = tuple((slug, 1.0) for slug in styles())
    long = cast.submit(photo, cast.Recipe(styles=every_style, size=1024))
    lost: list[Any] = []

    def finished() -> bool:
        jobs.rescue(lost.append)
        long.refresh_from_db()
        return long.state == "done"

    cast.wait_until(finished, log)
    assert lost == []
    assert long.worker == name_of(worker)
    assert (long.finished - long.started).total_seconds() > 1
    assert long.attempts == 1


def ring_until_done(rendering: Rendering) -> bool:
    from gallery import notify

    notify.ring()
    rendering.refresh_from_db()
    return rendering.state == "done"
