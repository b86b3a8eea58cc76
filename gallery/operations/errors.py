"""The last errors in the log, kept for the operators' page.

The handler only puts a record into a short queue; a thread writes it down. So a request neither
waits for the database nor fails with it, and an error on the way is not told of again.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from gallery.operations import counted, tally
from gallery.operations.context import current
from gallery.operations.logs import Formatter, message_of, printable

KEPT = 200
WAITING = 100  # records; of a flood the first are enough
AT_ONCE = 25
PAUSE = 0.5  # seconds between two writes
TRACE = 2_000  # letters: the end of it, where the error is
LEAVING = 2.0  # seconds that are left for writing when the process ends


class ErrorKeeper(logging.Handler):
    """For records of level ERROR and above. Raises nothing, and waits for nothing."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: queue.Queue[dict[str, Any]] = queue.Queue(WAITING)
        self.shape = Formatter()
        self.writer: threading.Thread | None = None

    def createLock(self) -> None:  # noqa: N802  logging's name
        """A queue has one of its own; with another, a record of the writer's would wait for it."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        if threading.current_thread() is self.writer:
            return
        with contextlib.suppress(Exception):
            tally.add(counted.ERRORS, logger=record.name[:60])
            self.records.put_nowait(self.entry(record))
            if self.writer is None or not self.writer.is_alive():
                self.writer = threading.Thread(target=self.write, name="errors", daemon=True)
                self.writer.start()

    def entry(self, record: logging.LogRecord) -> dict[str, Any]:
        """Its columns, while the context is still that of the error."""
        from gallery.jobs import worker_name

        context = current()
        about = context.told() if context else {}
        return {
            "at": timezone.now(),
            "logger": record.name[:100],
            "message": printable(message_of(record))[:500],
            "trace": self.shape.trace(record)[-TRACE:].replace("\0", ""),
            "request": about.get("request") or about.get("socket", ""),
            "job": about.get("job", ""),
            "process": worker_name()[:100],
        }

    def write(self) -> None:
        while True:
            entries = [self.records.get()]
            with contextlib.suppress(queue.Empty):
                while len(entries) < AT_ONCE:
                    entries.append(self.records.get_nowait())
            with contextlib.suppress(Exception):  # the database is away: they are in the log
                keep(entries)
            for _ in entries:
                self.records.task_done()
            time.sleep(PAUSE)

    def flush(self) -> None:
        """logging calls it when the process ends."""
        end = time.monotonic() + LEAVING
        while self.records.unfinished_tasks and time.monotonic() < end:
            time.sleep(0.02)


def keep(entries: list[dict[str, Any]]) -> None:
    """Write them down, and let go of those that are too many."""
    from django.db import connection

    from gallery.models import ErrorEntry

    try:
        ErrorEntry.objects.bulk_create([ErrorEntry(**entry) for entry in entries])
        if last := ErrorEntry.objects.values_list("pk", flat=True)[KEPT : KEPT + 1]:
            ErrorEntry.objects.filter(pk__lte=last[0]).delete()
    finally:
        connection.close()  # this thread's own


def forget(rows: Iterable[Any]) -> None:
    """Errors of these jobs: their owner leaves, and a message may name what was theirs."""
    from gallery.models import ErrorEntry

    ErrorEntry.objects.filter(job__in=[str(row.pk) for row in rows]).delete()
