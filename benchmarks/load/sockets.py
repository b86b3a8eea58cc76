"""A thousand pages that watch two hundred jobs: what a socket takes, and how soon all of an owner's
pages know of a change."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks.load.figures import Report, ms, quantile, spread
from benchmarks.load.site import Site
from benchmarks.load.visitors import Cores, Crowd, crowd_of

EACH, JOBS = 20, 4  # sockets and jobs of a guest
AT_ONCE = 25  # that are opened together
BOUND = 500  # MB for a thousand sockets


@dataclass
class Watched:
    """What the sockets hear."""

    sockets: list[aiohttp.ClientWebSocketResponse] = field(default_factory=list)
    heard: dict[tuple[str, str], list[float]] = field(default_factory=dict)  # job, state -> when
    lost: Counter[str] = field(default_factory=Counter)  # sockets that closed, and why
    opening: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    closing: bool = False

    async def watch(self, crowd: Crowd, n: int, opened: asyncio.Event) -> None:
        await self.opening.acquire()
        try:
            async with crowd.socket(n, "/ws/jobs/") as socket:
                first = await socket.receive_json(timeout=60)
                if first["type"] != "jobs" or len(first["jobs"]) < JOBS:
                    self.lost[f"began with {str(first)[:100]}"] += 1
                self.sockets.append(socket)
                self.opening.release()
                opened.set()
                async for message in socket:
                    job = message.json()["job"]
                    self.heard.setdefault((job["id"], job["state"]), []).append(time.perf_counter())
                if not self.closing:
                    self.lost[f"closed with {socket.close_code}"] += 1
        except (aiohttp.ClientError, TimeoutError, TypeError) as error:
            self.lost[repr(error)[:200]] += 1
        finally:
            if not opened.is_set():
                self.opening.release()
                opened.set()


async def measure(site: Site, world: dict[str, Any], report: Report, *, quick: bool) -> None:
    guests, changes = (2, 4) if quick else (50, 200)
    await asyncio.to_thread(site.seed, "idle")
    jobs = (await asyncio.to_thread(site.seed, "watched", JOBS))["jobs"]
    with site.running(LANES="fast"):  # nobody works on them: what changes is changed here
        async with crowd_of(site, world) as crowd:
            await crowd.warm()
            before = await asyncio.to_thread(site.web_memory)
            watched, watching, seconds = await opened(crowd, guests)
            await asyncio.sleep(1 if quick else 3)
            after = await asyncio.to_thread(site.web_memory)
            number = len(watched.sockets)
            cores = Cores(site).start()
            delays, requests = await changed(crowd, watched, jobs[:guests], changes)
            used = cores.said()
            watched.closing = True
            await closed(watched, watching)
    await asyncio.to_thread(site.seed, "idle")
    grown = after - before
    wanted = guests * EACH
    report.table(
        ["sockets", "opened in", "memory", "a socket", "news p50 ms", "p95 ms", "p99 ms",
         "the request alone p50 ms", "cores of"],
        [[str(number), f"{seconds:.1f} s", f"{grown:.0f} MB", f"{1000 * grown / wanted:.0f} KB",
          *spread(delays), ms(quantile(requests, 0.5)), used]],
    )  # fmt: skip
    report.bound("memory of 1,000 sockets", 1000 * grown / wanted, BOUND, "MB")
    watched.lost["never came"] += changes * EACH - len(delays)
    report.none("sockets or news that were lost", +watched.lost, wanted + changes * EACH)
    report.none("answers that were errors", crowd.errors, changes)


async def opened(crowd: Crowd, guests: int) -> tuple[Watched, list[asyncio.Task[None]], float]:
    """All sockets, guest by guest, some at a time."""
    watched, began = Watched(), time.perf_counter()
    events = [asyncio.Event() for _ in range(guests * EACH)]
    tasks = [
        asyncio.create_task(watched.watch(crowd, n // EACH, event))
        for n, event in enumerate(events)
    ]
    for event in events:
        await event.wait()
    return watched, tasks, time.perf_counter() - began


async def changed(
    crowd: Crowd, watched: Watched, jobs: list[list[dict[str, str]]], changes: int
) -> tuple[list[float], list[float]]:
    """Ten a second, each job in turn: seconds from the request that changes a job until each socket
    knew of it, and until the request itself was answered."""
    every = [(n, job) for job_number in range(JOBS) for n, of in enumerate(jobs)
             for job in of[job_number : job_number + 1]]  # fmt: skip
    asked: dict[tuple[str, str], float] = {}
    requests: list[float] = []

    async def change(n: int, job: dict[str, str]) -> None:
        began = asked[job["id"], "paused"] = time.perf_counter()
        await crowd.ask(n, "POST", f"{job['api']}/pause")
        requests.append(time.perf_counter() - began)

    started = time.perf_counter()
    tasks = []
    for number, (n, job) in enumerate(every[:changes]):
        await asyncio.sleep(max(0.0, started + number / 10 - time.perf_counter()))
        tasks.append(asyncio.create_task(change(n, job)))
    await asyncio.gather(*tasks)
    await asyncio.sleep(2)
    delays = [when - asked[key] for key, times in watched.heard.items() if key in asked
              for when in times]  # fmt: skip
    return delays, requests


async def closed(watched: Watched, watching: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(*(socket.close() for socket in watched.sockets))
    for task in watching:
        with contextlib.suppress(asyncio.CancelledError):
            await task
