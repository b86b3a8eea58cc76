"""Whose a job is: claim it, keep its lease, take it from workers that fell silent.

A worker owns a row only while it is ``running`` under the worker's name and attempt. Every write
is conditional on that, so a worker that was thought dead and comes back changes nothing.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from gallery import scratch
from gallery.models import Rendering

log = logging.getLogger(__name__)
State = Rendering.State
Publish = Callable[[Rendering], None]
NOTHING_DONE: dict[str, Any] = {"step": 0, "total": 0, "curve": []}


class LeaseLostError(Exception):
    """The row is no longer this worker's."""


def lease() -> dict[str, Any]:
    now = timezone.now()
    return {"heartbeat": now, "lease_until": now + timedelta(seconds=settings.LEASE_SECONDS)}


def claim(lane: str, worker: str) -> Rendering | None:
    """The job that waited longest in ``lane``, now running under ``worker``'s name, or None."""
    while True:
        with transaction.atomic():
            waiting = Rendering.objects.kept().filter(state=State.QUEUED, lane=lane)
            if connection.features.has_select_for_update_skip_locked:
                waiting = waiting.select_for_update(skip_locked=True, of=("self",))
            rendering = waiting.order_by("queued").first()
            if rendering is None:
                return None
            if claim_one(rendering, worker):
                return rendering


def claim_one(rendering: Rendering, worker: str) -> bool:
    """Take a waiting job. On SQLite nothing is locked: who changes the one row has it.

    A job with a checkpoint counts as painted without a break: so the time left is told right.
    """
    return rendering.change(
        where=Q(state=State.QUEUED), state=State.RUNNING, worker=worker,
        attempts=F("attempts") + 1, started=timezone.now() - timedelta(seconds=rendering.spent),
        **progress(rendering), **lease(),
    )  # fmt: skip


def progress(rendering: Rendering) -> dict[str, Any]:
    """What is left of it when a worker is gone: all of it, given a checkpoint."""
    return {"stage": ""} | ({} if rendering.checkpoint else NOTHING_DONE)


def mine(rendering: Rendering) -> Q:
    return Q(state=State.RUNNING, worker=rendering.worker, attempts=rendering.attempts)


def renew(rendering: Rendering) -> bool:
    """The heartbeat. False when the lease was lost."""
    rows = Rendering.objects.filter(mine(rendering), pk=rendering.pk)
    return bool(rows.update(**lease()))


def rescue(publish: Publish) -> int:
    """Jobs whose worker fell silent: waiting again, or failed after the last attempt."""
    lost = Q(lease_until__lt=timezone.now())
    gone = [name for name in running_here() if not alive(name)]
    found = 0
    for rendering in Rendering.objects.filter(lost | Q(worker__in=gone), state=State.RUNNING):
        # A wish uttered in this moment is not overlooked: then the next look finds the row.
        still = mine(rendering) & Q(
            cancel_requested=rendering.cancel_requested, pause_requested=rendering.pause_requested
        )
        if rendering.change(where=still, worker="", lease_until=None, **after_loss(rendering)):
            log.warning("job %s: its worker is gone, now %s", rendering.pk, rendering.state)
            if not rendering.is_unfinished:
                scratch.sweep(rendering)
            publish(rendering)
            found += 1
    return found


def after_loss(rendering: Rendering) -> dict[str, Any]:
    """What becomes of a job without its worker. The checkpoint stays, to go on from."""
    if rendering.cancel_requested:
        return {**nothing_left(), "state": State.CANCELLED, "finished": timezone.now()}
    if rendering.attempts >= settings.MAX_ATTEMPTS:
        error = f"The painting stopped {rendering.attempts} times without a word. Try again."
        ended = {"state": State.FAILED, "finished": timezone.now(), "error": error, "preview": ""}
        return ended | {"pause_requested": False, "keep_requested": False}
    if rendering.pause_requested:
        return {**progress(rendering), "state": State.PAUSED, "pause_requested": False}
    return {**progress(rendering), "state": State.QUEUED}


def nothing_left() -> dict[str, Any]:
    """Of a job that ends for good: it has no use for what it would go on from."""
    return {"stage": "", "preview": "", "checkpoint": "", "spent": 0.0}


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def running_here() -> list[str]:
    """Workers of this machine that hold a job."""
    names = Rendering.objects.filter(
        state=State.RUNNING, worker__startswith=f"{socket.gethostname()}:"
    )
    return list(names.values_list("worker", flat=True).distinct())


def alive(worker: str) -> bool:
    """Whether the process of a worker of this machine exists: no need to wait for its lease."""
    try:
        os.kill(int(worker.rpartition(":")[2]), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        pass
    return True
