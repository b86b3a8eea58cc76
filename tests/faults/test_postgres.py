"""The database is started anew, in order and after a crash: the site says that it is not ready, and
then goes on by itself."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.conftest import LIMIT, LONG
from tests.faults.visitors import LARGER, SLOW, SMALL

pytestmark = pytest.mark.timeout(LIMIT)
TIMES, JOBS = (6, 30) if LONG else (2, 8)
MODES = ("fast", "immediate")


async def test_jobs_outlive_the_database_server(cluster, scene) -> None:
    now = await scene("PostgreSQL stopped and started")
    (visitor,) = now.visitors

    async def visit() -> None:
        await visitor.wish(visitor.photos[0], SLOW)
        for turn in range(JOBS):
            await visitor.until_fewer(5)
            await visitor.wish(visitor.photos[0], LARGER if turn % 3 == 0 else SMALL)

    visits = asyncio.create_task(visit())
    for number in range(TIMES):
        await asyncio.sleep(now.random.uniform(0.5, 2.0))
        now.strikes()
        await asyncio.to_thread(cluster.postgres.stop, MODES[number % 2])
        try:
            status, _body, _told = await visitor.ask("GET", "/api/v1/jobs")
            assert status == 503
            status, told = await asyncio.to_thread(cluster.ready)
            assert (status, told["checks"]["database"]["status"]) == (503, "failing")
            assert cluster.live() == 200
            await asyncio.sleep(1)
        finally:  # whatever was found: the next fault has the same cluster
            await asyncio.to_thread(cluster.postgres.start)
    await asyncio.to_thread(cluster.wait_ready, 30)  # however long it was away
    await visits
    outcome = await now.settle()
    if TIMES < 3:  # else a job may be under way in each of three
        assert outcome.reasons == {}
    assert all("stopped 3 times" in reason for reason in outcome.reasons), outcome.reasons
    assert now.lines("database is failing")
