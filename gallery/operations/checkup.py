"""Whether everything that the site stands on is there: each check with a time-out of its own.

A database or a Redis that does not answer at all must not hold up who asks: each check has one
thread at most, the answer is "no answer" when that takes too long, and no second thread is started
while the first one still hangs. The reports are kept for a moment, however often one asks.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from gallery.jobs import worker_name
from gallery.operations import presence, starting, storage

log = logging.getLogger(__name__)
OK, DEGRADED, FAILING = "ok", "degraded", "failing"
PATIENCE = 2.0  # seconds for one check
FRESH = 1.0  # seconds that a report is given again
RARELY = 30.0  # seconds between two checks that write to the storage


class NotWellError(Exception):
    """What is wrong, fit to be told to anybody. Everything else that is raised is only logged: it
    may name machines and people."""


class OnlyDegradedError(NotWellError):
    """The site serves, but not as it should."""


class Check:
    """One of them, with its last answer."""

    def __init__(self, name: str, run: Callable[[], Any], every: float = 0.0) -> None:
        self.name, self.run, self.every = name, run, every
        self.pending: asyncio.Future[Any] | None = None
        self.told: dict[str, str] = {}
        self.asked = -1e9

    async def report(self) -> dict[str, str]:
        now = time.monotonic()
        if self.told.get("status") == OK and now - self.asked < self.every:
            return self.told
        if self.pending is not None and self.pending.done():  # when nobody waited any more
            if not self.pending.cancelled():
                self.pending.exception()  # looked at, or asyncio complains
            self.pending = None
        if self.pending is None or not self.alive():
            self.pending = self.start()
        await asyncio.wait([self.pending], timeout=PATIENCE)
        if not self.pending.done():
            return self.tell(FAILING, f"no answer within {PATIENCE:g} s")
        done, self.pending, self.asked = self.pending, None, now
        error = done.exception()
        if error is None:
            return self.tell(OK)
        if isinstance(error, NotWellError):
            mild = isinstance(error, OnlyDegradedError)
            return self.tell(DEGRADED if mild else FAILING, str(error))
        return self.tell(FAILING, "does not answer as it should: see the log", error)

    def alive(self) -> bool:
        """Whether what is under way is of this loop; tests have one each."""
        return self.pending is not None and self.pending.get_loop() is asyncio.get_running_loop()

    def start(self) -> asyncio.Future[Any]:
        if asyncio.iscoroutinefunction(self.run):
            return asyncio.ensure_future(asyncio.wait_for(self.run(), PATIENCE))
        return in_thread(self.name, self.run)

    def tell(self, status: str, detail: str = "", error: BaseException | None = None) -> Any:
        """A line in the log whenever it changes."""
        if status != self.told.get("status", OK):
            level = logging.INFO if status == OK else logging.WARNING
            log.log(level, "%s is %s %s %s", self.name, status, detail, error or "")
        self.told = {"status": status} | ({"detail": detail} if detail else {})
        return self.told


def in_thread(name: str, run: Callable[[], Any]) -> asyncio.Future[Any]:
    """In a daemon thread: one that hangs does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)

    def work() -> None:
        error = None
        try:
            run()
        except Exception as found:
            error = found
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=work, name=f"check-{name}", daemon=True).start()
    return future


def with_database(run: Callable[[], Any]) -> Callable[[], Any]:
    """With a connection that is this thread's own."""

    @functools.wraps(run)
    def wrapped() -> None:
        try:
            run()
        finally:
            connection.close()

    return wrapped


class Checkup:
    """All checks together."""

    def __init__(self) -> None:
        self.migrated = False
        self.channel = ""
        self.checks = [
            Check("database", with_database(self.database)),
            Check("channel_layer", self.channel_layer),
            Check("cache", self.cache),
            Check("storage", self.storage, every=RARELY),
            Check("disk", self.disk),
            Check("processes", with_database(self.processes)),
            *(
                Check(f"worker_{lane}", with_database(functools.partial(self.worker, lane)))
                for lane in settings.LANES
            ),
        ]
        self.pending: asyncio.Task[dict[str, Any]] | None = None
        self.last: dict[str, Any] = {}
        self.at = -1e9

    async def report(self) -> dict[str, Any]:
        """Everybody who asks in one moment gets one answer."""
        if time.monotonic() - self.at < FRESH:
            return self.last
        loop = asyncio.get_running_loop()
        if self.pending is None or self.pending.done() or self.pending.get_loop() is not loop:
            self.pending = loop.create_task(self.look())
        return await asyncio.shield(self.pending)

    async def look(self) -> dict[str, Any]:
        told = await asyncio.gather(*(check.report() for check in self.checks))
        states = {entry["status"] for entry in told}
        worst = next(state for state in (FAILING, DEGRADED, OK) if state in states)
        names = (check.name for check in self.checks)
        self.last = {"status": worst, "checks": dict(zip(names, told, strict=True))}
        self.at = time.monotonic()
        return self.last

    def database(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if self.migrated:
            return
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise NotWellError("not migrated: run `python manage.py migrate`")
        self.migrated = True

    async def channel_layer(self) -> None:
        """A message to itself comes back."""
        layer = get_channel_layer()
        assert layer is not None
        # Called as those of pages are: of a process's channels, the layer listens to those that are
        # called alike together, and to no others meanwhile.
        self.channel = self.channel or await layer.new_channel()
        word = secrets.token_hex(4)
        await layer.send(self.channel, {"type": "health", "word": word})
        while (await layer.receive(self.channel))["word"] != word:
            pass  # one of an earlier time, that came late

    def cache(self) -> None:
        name, word = f"health-{worker_name()}", secrets.token_hex(4)
        cache.set(name, word, 60)
        if cache.get(name) != word:
            raise NotWellError("forgets at once what it is given")

    def storage(self) -> None:
        word = secrets.token_bytes(8)
        name = default_storage.save(f"health/{secrets.token_hex(8)}", ContentFile(word))
        try:
            with default_storage.open(name) as file:
                if file.read() != word:
                    raise NotWellError("does not give back what it was given")
        finally:
            default_storage.delete(name)

    def disk(self) -> None:
        for name, free in storage.free_bytes().items():
            if free < settings.MIN_FREE_BYTES:
                most = settings.MIN_FREE_BYTES // 1_000_000
                raise NotWellError(f"{name} has {free // 1_000_000} MB free, of {most} at least")

    def processes(self) -> None:
        """Started before this one knew better, or with other settings."""
        if starting.strangers():
            raise OnlyDegradedError(f"another process is at work, too: {starting.needed()}")

    def worker(self, lane: str) -> None:
        from gallery.models import Presence

        rows = Presence.objects.filter(seen__gt=presence.lately()).values_list("lanes", flat=True)
        if not any(lane in lanes for lanes in rows):
            raise OnlyDegradedError("no worker has been heard of lately")


_of_this_process: Checkup | None = None


def checkup() -> Checkup:
    """The one that all of this process ask."""
    global _of_this_process
    if _of_this_process is None:
        _of_this_process = Checkup()
    return _of_this_process
