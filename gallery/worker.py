"""The worker: a loop a lane, each with a thread of its own for torch, all on one event loop.

Beside the lanes of jobs, every worker has one for mixtures, which are no jobs: see mixing.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from channels.layers import get_channel_layer
from channels.worker import Worker as ChannelsWorker
from django.conf import settings
from django.db import close_old_connections

from gallery import jobs, mixing, newer, notify, passing, purging, runs, together
from gallery.job import Job
from gallery.operations import context, presence

log = logging.getLogger(__name__)
# Painting steps back when a page is asked for or a slider moved; who waits long anyway, most.
NICENESS = {"mix": 0, "fast": 5, "slow": 10}
# Of torch in a lane; else one a core. Two that wait for each other at every layer took ten times as
# long as one alone whenever a job was being painted beside them.
THREADS = {"mix": 1}


def prepare_thread(lane: str) -> None:
    """On Linux a thread has a niceness of its own, and torch's helpers inherit it."""
    thread = threading.get_native_id()
    own = os.getpriority(os.PRIO_PROCESS, thread)  # of a server that was started with nice, more
    os.setpriority(os.PRIO_PROCESS, thread, max(own, NICENESS[lane]))
    from webstyle.engine.device import tune_cpu

    tune_cpu(THREADS.get(lane, 0))


def thread_of(lane: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, f"lane-{lane}", initializer=prepare_thread, initargs=(lane,))


def in_database(function: Callable[..., Any], *args: Any) -> Any:
    """Run ``function`` with a database connection that is known to be alive, and given back."""
    close_old_connections()
    try:
        return function(*args)
    finally:
        close_old_connections()


class Worker:
    """Drains the table at every bell, and every few seconds, because bells get lost."""

    current: Worker | None = None  # the one of this process, for the bell's consumer

    def __init__(self, lanes: list[str], name: str = "") -> None:
        self.name = name or jobs.worker_name()
        self.bells = {lane: asyncio.Event() for lane in lanes}
        self.mixtures = mixing.MixLane()
        self.stopping = False
        self.ending = asyncio.Event()  # for who waits
        self.serves = False  # this process also answers with pages
        self.worked = 0  # attempts at jobs
        self.beyond: dict[str, int] = {}  # jobs that wait for a newer worker, by lane
        self.tasks: list[asyncio.Task[None]] = []

    def ring(self) -> None:
        for bell in self.bells.values():
            bell.set()

    async def run(self, application: Any) -> None:
        """Until ``stop``. Listens through Channels' own worker."""
        Worker.current = self
        loop = asyncio.get_running_loop()
        self.tasks = [loop.create_task(self.lane(name)) for name in self.bells]
        listening = [self.listen(application, name) for name in (notify.BELL, mixing.WISHES)]
        helpers = [loop.create_task(each) for each in (*listening, self.rescan(), self.mix())]
        await asyncio.gather(*self.tasks)
        for helper in helpers:
            helper.cancel()
        try:
            await asyncio.to_thread(in_database, presence.leave, self.name)
        except Exception as error:
            log.warning("presence cannot be taken back: %s", error)

    async def stop(self) -> None:
        """Give the running jobs back and end; returns when that is done."""
        self.stopping = True
        self.ending.set()
        self.ring()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def listen(self, application: Any, channel: str) -> None:
        """Channels' worker ends with the first error of the layer: it is started again. With two
        channels it would go on with the other alone."""
        while True:
            worker = ChannelsWorker(application, [channel], get_channel_layer())
            checker = asyncio.create_task(worker.application_checker())
            try:
                await worker.handle()
            except Exception as error:
                log.warning("channel layer: %s; the table is scanned meanwhile", error)
            finally:
                checker.cancel()
            await asyncio.sleep(settings.RESCAN_SECONDS)

    async def rescan(self) -> None:
        """Rescue jobs of dead workers, tell that this one is there, now and then purge what was
        deleted."""
        turn, told = 0, -presence.REPORT_SECONDS
        while True:
            try:
                await asyncio.to_thread(in_database, jobs.rescue, notify.publish)
                if time.monotonic() - told >= presence.REPORT_SECONDS:
                    await asyncio.to_thread(in_database, self.report)
                    told = time.monotonic()
                if turn % 300 == 0:
                    await asyncio.to_thread(in_database, purging.purge)
                    await asyncio.to_thread(in_database, presence.tidy)
                    self.mixtures.tidy()
            except Exception as error:
                log.warning("rescan failed, next try in %s s: %s", settings.RESCAN_SECONDS, error,
                            exc_info=not passing.passes(error))  # fmt: skip
            turn += 1
            self.ring()
            await asyncio.sleep(settings.RESCAN_SECONDS)

    def report(self) -> None:
        before, self.beyond = self.beyond, newer.waiting(self.bells)
        for lane, number in self.beyond.items() if self.beyond != before else ():
            log.warning("%d jobs in lane %s wait for a newer worker than this", number, lane)
        presence.report(self.name, self, serves=self.serves)

    async def mix(self) -> None:
        with thread_of("mix") as thread:
            await self.mixtures.run(thread)

    async def lane(self, lane: str) -> None:
        loop = asyncio.get_running_loop()
        bell = self.bells[lane]
        with thread_of(lane) as thread:
            while not self.stopping:
                bell.clear()
                try:
                    claimed = await loop.run_in_executor(
                        thread, in_database, together.claim, lane, self.name
                    )
                    if not claimed:
                        await bell.wait()
                        continue
                    await self.work(claimed, thread)
                except Exception as error:  # the database is away, say: try again a little later
                    log.warning("lane %s: %s", lane, error, exc_info=not passing.passes(error))
                    await asyncio.sleep(settings.RESCAN_SECONDS)

    async def work(self, claimed: list[Job], thread: ThreadPoolExecutor) -> None:
        group = [runs.Run(job, notify.publish, lambda: self.stopping) for job in claimed]
        beats = []
        for run in group:
            with context.within(context.of_job(run.held)):
                beats.append(asyncio.create_task(self.heartbeat(run.held)))
        work = together.Together(group)
        try:
            await asyncio.get_running_loop().run_in_executor(thread, in_database, work)
        finally:
            self.worked += len(group)
            for beat in beats:
                beat.cancel()
        if any(run.troubled for run in group):
            await self.rest()

    async def rest(self) -> None:
        """The next job would meet the same: as long as the lease of this one lasts."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ending.wait(), settings.LEASE_SECONDS)

    async def heartbeat(self, job: Job) -> None:
        while True:
            await asyncio.sleep(settings.LEASE_SECONDS / 3)
            try:
                await asyncio.to_thread(in_database, jobs.renew, job)
            except Exception as error:
                log.warning("job %s: no heartbeat: %s", job.pk, error)
