"""S3 refuses connections, answers with errors, is slow: jobs wait for it, pages say so."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.conftest import LIMIT, LONG
from tests.faults.visitors import SMALL

pytestmark = pytest.mark.timeout(LIMIT)
JOBS = 6 if LONG else 3
AWAY = 8.0 if LONG else 5.0  # seconds
SLOW = 0.7  # seconds, each request


@pytest.fixture(scope="module")
def proxy(cluster):
    yield cluster.move_to_bucket()
    cluster.move_to_folder()


@pytest.mark.parametrize("how", ["answers with 500", "refuses connections", "is slow"])
async def test_jobs_outlast_a_bucket_that(cluster, proxy, scene, how: str) -> None:
    now = await scene(f"S3 {how}")
    (visitor,) = now.visitors
    await visitor.wish(visitor.photos[0], SMALL)
    await visitor.until_told()
    done = visitor.told[next(iter(visitor.accepted))].shot
    if how == "answers with 500":
        proxy.fails = True
    elif how == "refuses connections":
        proxy.close()
    else:
        proxy.delay = SLOW
    for _ in range(JOBS):
        await visitor.wish(visitor.photos[0], SMALL)
    now.strikes()
    status, _body, _told = await visitor.ask("GET", done["view"])
    assert status == (200 if how == "is slow" else 503)
    assert cluster.live() == 200
    await asyncio.sleep(AWAY)
    proxy.fails, proxy.delay = False, 0.0
    if proxy.server is None:
        proxy.open()
    outcome = await now.settle()
    assert all("storage" in reason for reason in outcome.reasons), outcome.reasons
    if how == "is slow":
        assert (outcome.reasons, outcome.attempts) == ({}, 0)
    else:
        told = now.lines("is tried again")
        assert told, "no attempt met the fault"
        assert {line["job"] for line in told} <= set(visitor.accepted)
