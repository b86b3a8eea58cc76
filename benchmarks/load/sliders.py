"""Twenty people who move sliders of the mixing page without a rest."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp

from benchmarks.load.figures import Report, spread
from benchmarks.load.site import Site
from benchmarks.load.visitors import Cores, Crowd, crowd_of

STYLES = ("starry-night", "great-wave")
SIZE = 512  # px
PAUSE = 1 / 30  # seconds between two wishes: as fast as a slider's events come


async def measure(site: Site, world: dict[str, Any], report: Report, *, quick: bool) -> None:
    people, seconds = (2, 2.0) if quick else (20, 15.0)
    with site.running(LANES="fast"):
        async with crowd_of(site, world) as crowd:
            await asyncio.gather(*(mix(crowd, n, 0.1, []) for n in range(people)))  # photos opened
            cores = Cores(site).start()
            times: list[float] = []
            async with crowd.one_looking("/gallery/") as pages:
                await asyncio.gather(*(mix(crowd, n, seconds, times) for n in range(people)))
            used = cores.said()
    report.table(
        ["people", "pictures a second", "each", "wish → picture p50 ms", "p95 ms", "p99 ms",
         "gallery p50 ms", "p95 ms", "p99 ms", "cores of"],
        [[str(people), f"{len(times) / seconds:.1f}", f"{len(times) / seconds / people:.1f}",
          *spread(times), *spread(pages), used]],
    )  # fmt: skip
    report.none("wishes and pages that were refused or lost", crowd.errors, len(times) + len(pages))


async def mix(crowd: Crowd, n: int, seconds: float, times: list[float]) -> None:
    """One person: wishes go on meanwhile, and a picture answers one of them; how long since that
    one was sent."""
    sent: dict[int, float] = {}
    photo = crowd.guests[n]["photo"]
    try:
        async with crowd.socket(n, f"/ws/mix/{photo}/") as socket:
            await socket.receive_json(timeout=60)  # that it is ready
            moving = asyncio.create_task(move(socket, sent, seconds))
            answered = -1
            while answered < max(sent, default=0) or not moving.done():
                message = await socket.receive(timeout=60)
                if message.type is not aiohttp.WSMsgType.BINARY:
                    crowd.errors[f"a wish: {message.data!s:.200}"] += 1
                    moving.cancel()
                    return
                answered = int.from_bytes(message.data[:4], "big")
                times.append(time.perf_counter() - sent[answered])
    except (aiohttp.ClientError, TimeoutError) as error:
        crowd.errors[f"a mixing page: {error!r}"[:200]] += 1


async def move(
    socket: aiohttp.ClientWebSocketResponse, sent: dict[int, float], seconds: float
) -> None:
    over = time.perf_counter() + seconds
    n = 0
    while time.perf_counter() < over:
        weight = 10 + (n * 37) % 80
        sent[n] = time.perf_counter()
        styles = [[STYLES[0], weight], [STYLES[1], 100 - weight]]
        await socket.send_json({"n": n, "size": SIZE, "styles": styles})
        n += 1
        await asyncio.sleep(PAUSE)
