"""One cluster for all faults, and the table of what came of each."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checks import Outcome, settle
from tests.faults.cluster import Cluster
from tests.faults.visitors import LONG, Visitor

LIMIT = 900 if LONG else 280  # seconds for one
TABLE = os.environ.get("FAULTS_TABLE")  # a file that gets the rows
COLUMNS = "fault jobs faults lost doubled failed_with_a_reason attempts_more longest_recovery"
HEAD = "| " + COLUMNS.replace(" ", " | ").replace("_", " ") + " |"


@pytest.fixture(scope="package")  # it looks for work twice a second: other tests have other work
def cluster() -> Iterator[Cluster]:
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="webstyle-faults-", dir="/tmp")))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


class Scene:
    """One fault: who visits meanwhile, and when it struck."""

    def __init__(self, cluster: Cluster, fault: str, seed: int = 7) -> None:
        self.cluster, self.outcome = cluster, Outcome(fault)
        self.random = random.Random(seed)
        self.visitors: list[Visitor] = []
        self.struck: list[tuple[float, list[tuple[Visitor, str]]]] = []
        self.logs = {site.name: site.log.stat().st_size for site in cluster.sites}

    def strikes(self) -> None:
        """Now: which jobs are open is remembered."""
        open_now = [(visitor, pk) for visitor in self.visitors for pk in visitor.unfinished()]
        self.struck.append((time.monotonic(), open_now))
        self.outcome.faults += 1

    async def until_ended(self, number: int) -> None:
        """Until so many jobs have."""
        end = time.monotonic() + LIMIT
        while sum(len(v.accepted) - len(v.unfinished()) for v in self.visitors) < number:
            assert time.monotonic() < end, f"fewer than {number} jobs have ended"
            await asyncio.sleep(0.05)

    async def settle(self) -> Outcome:
        for visitor in self.visitors:
            await visitor.until_told()
        for at, jobs in self.struck:
            for visitor, pk in jobs:
                took = visitor.told[pk].at - at
                self.outcome.recovery = max(self.outcome.recovery, took)
        return await settle(self.cluster, self.visitors, self.outcome)

    def lines(self, words: str, **facts: Any) -> list[dict[str, Any]]:
        """Of all logs, since the scene began: those with these words in the message."""
        return [
            line
            for site in self.cluster.sites
            for line in site.lines(self.logs[site.name])
            if words in line["message"] and facts.items() <= line.items()
        ]


def write_down(outcome: Outcome) -> None:
    print(HEAD, outcome.to_row(), outcome.reasons or "", sep="\n")
    if TABLE:
        with Path(TABLE).open("a") as file:
            file.write(f"{outcome.to_row()}\n")


@pytest.fixture
async def scene(cluster: Cluster, request: pytest.FixtureRequest) -> Any:
    """``await scene("what happens", visitors=2)``; its table row is written at the end."""
    made: list[Scene] = []
    async with AsyncExitStack() as stack:

        async def begin(fault: str, visitors: int = 1) -> Scene:
            one = Scene(cluster, fault)
            made.append(one)
            for _ in range(visitors):
                visitor = await stack.enter_async_context(Visitor(cluster.port))
                await visitor.photo()
                visitor.watch()
                one.visitors.append(visitor)
            return one

        yield begin
    for one in made:
        write_down(one.outcome)
