"""One attempt at one job: drive the engine, write down what happens, do what the visitor asks.

What is done for one kind of job only is its craft: see crafts.py. Between two events a run looks, a
few times a second, whether the visitor wants the job cancelled, paused or kept as it is; now and
then it stores the engine's checkpoint, from which another attempt goes on.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import time
from collections.abc import Callable
from math import inf
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from PIL import Image

from gallery import curves, newer, passing, scratch
from gallery.browse import thumbs
from gallery.crafts import Events, Files, craft_of, owner_now
from gallery.job import Job
from gallery.jobs import (
    NOTHING_DONE,
    LeaseLostError,
    Publish,
    lease,
    mine,
    nothing_left,
    progress,
)
from gallery.limits import usage
from gallery.limits.line import Line
from gallery.operations import context, counted, tally
from webstyle.engine import images
from webstyle.engine.events import EngineError, Progress, Result, UnknownError

log = logging.getLogger(__name__)
State = Job.State
WISHES = ("cancel_requested", "pause_requested", "keep_requested")
PUBLISH_SECONDS = 0.2  # at most five snapshots a second
LOOK_SECONDS = 0.2  # between two looks at the visitor's wishes
PREVIEW_SECONDS = 0.5
PREVIEW_SHARE = 0.15  # of the time, at most, goes into previews: of a style they take seconds
PATIENCE = 0.5  # how long a pause waits for an event with a checkpoint
TURN_LOOK_SECONDS = 5  # between two looks at who waits
CHECKPOINT_SHARE = 0.05  # of the time, at most, goes into storing checkpoints


def no_memory_left(error: Exception) -> bool:
    from webstyle.engine.fallback import is_out_of_memory  # torch comes with it, and is here by now

    return is_out_of_memory(error)


class Run:
    """One attempt at one job, in the thread of its lane."""

    def __init__(self, job: Job, publish: Publish, stopping: Callable[[], bool]) -> None:
        self.job, self.publish, self.stopping = job, publish, stopping
        self.craft = craft_of(job)
        # The row as it was claimed: `job` is read anew at each change, and may then be somebody
        # else's already.
        self.held = copy.copy(job)
        self.began = time.monotonic()
        self.before = 0.0  # seconds of work in attempts that this one goes on from
        self.curve: curves.Curve = []
        self.resumed = self.moved = self.stored = False
        self.troubled = False  # by the storage: the next job would be, too
        self.told = self.looked = self.preview_due = self.pause_seen = 0.0
        self.checkpoint_due = self.began + settings.CHECKPOINT_SECONDS
        self.turn_until = self.began + self.craft.turn

    def __call__(self) -> None:
        """One bad job takes no other with it: only a database that is away may raise here."""
        with context.within(context.of_job(self.held)):
            counted.job_began(self.held)
            try:
                self.attempt()
            except Exception as error:
                if not passing.passes(error):
                    raise
                self.let_go(error)
                return
            self.account()
            scratch.leave_nothing(self.held)

    def attempt(self) -> None:
        self.publish(self.job)
        try:
            result = self.work()
            if result is not None:
                self.finish(result, self.seconds())
        except LeaseLostError:
            log.warning("job %s: lease lost, result dropped", self.held.pk)
        except EngineError as error:
            if not (isinstance(error, UnknownError) and self.leave_to_newer(error)):
                self.fail(str(error), "refused")
        except Exception as error:
            if passing.passes(error):
                raise
            if no_memory_left(error):
                self.fail(self.craft.no_memory, "memory")
            else:
                log.exception("job %s failed", self.held.pk)
                self.fail(self.craft.trouble, "error")

    def let_go(self, error: Exception) -> None:
        """It is not the job that went wrong, but what the site stands on. Its lease is left to run
        out: until then things may be well again, and whoever rescues the job tries anew, or ends it
        after the last attempt with what is written down here. A database that takes that down is
        back already."""
        log.warning("job %s is tried again: %s: %s", self.held.pk, type(error).__name__, error)
        of_database = isinstance(error, DatabaseError | InterfaceError)
        self.troubled = not of_database
        values: dict[str, Any] = {"lease_until": Now()} if of_database else {}
        try:
            if not connection.is_usable():
                connection.close()
            self.change(error=passing.SAID, **values)
        except LeaseLostError:
            pass
        except Exception as another:
            log.warning("job %s: nor can that be written down: %s", self.held.pk, another)

    def account(self) -> None:
        """What this attempt took is part of its owner's day, whatever came of it."""
        try:
            usage.worked(owner_now(self.held), self.held.lane, time.monotonic() - self.began)
        except ObjectDoesNotExist:  # deleted, and with it the account perhaps
            pass
        except Exception:
            log.exception("job %s: its seconds are not counted", self.held.pk)

    def seconds(self) -> float:
        """Of work, those of earlier attempts in the checkpoint included."""
        return self.before + time.monotonic() - self.began

    def work(self) -> Result | None:
        """What the engine makes; None when the job was cancelled, paused or given back."""
        run = self.craft.prepare()
        checkpoint = scratch.read_checkpoint(self.job)
        if checkpoint is not None:
            self.resumed, self.before = True, self.job.spent
            self.curve = curves.until(self.job.curve, self.before)
            try:
                return self.drive(run(checkpoint=checkpoint))
            except Exception as error:
                if self.moved or passing.passes(error):
                    raise
                log.warning("job %s: its checkpoint is of no use: %s", self.held.pk, error)
        if self.job.checkpoint:
            self.start_anew()
        return self.drive(run(checkpoint=None))

    def start_anew(self) -> None:
        """The checkpoint cannot be used, or is lost."""
        old = self.job.checkpoint.name
        self.resumed, self.before, self.curve = False, 0.0, []
        self.change(None, checkpoint="", spent=0.0, started=Now(), **NOTHING_DONE)
        scratch.discard(old)

    def drive(self, events: Events) -> Result | None:
        """To the result, or until somebody wants something else."""
        try:
            for event in events:
                if isinstance(event, Result):
                    return event
                self.moved = True
                if wish := self.wish(event):
                    if wish == State.DONE:
                        assert event.keep is not None
                        return event.keep()
                    if self.leave(wish, event):
                        return None
                elif self.gives_way(event):
                    return None
                self.note(event)
        finally:
            events.close()
        raise RuntimeError(f"{self.held.engine_title} ended without a result")

    def wish(self, event: Progress) -> str:
        """The state that the visitor asked for, if it can be had at this event."""
        if time.monotonic() - self.looked > LOOK_SECONDS or self.stopping():
            self.look()
        row, now = self.job, time.monotonic()
        if row.cancel_requested:
            return State.CANCELLED
        if row.keep_requested and event.keep:
            return State.DONE
        if not row.pause_requested or row.keep_requested:
            self.pause_seen = 0.0
            return ""
        self.pause_seen = self.pause_seen or now
        return State.PAUSED if event.checkpoint or now - self.pause_seen > PATIENCE else ""

    def gives_way(self, event: Progress) -> bool:
        """Back into the queue, because the worker stops; or to its end, because this job has had
        its turn and another one waits. False when it goes on."""
        if self.stopping():
            return self.leave(State.QUEUED, event)
        now = time.monotonic()
        if not event.checkpoint or now < self.turn_until:
            return False
        self.turn_until = now + TURN_LOOK_SECONDS
        waits = Line(self.held.lane, leaving=self.held).next() is not None
        return waits and self.leave(State.QUEUED, event, queued=timezone.now())

    def look(self) -> None:
        """Read the visitor's wishes anew."""
        rows = type(self.held).objects.filter(mine(self.held), pk=self.held.pk)
        row = rows.values(*WISHES).first()
        if row is None:
            raise LeaseLostError
        for name, asked in row.items():
            setattr(self.job, name, asked)
        self.looked = time.monotonic()

    def leave(self, state: str, event: Progress, **values: Any) -> bool:
        """Let go of the job; False when the visitor has changed their mind in this moment."""
        if state == State.CANCELLED:
            return self.end(state)
        let_go: dict[str, Any] = {
            "state": state, "worker": "", "lease_until": None, "attempts": F("attempts") - 1,
            **values,
        }  # fmt: skip
        if state != State.PAUSED:
            return self.write(event, checkpoint=True, **let_go)
        still = Q(pause_requested=True, cancel_requested=False, keep_requested=False)
        return self.write(event, where=still, checkpoint=True, pause_requested=False, **let_go)

    def leave_to_newer(self, error: UnknownError) -> bool:
        """Back into the queue, for a worker that knows what this one does not; False when there is
        none to be expected."""
        if not newer.leave(self.held, error):
            return False
        back: dict[str, Any] = {
            "state": State.QUEUED, "worker": "", "lease_until": None, "attempts": F("attempts") - 1,
            **progress(self.job),
        }  # fmt: skip
        with contextlib.suppress(LeaseLostError):
            if self.change(Q(cancel_requested=False), **back):
                self.publish(self.job)
            else:
                self.end(State.CANCELLED)
        return True

    def note(self, event: Progress) -> None:
        """Write progress down and tell the pages, not too often."""
        now = time.monotonic()
        self.curve = curves.extended(self.curve, self.seconds(), event.losses)
        shows = event.preview and now > self.preview_due
        stores = event.checkpoint and now > self.checkpoint_due
        if now - self.told < PUBLISH_SECONDS and not (shows or stores):
            return
        values: dict[str, Any] = {}
        if event.preview and shows:
            values["preview"] = self.show(event.preview)
        self.write(event, checkpoint=bool(stores), **values)
        self.told = self.looked = now

    def write(
        self, event: Progress, *, checkpoint: bool, where: Q | None = None, **values: Any
    ) -> bool:
        """The row as of this event, if it is still ours; False if ``where`` does not hold."""
        old, new = self.job.checkpoint.name, ""
        if checkpoint and event.checkpoint:
            spent = self.seconds()
            new = self.store(event.checkpoint)
            values |= {"checkpoint": new, "spent": spent}
        leaves = "state" in values
        if not leaves:
            values |= lease()
        values |= {"step": event.step, "total": event.total, "curve": self.curve}
        values["stage"] = "" if leaves else event.stage[:80]
        if leaves and not (new or old):
            values |= NOTHING_DONE
        try:
            changed = self.change(where, **values)
        except LeaseLostError:
            scratch.discard(new)
            raise
        if new:
            scratch.discard(old if changed else new)
        if changed:
            self.publish(self.job)
        return changed

    def show(self, preview: Callable[[], Image.Image]) -> str:
        """The name of a new preview. The longer it takes, the longer until the next; where there
        is no memory for it, there is none."""
        began = time.monotonic()
        try:
            picture = preview()
        except Exception as error:
            if not no_memory_left(error):
                raise
            log.warning("no memory for a preview: %s", error)
            self.preview_due = inf
            return str(self.job.preview.name or "")
        name = scratch.save_preview(self.job, images.encode(picture, "jpg", quality=80))
        now = time.monotonic()
        self.preview_due = now + max(PREVIEW_SECONDS, (now - began) / PREVIEW_SHARE)
        return name

    def store(self, checkpoint: Callable[[], bytes]) -> str:
        """The name of a new checkpoint. The larger it is, the longer until the next."""
        began = time.monotonic()
        name = scratch.save_checkpoint(self.job, checkpoint())
        now = time.monotonic()
        pause = (now - began) / CHECKPOINT_SHARE
        self.checkpoint_due = now + max(settings.CHECKPOINT_SECONDS, pause)
        self.stored = True
        return name

    def change(self, where: Q | None = None, **values: Any) -> bool:
        """A change of the row while it is ours; False if only ``where`` does not hold."""
        if self.job.change(where=mine(self.held) & (where or Q()), **values):
            return True
        self.look()
        return False

    def save(self, kind: str, ending: str, data: bytes) -> str:
        """The name under which the storage keeps it: attempts never share one."""
        name = f"{self.job.folder}/{kind}-{self.held.attempts}.{ending}"
        scratch.discard(name)
        return scratch.write(name, data)

    def save_all(self, files: Files) -> dict[str, str]:
        """All of them, or none."""
        names: dict[str, str] = {}
        try:
            for kind, (ending, data) in files.items():
                names[kind] = self.save(kind, ending, data)
        except Exception:
            with contextlib.suppress(Exception):  # a storage that is away takes nothing back
                scratch.discard(*names.values())
            raise
        return names

    def finish(self, result: Result, seconds: float) -> None:
        """Store what was made, unless the visitor cancelled the job meanwhile."""
        self.look()
        if self.job.cancel_requested:
            self.end(State.CANCELLED)
            return
        files, facts = self.craft.made(result)
        names = self.save_all(files)
        facts |= {"seconds": round(seconds, 3), "step": F("total"), "curve": self.curve}
        facts["bytes"] = F("bytes") + sum(len(data) for __, data in files.values())
        try:
            kept = facts | thumbs.columns(names)
            done = self.end(State.DONE, where=Q(cancel_requested=False), **kept)
        except LeaseLostError:
            scratch.discard(*names.values())
            raise
        if not done:
            scratch.discard(*names.values())
            self.end(State.CANCELLED)

    def fail(self, error: str, reason: str) -> None:
        """What was reached is kept, to try again from there; unless it is what leads here."""
        kept: dict[str, Any] = {}
        if self.stored or not self.resumed:
            row = self.job
            kept = {"checkpoint": row.checkpoint.name, "spent": row.spent}
        with contextlib.suppress(LeaseLostError):
            self.end(State.FAILED, reason, error=error, **kept)

    def end(self, state: str, reason: str = "", *, where: Q | None = None, **values: Any) -> bool:
        """The row's last state; what was needed on the way is not needed any longer."""
        values = {**nothing_left(), "finished": Now(), "lease_until": None, **values}
        values |= {"device": self.craft.device, "note": self.craft.note}
        ended = self.change(where, state=state, pause_requested=False, **values)
        if ended:
            self.publish(self.job)
            counted.job_ended(self.job, reason)
            tally.flush()  # at once: who kills a worker does not take this with it
            log.info("job %s, after %.1f s on %s", state, self.seconds(), self.craft.device or "-")
            scratch.sweep(self.job)
        return ended
