"""Clocks of machines that are set by an hour, and differ: no job is taken from who works on it, and
nobody is signed out."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.conftest import LIMIT, LONG
from tests.faults.visitors import LARGER, SLOW, SMALL

pytestmark = pytest.mark.timeout(LIMIT)
JOBS = 5 if LONG else 3
HOUR = 3600.0


@pytest.fixture
def clocks(cluster):
    yield cluster
    for site in cluster.sites:
        site.set_clock(0)
    cluster.wait_ready()


@pytest.mark.parametrize("seconds", [HOUR, -HOUR], ids=["forward", "back"])
@pytest.mark.parametrize("whose", ["web", "worker", "all"] if LONG else ["worker"])
async def test_a_clock_is_set(clocks, scene, whose: str, seconds: float) -> None:
    word = "forward" if seconds > 0 else "back"
    now = await scene(f"the clock of {whose} an hour {word}")
    (visitor,) = now.visitors
    sites = {"web": [clocks.web], "worker": clocks.workers[:1], "all": clocks.sites}[whose]
    await visitor.wish(visitor.photos[0], SLOW)
    for _ in range(JOBS):
        await visitor.wish(visitor.photos[0], LARGER)
    await asyncio.sleep(0.5)
    now.strikes()
    for site in sites:
        site.set_clock(seconds)
    for _ in range(JOBS):
        await visitor.wish(visitor.photos[0], SMALL)
    await visitor.until_told()
    status, told = await asyncio.to_thread(clocks.ready)
    assert (status, told["status"]) == (200, "ok"), told
    status, body, _told = await visitor.ask("GET", "/api/v1/jobs")
    assert (status, len(visitor.accepted)) == (200, body.count(b'"seq"')), "signed out"
    outcome = await now.settle()
    assert (outcome.reasons, outcome.attempts) == ({}, 0)
    assert now.lines("done, after", job=next(iter(visitor.accepted)))
