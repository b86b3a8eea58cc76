"""Redis only rings bells and counts: without it, and after it has forgotten everything, all goes
on, and no page is left behind."""

from __future__ import annotations

import asyncio

import pytest

from tests import cast
from tests.faults.conftest import LIMIT, LONG
from tests.faults.visitors import LARGER, SMALL

pytestmark = pytest.mark.timeout(LIMIT)
TIMES, JOBS = (3, 24) if LONG else (1, 8)
AWAY = 3.0  # seconds


async def visit(visitor, number: int) -> None:
    for turn in range(number):
        await visitor.until_fewer(4)
        await visitor.wish(visitor.photos[0], LARGER if turn % 3 == 0 else SMALL)


async def test_redis_goes_and_comes_back(cluster, scene) -> None:
    now = await scene("Redis stopped and started")
    (visitor,) = now.visitors
    visits = asyncio.create_task(visit(visitor, JOBS))
    for _ in range(TIMES):
        await asyncio.sleep(now.random.uniform(0.3, 1.5))
        now.strikes()
        cluster.redis.kill()
        try:
            await asyncio.sleep(0.5)
            status, told = await asyncio.to_thread(cluster.ready)
            assert (status, told["checks"]["channel_layer"]["status"]) == (503, "failing")
            assert cluster.live() == 200
            await visitor.wish(visitor.photos[0])  # is taken all the same
            await asyncio.sleep(AWAY)
        finally:  # whatever was found: the next fault has the same cluster
            cluster.redis.start()
    await visits
    outcome = await now.settle()
    assert outcome.reasons == {}
    assert outcome.attempts == 0
    assert now.lines("channel layer")


async def test_redis_forgets_everything(cluster, scene) -> None:
    """A page whose socket stays open all the while still hears how its jobs end, and of a wish that
    is uttered while it is in no group: its first word may even be lost within Redis."""
    now = await scene("FLUSHALL in Redis")
    (visitor,) = now.visitors
    for _ in range(TIMES):
        await visitor.wish(visitor.photos[0], LARGER)
        for _ in range(JOBS // TIMES // 2):
            await visitor.wish(visitor.photos[0], SMALL)
        await asyncio.to_thread(cast.wait_until, lambda: visitor.open)
        now.strikes()
        cluster.redis.client().flushall()
        await visitor.wish(visitor.photos[0], SMALL)
        await visitor.until_told()
    outcome = await now.settle()
    assert (outcome.reasons, outcome.attempts) == ({}, 0)
    assert visitor.closed == 0
