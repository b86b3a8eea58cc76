"""Pages: how many a second, and how long one takes, while nobody paints and while a queue that
never empties is painted."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from benchmarks.load.figures import Report, quantile, spread
from benchmarks.load.site import Site
from benchmarks.load.visitors import Cores, Crowd, crowd_of

VISITORS = 4  # who ask for the next page as soon as they have one
BOUND = 300  # ms: p95 of the gallery while there is work
STATES = ("idle", "busy")
Times = dict[str, list[float]]  # by the page, seconds


async def measure(site: Site, world: dict[str, Any], report: Report, *, quick: bool) -> None:
    seconds = 0.4 if quick else 6.0
    await asyncio.to_thread(site.seed, "idle")
    with site.running():
        async with crowd_of(site, world) as crowd:
            paths = pages(world)
            idle = await visited(crowd, paths, seconds, report, "idle")
            await asyncio.to_thread(site.seed, "busy", 100 if quick else 600)
            await asyncio.sleep(1 if quick else 4)  # workers look at the table every 2 s
            paths["a job's snapshot"] = [await last_waiting(crowd, n) for n in range(VISITORS)]
            busy = await visited(crowd, paths, seconds, report, "busy")
            dry = not await last_waiting(crowd, 0)
            await asyncio.to_thread(site.seed, "idle")
    tell(report, {"idle": idle, "busy": busy}, seconds)
    number = sum(len(times) for found in (idle, busy) for times in found.values())
    report.none("answers that were errors", crowd.errors, number)
    if dry:
        report.fault("the queue ran dry: the worker was not busy all the time")


def pages(world: dict[str, Any]) -> dict[str, list[str]]:
    """What each visitor asks for."""
    found = {
        "gallery": "/gallery/", "home": "/", "a picture's page": world["picture"],
        "a thumbnail": world["thumb"], "a job's snapshot": world["snapshot"],
    }  # fmt: skip
    return {name: [path] * VISITORS for name, path in found.items()}


async def visited(
    crowd: Crowd, paths: dict[str, list[str]], seconds: float, report: Report, state: str
) -> Times:
    found: Times = {}
    for name, each in paths.items():
        await crowd.visit(each, seconds / 6)  # does not count
        cores = Cores(crowd.site).start()
        found[name] = await crowd.visit(each, seconds)
        report.note(f"{state}, {name}: cores of {cores.said()}")
    return found


async def last_waiting(crowd: Crowd, n: int) -> str:
    """The address of a snapshot of guest ``n``'s; empty when none waits."""
    _, body = await crowd.ask(n, "GET", "/api/v1/jobs")
    waiting = [job for job in json.loads(body)["jobs"] if job["state"] == "queued"]
    return str(max(waiting, key=lambda job: job["position"])["api"]) if waiting else ""


def tell(report: Report, found: dict[str, Times], seconds: float) -> None:
    head = ["", *(f"{state}: {what}" for state in STATES
                  for what in ("a second", "p50 ms", "p95 ms", "p99 ms"))]  # fmt: skip
    rows = []
    for name in found["idle"]:
        row = [name]
        for state in STATES:
            times = found[state][name]
            row += [f"{len(times) / seconds:.0f}", *spread(times)]
        rows.append(row)
    report.table(head, rows)
    worst = 1000 * quantile(found["busy"]["gallery"], 0.95)
    report.bound("p95 of the gallery with a busy worker", worst, BOUND, "ms")
