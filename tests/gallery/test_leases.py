"""A worker that falls silent loses its job to another, and cannot spoil what the other does."""

from __future__ import annotations

import os
import socket
import subprocess
from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import jobs, notify
from gallery.models import Rendering
from tests import cast


def state(rendering: Rendering) -> str:
    rendering.refresh_from_db()
    return rendering.state


def test_a_job_whose_lease_ran_out_waits_again(rendering: Rendering) -> None:
    cast.claim().change(step=2, total=4, stage="Painting")
    cast.lose_lease(rendering)
    assert state(rendering) == "queued"
    assert (rendering.worker, rendering.lease_until, rendering.step) == ("", None, 0)
    assert rendering.attempts == 1
    assert cast.claim("elsewhere:2").attempts == 2


def test_a_job_whose_lease_holds_is_left_alone(rendering: Rendering) -> None:
    cast.claim()
    assert jobs.rescue(notify.publish) == 0
    assert state(rendering) == "running"


def test_after_the_third_attempt_it_has_failed_with_a_reason(
    rendering: Rendering, settings
) -> None:
    for attempt in range(1, 4):
        assert cast.claim().attempts == attempt
        cast.lose_lease(rendering)
    assert state(rendering) == "failed"
    assert "3 times" in rendering.error
    assert rendering.finished
    assert jobs.claim("fast", cast.ELSEWHERE) is None


def test_the_pages_are_told_of_a_rescue(rendering: Rendering) -> None:
    cast.claim()
    Rendering.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    told: list[Rendering] = []
    assert jobs.rescue(told.append) == 1
    assert [row.state for row in told] == ["queued"]


def test_a_heartbeat_renews_the_lease(rendering: Rendering) -> None:
    row = cast.claim()
    Rendering.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
    assert jobs.renew(row)
    rendering.refresh_from_db()
    assert rendering.lease_until > timezone.now() + timedelta(seconds=20)
    assert rendering.heartbeat <= timezone.now()


def test_a_heartbeat_that_comes_too_late_renews_nothing(rendering: Rendering) -> None:
    late = cast.claim()
    cast.lose_lease(rendering)
    assert not jobs.renew(late)
    assert state(rendering) == "queued"
    now = cast.claim("elsewhere:2")
    assert not jobs.renew(late)
    rendering.refresh_from_db()
    assert rendering.lease_until == now.lease_until


def test_a_cancelled_job_of_a_lost_worker_is_cancelled(rendering: Rendering) -> None:
    cast.claim().change(cancel_requested=True)
    cast.lose_lease(rendering)
    assert state(rendering) == "cancelled"


@pytest.mark.parametrize("when", ["before it starts", "before it writes the result"])
def test_a_late_workers_write_changes_nothing(rendering: Rendering, when: str) -> None:
    late = cast.claim("elsewhere:1")

    def take_over() -> None:
        cast.lose_lease(rendering)
        cast.claim("elsewhere:2")
        rendering.refresh_from_db()

    if when == "before it starts":
        take_over()
        cast.run(late)
    else:
        cast.run(late, cast.at_step(1, take_over))
    before = (rendering.seq, rendering.worker, rendering.attempts)
    assert state(rendering) == "running"
    assert (rendering.seq, rendering.worker, rendering.attempts) == before
    assert before[1:] == ("elsewhere:2", 2)
    assert not [name for name in cast.stored_files() if "/result-" in name or "/view-" in name]


def test_a_late_worker_that_has_read_the_row_anew_still_knows_it_is_not_its_own(
    rendering: Rendering,
) -> None:
    late = cast.claim("elsewhere:1")

    def take_over() -> None:
        cast.lose_lease(rendering)
        cast.claim("elsewhere:2")
        late.refresh_from_db()  # as it does after each change of its own

    cast.run(late, cast.at_step(1, take_over))
    assert state(rendering) == "running"
    assert (rendering.worker, rendering.attempts) == ("elsewhere:2", 2)


def test_a_late_workers_failure_changes_nothing(rendering: Rendering) -> None:
    late = cast.claim("elsewhere:1")

    def take_over_and_spoil() -> None:
        cast.lose_lease(rendering)
        cast.claim("elsewhere:2")
        raise OSError("the disk of the late worker is full")

    cast.run(late, cast.at_step(1, take_over_and_spoil))
    assert state(rendering) == "running"
    assert rendering.error == ""


def test_both_may_finish_and_the_result_is_that_of_the_one_that_holds_the_job(
    rendering: Rendering,
) -> None:
    late = cast.claim("elsewhere:1")

    def finish_elsewhere() -> None:
        cast.lose_lease(rendering)
        cast.run(cast.claim("elsewhere:2"))

    cast.run(late, cast.at_step(1, finish_elsewhere))
    assert state(rendering) == "done"
    assert rendering.result.name.endswith("result-2.png")
    for field in (rendering.result, rendering.view, rendering.thumb):
        assert field.storage.exists(field.name)


def test_the_job_of_a_dead_process_here_is_rescued_before_its_lease_ends(
    rendering: Rendering,
) -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    cast.claim(f"{socket.gethostname()}:{process.pid}")
    assert jobs.rescue(notify.publish) == 1
    assert state(rendering) == "queued"


def test_the_job_of_a_living_process_here_is_not(rendering: Rendering) -> None:
    cast.claim(f"{socket.gethostname()}:{os.getpid()}")
    assert jobs.rescue(notify.publish) == 0
    assert state(rendering) == "running"


@pytest.mark.parametrize("hours", [1, -1])
def test_machines_whose_clocks_differ_keep_their_jobs(
    rendering: Rendering, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    cast.claim()
    now = timezone.now
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(timezone, "now", lambda: now() + timedelta(hours=hours))
        assert jobs.rescue(notify.publish) == 0
        cast.submit(rendering.photo)
        job = cast.claim("elsewhere:2")
    assert jobs.rescue(notify.publish) == 0
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("running", 1)


def test_a_lease_from_before_the_databases_clock_was_set_back_is_none(rendering: Rendering) -> None:
    cast.claim()
    Rendering.objects.update(lease_until=timezone.now() + timedelta(hours=1))
    assert jobs.rescue(notify.publish) == 1
    assert state(rendering) == "queued"
