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
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from gallery import scratch
from gallery.job import Job, kinds
from gallery.limits import usage
from gallery.limits.line import Line
from gallery.operations import context, counted
from gallery.owners import Owner

log = logging.getLogger(__name__)
State = Job.State
Publish = Callable[[Job], None]
NOTHING_DONE: dict[str, Any] = {"step": 0, "total": 0, "curve": []}


class LeaseLostError(Exception):
    """The row is no longer this worker's."""


def lease() -> dict[str, Any]:
    """By the database's clock, as all that one process writes and another compares: those of the
    machines may differ, and may be set."""
    until = Now() + timedelta(seconds=settings.LEASE_SECONDS)
    return {"heartbeat": Now(), "lease_until": until}


def claim(lane: str, worker: str, like: Callable[[Job], bool] | None = None) -> Job | None:
    """The next job in ``lane``, of whatever kind, now running under ``worker``'s name, or None.
    Owners take turns: see limits/line.py. ``like`` may say that the next one is not wanted: then
    none is taken, whatever comes behind it."""
    while (owner := Line(lane).next()) is not None:
        job = oldest(owner, lane)
        if job is not None and like and not like(job):
            return None
        if job is not None and claim_in_turn(job, worker):
            return job
    return None


def oldest(owner: Owner, lane: str) -> Job | None:
    """Of the owner's waiting jobs, of whatever kind: as it is now, for since the line was looked
    at, other workers have been there."""
    heads = [kind.waiting(lane).filter(**owner.fields).first() for kind in kinds()]
    return min((job for job in heads if job is not None), key=lambda job: job.queued, default=None)


def claim_in_turn(job: Job, worker: str) -> bool:
    """``claim_one``, unless as many of the owner's jobs are running as may. Taking the turn locks
    the owner's row of usage: workers that come for the same owner look one after the other."""
    with transaction.atomic():
        usage.worked(job.owned_by, job.lane, 0)
        taken = not Line(job.lane).is_full(job.owned_by) and claim_one(job, worker)
        if not taken:
            transaction.set_rollback(True)  # nor had the owner a turn
    return taken


def claim_one(job: Job, worker: str) -> bool:
    """Take a waiting job. Nothing is locked: who changes the one row has it, and whoever comes
    second finds nothing to change.

    A job with a checkpoint counts as worked on without a break: so the time left is told right.
    """
    return job.change(
        where=Q(state=State.QUEUED), state=State.RUNNING, worker=worker,
        attempts=F("attempts") + 1, started=Now() - timedelta(seconds=job.spent), error="",
        **progress(job), **lease(),
    )  # fmt: skip


def progress(job: Job) -> dict[str, Any]:
    """What is left of it when a worker is gone: all of it, given a checkpoint."""
    return {"stage": ""} | ({} if job.checkpoint else NOTHING_DONE)


def mine(job: Job) -> Q:
    return Q(state=State.RUNNING, worker=job.worker, attempts=job.attempts)


def renew(job: Job) -> bool:
    """The heartbeat. False when the lease was lost."""
    rows = type(job).objects.filter(mine(job), pk=job.pk)
    return bool(rows.update(**lease()))


def rescue(publish: Publish) -> int:
    """Jobs whose worker fell silent: waiting again, or failed after the last attempt."""
    never = Now() + timedelta(seconds=2 * settings.LEASE_SECONDS)
    # A lease that ends later than any could was given before the database's clock was set back.
    lost = Q(lease_until__lt=Now()) | Q(lease_until__gt=never)
    gone = [name for name in running_here() if not alive(name)]
    silent = Q(lost | Q(worker__in=gone), state=State.RUNNING)
    found = 0
    for job in chain.from_iterable(kind.objects.filter(silent) for kind in kinds()):
        # A wish uttered in this moment is not overlooked: then the next look finds the row.
        still = mine(job) & Q(
            cancel_requested=job.cancel_requested, pause_requested=job.pause_requested
        )
        spent = seconds_until_lost(job)
        if job.change(where=still, worker="", lease_until=None, **after_loss(job)):
            usage.worked(job.owned_by, job.lane, spent)
            with context.within(context.of_job(job)):
                log.warning("job %s: its worker is gone, now %s", job.pk, job.state)
            publish(job)
            if not job.is_unfinished:
                counted.job_ended(job, "lost")
                scratch.sweep(job)
            found += 1
    return found


def seconds_until_lost(job: Job) -> float:
    """Of work in an attempt, as far as its worker was heard of."""
    if not (job.started and job.heartbeat):
        return 0.0
    return (job.heartbeat - job.started).total_seconds() - job.spent


def after_loss(job: Job) -> dict[str, Any]:
    """What becomes of a job without its worker. The checkpoint stays, to go on from."""
    if job.cancel_requested:
        return {**nothing_left(), "state": State.CANCELLED, "finished": Now()}
    if job.attempts >= settings.MAX_ATTEMPTS:
        error = job.error or f"The work stopped {job.attempts} times without a word. Try again."
        ended = {"state": State.FAILED, "finished": Now(), "error": error, "preview": ""}
        return ended | {"pause_requested": False, "keep_requested": False}
    if job.pause_requested:
        return {**progress(job), "state": State.PAUSED, "pause_requested": False}
    return {**progress(job), "state": State.QUEUED}


def nothing_left() -> dict[str, Any]:
    """Of a job that ends for good: it has no use for what it would go on from."""
    return {"stage": "", "preview": "", "checkpoint": "", "spent": 0.0}


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def running_here() -> list[str]:
    """Workers of this machine that hold a job."""
    here = Q(state=State.RUNNING, worker__startswith=f"{socket.gethostname()}:")
    rows = (kind.objects.filter(here).values_list("worker", flat=True) for kind in kinds())
    return list(set(chain.from_iterable(rows)))


def is_gone(worker: str) -> bool:
    """Whether it ran on this machine and is no more; of others nobody here can tell."""
    return worker.startswith(f"{socket.gethostname()}:") and not alive(worker)


def alive(worker: str) -> bool:
    """Whether the process of a worker of this machine exists: no need to wait for its lease."""
    try:
        os.kill(int(worker.rpartition(":")[2]), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        pass
    return True
