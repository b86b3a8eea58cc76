"""A web server that is killed while files come in and pages listen: all goes on where it was."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

from tests import cast
from tests.faults.conftest import LIMIT, LONG
from tests.faults.visitors import SMALL

pytestmark = pytest.mark.timeout(LIMIT)
KILLS, UPLOADS = (6, 8) if LONG else (2, 2)
PIECE = 40_000  # bytes


def none_lives(processes: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in processes)


async def test_uploads_and_sockets_survive_the_web_server(cluster, scene) -> None:
    now = await scene("the web server killed", visitors=2)
    photo = cast.encoded("chelsea.png", "png")
    first = {visitor: visitor.photos[0] for visitor in now.visitors}

    async def visit(visitor) -> None:
        for _ in range(UPLOADS):
            await visitor.wish(await visitor.send_in_pieces(photo, PIECE, pause=0.3), SMALL)
            await visitor.wish(first[visitor], SMALL)

    async def kill() -> None:
        for _ in range(KILLS):
            await asyncio.sleep(now.random.uniform(0.5, 3.0))
            now.strikes()
            children = cluster.web.children()
            cluster.web.kill()
            await asyncio.to_thread(cast.wait_until, partial(none_lives, children))
            cluster.web.start()
            await asyncio.to_thread(cluster.wait_ready)

    await asyncio.gather(kill(), *(visit(visitor) for visitor in now.visitors))
    outcome = await now.settle()
    assert outcome.reasons == {}
    for visitor in now.visitors:
        assert visitor.closed >= KILLS
        async with asyncio.timeout(60):  # no page gives up its socket
            while not visitor.open:  # noqa: ASYNC110  it is a page, which listens
                await asyncio.sleep(0.2)
    assert now.lines("job waits")
