"""A job is claimed by one worker, the one that waited longest first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from gallery import jobs, services
from gallery.models import Photo, Rendering
from tests import cast
from tests.backends import site_in
from tests.servers import new_database
from tests.sites import OF_ITS_OWN, migrated


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty site, on each kind of database."""
    url = ""
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("postgres_url"), f"race{os.getpid()}")
    return str(migrated(site_in(tmp_path, url))["DATABASE_URL"])


def answer_of(script: str, database_url: str, at_once: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(script))], cwd=cast.ROOT,
        capture_output=True, text=True, timeout=120,
        env=cast.environment(
            DATABASE_URL=database_url, PYTHONPATH=cast.ROOT, GUEST_AT_ONCE=at_once
        ),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@OF_ITS_OWN
def test_workers_that_race_never_get_the_same_job_and_leave_none(database_url: str) -> None:
    told = answer_of("race.py", database_url)
    claims = [pk for worker in told["claims"] for pk in worker]
    assert Counter(claims) == Counter(told["jobs"])
    assert len([worker for worker in told["claims"] if worker]) > 1, "there was no race"
    for worker in told["claims"]:
        order = [told["jobs"].index(pk) for pk in worker]
        assert order == sorted(order)  # whatever kind a job is of


@OF_ITS_OWN
def test_workers_that_race_never_start_more_of_one_owner_than_may(database_url: str) -> None:
    told = answer_of("race.py", database_url, at_once=3)
    assert sum(map(len, told["claims"])) == 3


@OF_ITS_OWN
def test_every_change_of_a_job_works_on_each_kind_of_database(database_url: str) -> None:
    assert answer_of("statements.py", database_url) == [
        ["paused", False, False, False],
        ["queued", False, False, False],
        ["running", False, False, False],
        ["running", True, False, False],
        ["running", False, False, False],
        ["running", False, True, False],
        ["running", False, True, True],
        ["queued", "x", 3.0, True],
        ["cancelled", "", 0.0, True],
        ["queued", "", 0.0, False],
    ]


def test_of_two_who_saw_the_same_job_one_gets_it(rendering: Rendering) -> None:
    seen_by_both = [Rendering.objects.get() for _ in range(2)]
    assert [jobs.claim_one(row, f"elsewhere:{n}") for n, row in enumerate(seen_by_both)] == [
        True,
        False,
    ]
    rendering.refresh_from_db()
    assert (rendering.worker, rendering.attempts) == ("elsewhere:0", 1)


def test_a_claimed_job_is_running_under_its_workers_name_with_a_lease(
    rendering: Rendering, settings
) -> None:
    row = cast.claim("elsewhere:7")
    assert row.pk == rendering.pk
    assert (row.state, row.worker, row.attempts) == ("running", "elsewhere:7", 1)
    left = (row.lease_until - timezone.now()).total_seconds()
    assert settings.LEASE_SECONDS - 5 < left <= settings.LEASE_SECONDS


def test_the_job_that_waited_longest_comes_first(photo: Photo) -> None:
    rows = [cast.submit(photo) for _ in range(3)]
    assert [cast.claim().pk for _ in rows] == [row.pk for row in rows]


def test_with_nothing_to_do_nothing_is_claimed(db: None) -> None:
    assert jobs.claim("fast", cast.ELSEWHERE) is None


@pytest.mark.parametrize("state", ["running", "paused", "done", "failed", "cancelled"])
def test_only_waiting_jobs_are_claimed(rendering: Rendering, state: str) -> None:
    rendering.change(state=state)
    assert jobs.claim("fast", cast.ELSEWHERE) is None


def test_fast_work_does_not_wait_behind_slow_work(photo: Photo) -> None:
    slow, fast = cast.submit(photo), cast.submit(photo)
    slow.change(lane="slow")
    assert cast.claim().pk == fast.pk
    assert jobs.claim("fast", cast.ELSEWHERE) is None
    assert jobs.claim("slow", cast.ELSEWHERE).pk == slow.pk


def test_a_deleted_job_is_not_claimed(rendering: Rendering) -> None:
    Rendering.objects.update(deleted=timezone.now())
    assert jobs.claim("fast", cast.ELSEWHERE) is None


def test_a_job_says_how_many_wait_ahead_of_it(photo: Photo) -> None:
    rows = [cast.submit(photo) for _ in range(3)]
    assert [row.position for row in rows] == [0, 1, 2]
    assert cast.claim().position == 0
    assert [row.position for row in rows[1:]] == [0, 1]
    services.job_cancel(rows[1])
    assert rows[2].snapshot()["position"] == 0


def test_others_jobs_count_in_the_queue_and_those_of_the_other_lane_do_not(photo: Photo) -> None:
    cast.submit(cast.make_photo(cast.STRANGER))
    cast.submit(photo).change(lane="slow")
    assert cast.submit(photo).position == 1
