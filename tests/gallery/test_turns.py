"""Owners who wait in a lane take turns, whatever and however much they have waiting."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery import jobs
from gallery.consumers import jobs_of
from gallery.limits import usage
from gallery.limits.line import Line
from gallery.models import Photo, Rendering, TaughtStyle
from gallery.owners import Owner
from tests import cast
from tests.cast import GUEST, STRANGER

THIRD = Owner(guest="the-third")


def wait(owner: Owner, number: int = 1, *, style: bool = False) -> list[Any]:
    """Rows alone: nobody paints here."""
    if style:
        return [TaughtStyle.objects.create(title="T", **owner.fields) for _ in range(number)]
    photo = Photo.objects.filter(**owner.fields).first()
    photo = photo or Photo.objects.create(title="P", width=64, height=64, **owner.fields)
    recipe = cast.SMALL.to_json()
    return [
        Rendering.objects.create(photo=photo, recipe=recipe, **owner.fields) for _ in range(number)
    ]


def end(job: Any) -> None:
    job.change(state="done", finished=timezone.now())
    usage.worked(job.owned_by, job.lane, 0.1)


def served(number: int, *, workers: int = 1) -> list[Owner]:
    """Whose jobs come next, when ``workers`` work at them."""
    running: list[Any] = []
    owners = []
    for _ in range(number):
        if len(running) == workers:
            end(running.pop(0))
        job = jobs.claim("fast", cast.ELSEWHERE)
        assert job is not None
        running.append(job)
        owners.append(job.owned_by)
    return owners


@pytest.fixture(autouse=True)
def _database(db: None, settings: Any) -> None:
    settings.QUOTAS = settings.QUOTAS | {"guest": settings.QUOTAS["guest"] | {"at_once": 0}}


def test_a_single_picture_waits_for_one_of_a_batch_of_64() -> None:
    wait(GUEST, 64)
    wait(STRANGER)
    assert served(3) == [GUEST, STRANGER, GUEST]


def test_a_newcomer_is_next_when_the_running_job_ends() -> None:
    wait(GUEST, 8)
    running = cast.claim()
    (single,) = wait(STRANGER)
    end(running)
    assert cast.claim().pk == single.pk


def test_two_owners_take_turns_with_one_worker_and_with_two() -> None:
    wait(GUEST, 6)
    wait(STRANGER, 6)
    assert served(4) == [GUEST, STRANGER] * 2
    end(Rendering.objects.get(state="running"))
    pairs = served(6, workers=2)
    assert all(set(pair) == {GUEST, STRANGER} for pair in zip(pairs[::2], pairs[1::2], strict=True))


def test_three_owners_take_turns_and_who_has_none_left_is_left_out() -> None:
    wait(GUEST, 5)
    wait(STRANGER, 2)
    wait(THIRD, 1)
    turns = [GUEST, STRANGER, THIRD, GUEST, STRANGER, GUEST, GUEST, GUEST]
    assert served(8) == turns


def test_kinds_of_jobs_share_the_turns_of_their_owner_oldest_first() -> None:
    first = wait(GUEST, 1)[0]
    second = wait(GUEST, 1, style=True)[0]
    third = wait(GUEST, 1)[0]
    other = wait(STRANGER, 1, style=True)[0]
    order = []
    for _ in range(4):
        job = cast.claim()
        order.append(job.pk)
        end(job)
    assert order == [first.pk, other.pk, second.pk, third.pk]


def test_who_sends_one_after_the_other_does_not_keep_a_batch_waiting() -> None:
    wait(GUEST, 10)
    owners = []
    for _ in range(10):
        wait(STRANGER)
        owners += served(1)
        for job in Rendering.objects.filter(state="running"):
            end(job)
    assert owners.count(GUEST) >= 4


def test_nobody_waits_for_ever_however_many_come_later() -> None:
    """At each turn new owners come: whoever was there before is served within as many turns as
    there were owners."""
    dice = random.Random(1889)
    old = [Owner(guest=f"old-{n}") for n in range(5)]
    for owner in old:
        wait(owner, dice.randint(1, 6))
    first: dict[Owner, int] = {}
    for turn in range(12):
        for n in range(dice.randint(1, 3)):
            wait(Owner(guest=f"new-{turn}-{n}"), dice.randint(1, 4))
        (owner,) = served(1)
        first.setdefault(owner, turn)
        for job in Rendering.objects.filter(state="running"):
            end(job)
    assert [first[owner] for owner in old] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("seed", range(5))
def test_the_position_that_is_told_is_the_one_that_comes(seed: int) -> None:
    dice = random.Random(seed)
    owners = [GUEST, STRANGER, THIRD]
    rows = [wait(dice.choice(owners), style=dice.random() < 0.3)[0] for _ in range(14)]
    told = {row.pk: row.position for row in rows}
    came = {}
    for place in range(14):
        job = cast.claim()
        came[job.pk] = place
        end(job)
    assert came == told


def test_an_owner_with_enough_at_once_is_passed_over(settings) -> None:
    settings.QUOTAS["guest"]["at_once"] = 2
    wait(GUEST, 5)
    (other,) = wait(STRANGER)
    claimed = [cast.claim() for _ in range(3)]
    assert other.pk in [job.pk for job in claimed]
    assert jobs.claim("fast", cast.ELSEWHERE) is None
    end(next(job for job in claimed if job.owned_by == GUEST))
    assert cast.claim().owned_by == GUEST


def test_jobs_of_the_other_lane_count_among_those_at_once(settings) -> None:
    settings.QUOTAS["guest"]["at_once"] = 1
    wait(GUEST, 2)[0].change(lane="slow")
    assert jobs.claim("slow", cast.ELSEWHERE)
    assert jobs.claim("fast", cast.ELSEWHERE) is None


def test_a_job_gives_way_to_its_owners_others_but_not_where_none_could_begin(settings) -> None:
    settings.QUOTAS["guest"]["at_once"] = 1
    wait(GUEST, 2)
    running = cast.claim()
    assert Line("fast").next() is None
    assert Line("fast", leaving=running).next() == GUEST


def test_a_turn_asks_the_database_as_often_for_many_owners_as_for_few() -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            cast.claim()
        return len(caught)

    wait(GUEST, 3)
    wait(STRANGER, 3)
    cast.claim()
    few = asked()
    for n in range(30):
        wait(Owner(guest=f"one-of-many-{n}"))
    assert asked() <= few + 2  # the first turn of a day makes a row


def test_a_list_of_waiting_jobs_tells_their_positions_with_the_same_few_questions() -> None:
    wait(GUEST, 3)
    wait(STRANGER)
    with CaptureQueriesContext(connection) as few:
        jobs_of(GUEST)
    wait(GUEST, 60)
    wait(STRANGER, 10)
    with CaptureQueriesContext(connection) as many:
        told = jobs_of(GUEST)
    assert len(told) == 63
    assert len(many) == len(few)
