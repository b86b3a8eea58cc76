"""Workers that are killed in the middle of whatever they do lose no job, and none is done twice."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.conftest import LIMIT, LONG
from tests.faults.visitors import LARGER, SLOW, SMALL

pytestmark = pytest.mark.timeout(LIMIT)
JOBS, KILLS, SLOWLY = (200, 20, 2) if LONG else (20, 3, 1)


async def test_jobs_of_killed_workers_are_done_by_others(cluster, scene) -> None:
    now = await scene("a worker killed", visitors=2)

    async def visit(visitor) -> None:
        for _ in range(SLOWLY):
            await visitor.wish(visitor.photos[0], SLOW)
        for number in range(JOBS // 2 - SLOWLY):
            await visitor.until_fewer(6)
            await visitor.wish(visitor.photos[0], LARGER if number % 10 == 0 else SMALL)

    async def kill() -> None:
        for number in range(KILLS):
            await now.until_ended(number * JOBS // KILLS)
            await asyncio.sleep(now.random.uniform(0.1, 2.0))
            victim = cluster.workers[number % 2]
            now.strikes()
            victim.kill()
            victim.start()

    visits = [asyncio.create_task(visit(visitor)) for visitor in now.visitors]
    await asyncio.gather(kill(), *visits)
    outcome = await now.settle()
    assert all("stopped 3 times" in reason for reason in outcome.reasons), outcome.reasons
    assert outcome.attempts >= 1, "no kill met a job"
    told = now.lines("its worker is gone")
    assert {line["job"] for line in told} <= {pk for v in now.visitors for pk in v.accepted}
    assert len(told) >= outcome.attempts
