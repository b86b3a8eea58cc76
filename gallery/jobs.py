"""Claim a job, keep its lease, run it, publish what happens: the only caller of the engine.

A worker owns a row only while it is ``running`` under the worker's name and attempt. Every write
is conditional on that, so a worker that was thought dead and comes back changes nothing.
"""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import os
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from gallery.models import Rendering
from webstyle.engine.events import EngineError, Progress, Result

log = logging.getLogger(__name__)
State = Rendering.State
Publish = Callable[[Rendering], None]
PUBLISH_SECONDS = 0.2  # at most five snapshots a second


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
    """Take a waiting job. On SQLite nothing is locked: who changes the one row has it."""
    return rendering.change(
        where=Q(state=State.QUEUED), state=State.RUNNING, worker=worker,
        attempts=F("attempts") + 1, started=timezone.now(), step=0, total=0, **lease(),
    )  # fmt: skip


def mine(rendering: Rendering) -> Q:
    return Q(state=State.RUNNING, worker=rendering.worker, attempts=rendering.attempts)


def renew(rendering: Rendering) -> bool:
    """The heartbeat. False when the lease was lost."""
    rows = Rendering.objects.filter(mine(rendering), pk=rendering.pk)
    return bool(rows.update(**lease()))


def give_back(rendering: Rendering, publish: Publish) -> None:
    """The worker has to stop: the job waits at its old place, the attempt is forgotten."""
    if rendering.change(
        where=mine(rendering), state=State.QUEUED, attempts=F("attempts") - 1,
        worker="", lease_until=None, step=0, total=0, stage="",
    ):  # fmt: skip
        publish(rendering)


def rescue(publish: Publish) -> int:
    """Jobs whose worker fell silent: queued again, or failed after the last attempt."""
    lost = Q(lease_until__lt=timezone.now())
    gone = [name for name in running_here() if not alive(name)]
    found = 0
    for rendering in Rendering.objects.filter(lost | Q(worker__in=gone), state=State.RUNNING):
        still = mine(rendering)
        if rendering.cancel_requested:
            values = {"state": State.CANCELLED, "finished": timezone.now()}
        elif rendering.attempts >= settings.MAX_ATTEMPTS:
            error = f"The painting stopped {rendering.attempts} times without a word. Try again."
            values = {"state": State.FAILED, "finished": timezone.now(), "error": error}
        else:
            values = {"state": State.QUEUED, "step": 0, "total": 0, "stage": ""}
        if rendering.change(where=still, worker="", lease_until=None, **values):
            log.warning("job %s: its worker is gone, now %s", rendering.pk, rendering.state)
            publish(rendering)
            found += 1
    return found


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


class Run:
    """One attempt at one job, in the thread of its lane."""

    def __init__(
        self, rendering: Rendering, publish: Publish, stopping: Callable[[], bool]
    ) -> None:
        self.rendering, self.publish, self.stopping = rendering, publish, stopping
        # The row as it was claimed: `rendering` is read anew at each change, and may then be
        # somebody else's already.
        self.held = copy.copy(rendering)
        self.told = 0.0

    def __call__(self) -> None:
        """Never raises: one bad job takes no other with it."""
        rendering = self.rendering
        began = time.monotonic()
        self.publish(rendering)
        try:
            result = self.paint()
            if result is not None:
                self.finish(result, time.monotonic() - began)
        except LeaseLostError:
            log.warning("job %s: lease lost, result dropped", rendering.pk)
        except EngineError as error:
            self.fail(str(error))
        except MemoryError:
            self.fail("There is not enough memory for this size. Choose a smaller one.")
        except Exception:
            log.exception("job %s failed", rendering.pk)
            self.fail("Something went wrong while painting. Try again, or choose another style.")

    def paint(self) -> Result | None:
        """Drive the engine. None when the job was cancelled or given back."""
        from webstyle.engine import images  # torch comes with the engine, and only here
        from webstyle.engine.device import pick_device
        from webstyle.engine.registry import get_engine

        recipe = self.rendering.parsed_recipe()
        with self.rendering.photo.original.open("rb") as file:
            photo = images.decode(io.BytesIO(file.read()), self.rendering.photo.title)
        engine = get_engine(recipe.engine)()
        events = engine.run(photo, recipe, device=pick_device(settings.DEVICE))
        try:
            for event in events:
                if isinstance(event, Result):
                    return event
                if self.stopping():
                    give_back(self.held, self.publish)
                    return None
                if self.note(event):
                    self.end(State.CANCELLED)
                    return None
        finally:
            events.close()
        raise RuntimeError(f"engine {recipe.engine} ended without a result")

    def note(self, event: Progress) -> bool:
        """Write progress down and tell the pages, not too often. True: cancelled meanwhile."""
        if time.monotonic() - self.told < PUBLISH_SECONDS and event.preview is None:
            return self.cancelled()
        values: dict[str, Any] = {}
        if event.preview is not None:
            values["preview"] = self.save("preview", "jpg", event.preview(), quality=80)
        if not self.rendering.change(
            where=mine(self.held), step=event.step, total=event.total, stage=event.stage,
            **values,
        ):  # fmt: skip
            raise LeaseLostError
        self.told = time.monotonic()
        self.publish(self.rendering)
        return self.rendering.cancel_requested

    def cancelled(self) -> bool:
        row = Rendering.objects.filter(pk=self.rendering.pk).values_list("cancel_requested")
        return bool(row and row[0][0])

    def save(self, kind: str, ending: str, picture: Any, *, quality: int = 90) -> str:
        """The name under which the storage keeps it: attempts never share one."""
        from webstyle.engine import images

        name = f"renderings/{self.rendering.pk}/{kind}-{self.held.attempts}.{ending}"
        if default_storage.exists(name):
            default_storage.delete(name)
        data = images.encode(picture, ending, quality=quality)
        return default_storage.save(name, ContentFile(data))

    def finish(self, result: Result, seconds: float) -> None:
        from webstyle.engine import images

        picture = result.picture
        thumb = images.shrink(picture, 480)
        names = {
            "result": self.save("result", "png", picture),
            "view": self.save("view", "webp", picture),
            "thumb": self.save("thumb", "webp", thumb, quality=82),
        }
        self.end(
            State.DONE, seconds=round(seconds, 3), width=picture.width, height=picture.height,
            colour=images.average_color(thumb), step=F("total"), **names,
        )  # fmt: skip

    def fail(self, error: str) -> None:
        with contextlib.suppress(LeaseLostError):
            self.end(State.FAILED, error=error)

    def end(self, state: str, **values: Any) -> None:
        """The row's last state; the preview is not needed any longer."""
        preview = self.rendering.preview.name
        ended = self.rendering.change(
            where=mine(self.held), state=state, finished=timezone.now(), lease_until=None,
            stage="", preview="", **values,
        )  # fmt: skip
        if not ended:
            for kind in ("result", "view", "thumb"):
                if kind in values:
                    default_storage.delete(values[kind])
            raise LeaseLostError
        if preview:
            default_storage.delete(preview)
        self.publish(self.rendering)
