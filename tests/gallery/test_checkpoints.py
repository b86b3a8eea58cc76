"""A job that lost its worker goes on from its last checkpoint, and no bad checkpoint stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from gallery import jobs, notify, purging, runs, services
from gallery.models import Photo, Rendering
from tests import cast
from tests.pencil import STEPS, Pencil, pack, recipe, steps_of


@pytest.fixture(autouse=True)
def _often(settings) -> None:
    settings.CHECKPOINT_SECONDS = 0


def checkpoints() -> list[str]:
    return [name for name in cast.stored_files() if "/checkpoint-" in name]


def with_checkpoint(drawing: Rendering, data: bytes, **values: object) -> None:
    name = default_storage.save(f"{drawing.folder}/checkpoint-x.bin", ContentFile(data))
    drawing.change(checkpoint=name, spent=2.0, **values)


def lose_at(drawing: Rendering, pencil: type[Pencil], step: int) -> None:
    """The worker falls silent at ``step``; what it writes later comes too late."""
    pencil.at[step] = lambda: cast.lose_lease(drawing)
    cast.draw(drawing)
    pencil.at.clear()


def test_a_job_that_lost_its_worker_goes_on_from_its_checkpoint(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    lose_at(drawing, pencil, 60)
    assert drawing.state == "queued"
    assert 0 < drawing.step < 60
    cast.draw(drawing)
    assert drawing.state == "done"
    assert 0 < pencil.told[1][0] <= 60
    assert pencil.told[1][-1] == STEPS - 1
    assert steps_of(drawing) == STEPS


def test_there_is_one_checkpoint_at_a_time_and_none_at_the_end(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    found: list[int] = []
    for step in range(20, STEPS, 20):
        pencil.at[step] = lambda: found.append(len(checkpoints()))
    cast.draw(drawing)
    assert drawing.state == "done"
    assert set(found) <= {0, 1}
    assert 1 in found
    assert checkpoints() == []
    assert not drawing.checkpoint


def test_a_checkpoint_is_stored_only_now_and_then(
    drawing: Rendering, pencil: type[Pencil], settings
) -> None:
    settings.CHECKPOINT_SECONDS = 60
    found: list[str] = []
    pencil.at[STEPS - 1] = lambda: found.extend(checkpoints())
    cast.draw(drawing)
    assert found == []


def test_a_worker_that_has_to_stop_stores_a_checkpoint_first(
    drawing: Rendering, pencil: type[Pencil], settings
) -> None:
    settings.CHECKPOINT_SECONDS = 60
    stop = threading.Event()
    pencil.at[30] = stop.set
    runs.Run(cast.claim(lane="slow"), notify.publish, stop.is_set)()
    drawing.refresh_from_db()
    assert (drawing.state, drawing.attempts, drawing.step) == ("queued", 0, 30)
    cast.draw(drawing)
    assert pencil.told[1][0] == 31


@pytest.mark.parametrize("data", [b"", b"of another engine", b'{"step": "half"}'])
def test_a_checkpoint_that_cannot_be_read_is_dropped_and_the_job_starts_anew(
    drawing: Rendering, pencil: type[Pencil], data: bytes
) -> None:
    with_checkpoint(drawing, data)
    cast.draw(drawing)
    assert drawing.state == "done"
    assert drawing.attempts == 1
    assert pencil.told[-1] == list(range(STEPS))
    assert checkpoints() == []


def test_a_checkpoint_that_is_lost_is_not_missed(drawing: Rendering, pencil: type[Pencil]) -> None:
    drawing.change(checkpoint="renderings/nowhere.bin", spent=2.0)
    cast.draw(drawing)
    assert drawing.state == "done"
    assert pencil.told == [list(range(STEPS))]
    assert drawing.seconds < 60


def fail_at(drawing: Rendering, pencil: type[Pencil], step: int) -> None:
    def tear() -> None:
        raise OSError("the paper tore")

    pencil.at[step] = tear
    cast.draw(drawing)
    assert drawing.state == "failed"


def test_a_failed_job_is_tried_again_from_its_checkpoint(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    fail_at(drawing, pencil, 60)
    pencil.at.clear()
    assert len(checkpoints()) == 1
    services.job_retry(drawing)
    cast.draw(drawing)
    assert drawing.state == "done"
    assert 0 < pencil.told[1][0] <= 60


def test_a_checkpoint_that_leads_to_the_same_failure_is_not_tried_a_third_time(
    drawing: Rendering, pencil: type[Pencil], settings
) -> None:
    settings.CHECKPOINT_SECONDS = 60
    with_checkpoint(drawing, pack(50))
    fail_at(drawing, pencil, 52)
    assert checkpoints() == []
    services.job_retry(drawing)
    cast.draw(drawing)
    assert pencil.told[1][0] == 0


def test_after_three_lost_workers_a_new_try_goes_on_too(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    with_checkpoint(drawing, pack(99), step=100, total=STEPS)
    for _ in range(3):
        cast.claim(lane="slow")
        cast.lose_lease(drawing)
    drawing.refresh_from_db()
    assert drawing.state == "failed"
    services.job_retry(drawing)
    assert drawing.step == 100
    cast.draw(drawing)
    assert pencil.told[0][0] == 100


def test_a_cancelled_job_of_a_lost_worker_leaves_nothing(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    with_checkpoint(drawing, pack(50))
    cast.claim(lane="slow")
    services.job_cancel(drawing)
    cast.lose_lease(drawing)
    drawing.refresh_from_db()
    assert drawing.state == "cancelled"
    assert checkpoints() == []


def test_a_late_worker_neither_replaces_nor_removes_the_checkpoint(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    before: list[str] = []

    def take_over() -> None:
        cast.lose_lease(drawing)
        other = cast.claim("elsewhere:2", lane="slow")
        with_checkpoint(other, pack(70))
        before.extend(checkpoints())

    pencil.at[40] = take_over
    cast.draw(drawing)
    assert (drawing.state, drawing.worker) == ("running", "elsewhere:2")
    assert drawing.checkpoint.name.endswith("checkpoint-x.bin")
    assert checkpoints() == before


def test_what_nobody_tried_again_for_a_day_has_no_checkpoint_left(drawing: Rendering) -> None:
    with_checkpoint(drawing, pack(50), state="failed", finished=timezone.now())
    purging.purge()
    assert len(checkpoints()) == 1
    drawing.change(finished=timezone.now() - timedelta(days=1, seconds=1))
    purging.purge()
    assert checkpoints() == []
    drawing.refresh_from_db()
    assert drawing.state == "failed"


WORKER = """
import django
django.setup()
from gallery import jobs, notify, runs
from tests.pencil import Pencil
from webstyle.engine.registry import register
register(Pencil)
runs.Run(jobs.claim("slow", jobs.worker_name()), notify.publish, lambda: False)()
"""


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_process_is_killed_half_way_goes_on_from_its_checkpoint(
    photo: Photo, pencil: type[Pencil]
) -> None:
    drawing = cast.submit(photo, recipe(steps=5000))
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=cast.ROOT,
        env=cast.environment(CHECKPOINT_SECONDS=0),
    )  # fmt: skip
    cast.wait_until(lambda: Rendering.objects.exclude(checkpoint="").filter(step__gt=20).exists())
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert jobs.rescue(notify.publish) == 1
    drawing.refresh_from_db()
    assert (drawing.state, drawing.attempts) == ("queued", 1)
    pencil.at[drawing.step + 50] = lambda: services.job_keep(drawing)
    cast.draw(drawing)
    assert drawing.state == "done"
    assert pencil.told[0][0] > 0
    assert drawing.attempts == 2
