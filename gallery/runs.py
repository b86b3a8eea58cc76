"""One attempt at one job: drive the engine, write down what happens, do what the visitor asks.

The only caller of the engines. Between two events it looks, a few times a second, whether the
visitor wants the job cancelled, paused or kept as it is; now and then it stores the engine's
checkpoint, from which another attempt goes on.
"""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import time
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F, Q
from django.utils import timezone
from PIL import Image

from gallery import curves, scratch
from gallery.jobs import NOTHING_DONE, LeaseLostError, Publish, mine, nothing_left
from gallery.models import Mask, Painting, Rendering
from gallery.owned import Upload
from webstyle.engine import images
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.recipe import PAINTING, Recipe

log = logging.getLogger(__name__)
State = Rendering.State
Events = Generator[Progress | Result]
WISHES = ("cancel_requested", "pause_requested", "keep_requested")
PUBLISH_SECONDS = 0.2  # at most five snapshots a second
LOOK_SECONDS = 0.2  # between two looks at the visitor's wishes
PREVIEW_SECONDS = 0.5
PATIENCE = 0.5  # how long a pause waits for an event with a checkpoint
CHECKPOINT_SHARE = 0.05  # of the time, at most, goes into storing checkpoints


class Run:
    """One attempt at one job, in the thread of its lane."""

    def __init__(
        self, rendering: Rendering, publish: Publish, stopping: Callable[[], bool]
    ) -> None:
        self.rendering, self.publish, self.stopping = rendering, publish, stopping
        # The row as it was claimed: `rendering` is read anew at each change, and may then be
        # somebody else's already.
        self.held = copy.copy(rendering)
        self.began = time.monotonic()
        self.before = 0.0  # seconds of painting in attempts that this one goes on from
        self.curve: curves.Curve = []
        self.resumed = self.moved = self.stored = False
        self.told = self.looked = self.pictured = self.pause_seen = 0.0
        self.checkpoint_due = self.began + settings.CHECKPOINT_SECONDS

    def __call__(self) -> None:
        """Never raises: one bad job takes no other with it."""
        rendering = self.rendering
        self.publish(rendering)
        try:
            result = self.paint()
            if result is not None:
                self.finish(result, self.seconds())
        except LeaseLostError:
            log.warning("job %s: lease lost, result dropped", rendering.pk)
        except EngineError as error:
            self.fail(str(error))
        except MemoryError:
            self.fail("There is not enough memory for this size. Choose a smaller one.")
        except Exception:
            log.exception("job %s failed", rendering.pk)
            self.fail("Something went wrong while painting. Try again, or choose another style.")
        scratch.leave_nothing(self.held)

    def seconds(self) -> float:
        """Of painting, those of earlier attempts in the checkpoint included."""
        return self.before + time.monotonic() - self.began

    def paint(self) -> Result | None:
        """The picture; None when the job was cancelled, paused or given back."""
        run = self.prepare(self.rendering.parsed_recipe())
        checkpoint = scratch.read_checkpoint(self.rendering)
        if checkpoint is not None:
            self.resumed, self.before = True, self.rendering.spent
            self.curve = curves.until(self.rendering.curve, self.before)
            try:
                return self.drive(run(checkpoint=checkpoint))
            except Exception as error:
                if self.moved:
                    raise
                log.warning("job %s: its checkpoint is of no use: %s", self.held.pk, error)
        if self.rendering.checkpoint:
            self.start_anew()
        return self.drive(run(checkpoint=None))

    def prepare(self, recipe: Recipe) -> Callable[..., Events]:
        """The engine, with all it needs but the checkpoint."""
        from webstyle.engine.device import pick_device  # torch comes with it, and only here
        from webstyle.engine.registry import get_engine

        engine = get_engine(recipe.engine)()
        photo = open_picture(self.rendering.photo)
        paintings = {name: self.open_painting(name) for name in recipe.paintings()}
        masks = {name: self.open_mask(style, name) for style, name in recipe.masks}
        device = pick_device(settings.DEVICE)
        return partial(engine.run, photo, recipe, device=device, paintings=paintings, masks=masks)

    def open_painting(self, name: str) -> Image.Image:
        """One that the recipe names; its owner may have withdrawn it since."""
        self.rendering.refresh_from_db(fields=["owner", "guest"])  # a guest may have signed in
        if painting := Painting.objects.named(self.rendering.owned_by, name):
            with contextlib.suppress(FileNotFoundError):
                return open_picture(painting)
        title = self.rendering.name_of(f"{PAINTING}{name}")["title"]
        raise EngineError(f"The painting '{title}' is gone or no longer shared: choose another.")

    def open_mask(self, style: str, name: str) -> Image.Image:
        """One that the recipe names."""
        if mask := Mask.objects.filter(photo=self.rendering.photo_id, pk=name).first():
            with contextlib.suppress(FileNotFoundError):
                return open_picture(mask)
        title = self.rendering.name_of(style)["title"]
        raise EngineError(f"The mask of '{title}' is gone: paint the region again.")

    def start_anew(self) -> None:
        """The checkpoint cannot be used, or is lost."""
        old = self.rendering.checkpoint.name
        self.resumed, self.before, self.curve = False, 0.0, []
        self.change(None, checkpoint="", spent=0.0, started=timezone.now(), **NOTHING_DONE)
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
                elif self.stopping() and self.leave(State.QUEUED, event):
                    return None
                self.note(event)
        finally:
            events.close()
        raise RuntimeError(f"engine {self.held.engine} ended without a result")

    def wish(self, event: Progress) -> str:
        """The state that the visitor asked for, if it can be had at this event."""
        if time.monotonic() - self.looked > LOOK_SECONDS or self.stopping():
            self.look()
        row, now = self.rendering, time.monotonic()
        if row.cancel_requested:
            return State.CANCELLED
        if row.keep_requested and event.keep:
            return State.DONE
        if not row.pause_requested or row.keep_requested:
            self.pause_seen = 0.0
            return ""
        self.pause_seen = self.pause_seen or now
        return State.PAUSED if event.checkpoint or now - self.pause_seen > PATIENCE else ""

    def look(self) -> None:
        """Read the visitor's wishes anew."""
        row = Rendering.objects.filter(mine(self.held), pk=self.held.pk).values(*WISHES).first()
        if row is None:
            raise LeaseLostError
        for name, asked in row.items():
            setattr(self.rendering, name, asked)
        self.looked = time.monotonic()

    def leave(self, state: str, event: Progress) -> bool:
        """Let go of the job; False when the visitor has changed their mind in this moment."""
        if state == State.CANCELLED:
            return self.end(state)
        let_go: dict[str, Any] = {
            "state": state, "worker": "", "lease_until": None, "attempts": F("attempts") - 1,
        }  # fmt: skip
        if state != State.PAUSED:
            return self.write(event, checkpoint=True, **let_go)
        still = Q(pause_requested=True, cancel_requested=False, keep_requested=False)
        return self.write(event, where=still, checkpoint=True, pause_requested=False, **let_go)

    def note(self, event: Progress) -> None:
        """Write progress down and tell the pages, not too often."""
        now = time.monotonic()
        self.curve = curves.extended(self.curve, self.seconds(), event.losses)
        shows = event.preview and now - self.pictured > PREVIEW_SECONDS
        stores = event.checkpoint and now > self.checkpoint_due
        if now - self.told < PUBLISH_SECONDS and not (shows or stores):
            return
        values: dict[str, Any] = {}
        if event.preview and shows:
            data = images.encode(event.preview(), "jpg", quality=80)
            values["preview"] = scratch.save_preview(self.rendering, data)
            self.pictured = now
        self.write(event, checkpoint=bool(stores), **values)
        self.told = self.looked = now

    def write(
        self, event: Progress, *, checkpoint: bool, where: Q | None = None, **values: Any
    ) -> bool:
        """The row as of this event, if it is still ours; False if ``where`` does not hold."""
        old, new = self.rendering.checkpoint.name, ""
        if checkpoint and event.checkpoint:
            spent = self.seconds()
            new = self.store(event.checkpoint)
            values |= {"checkpoint": new, "spent": spent}
        leaves = "state" in values
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
            self.publish(self.rendering)
        return changed

    def store(self, checkpoint: Callable[[], bytes]) -> str:
        """The name of a new checkpoint. The larger it is, the longer until the next."""
        began = time.monotonic()
        name = scratch.save_checkpoint(self.rendering, checkpoint())
        now = time.monotonic()
        pause = (now - began) / CHECKPOINT_SHARE
        self.checkpoint_due = now + max(settings.CHECKPOINT_SECONDS, pause)
        self.stored = True
        return name

    def change(self, where: Q | None = None, **values: Any) -> bool:
        """A change of the row while it is ours; False if only ``where`` does not hold."""
        if self.rendering.change(where=mine(self.held) & (where or Q()), **values):
            return True
        self.look()
        return False

    def save(self, kind: str, ending: str, picture: Image.Image, *, quality: int = 90) -> str:
        """The name under which the storage keeps it: attempts never share one."""
        name = f"{self.rendering.folder}/{kind}-{self.held.attempts}.{ending}"
        scratch.discard(name)
        data = images.encode(picture, ending, quality=quality)
        return default_storage.save(name, ContentFile(data))

    def finish(self, result: Result, seconds: float) -> None:
        """Store the picture, unless the visitor cancelled the job meanwhile."""
        self.look()
        if self.rendering.cancel_requested:
            self.end(State.CANCELLED)
            return
        picture = result.picture
        thumb = images.shrink(picture, 480)
        names = {
            "result": self.save("result", "png", picture),
            "view": self.save("view", "webp", picture),
            "thumb": self.save("thumb", "webp", thumb, quality=82),
        }
        facts = {
            "seconds": round(seconds, 3), "width": picture.width, "height": picture.height,
            "colour": images.average_color(thumb), "step": F("total"), "curve": self.curve,
        }  # fmt: skip
        try:
            done = self.end(State.DONE, where=Q(cancel_requested=False), **facts, **names)
        except LeaseLostError:
            scratch.discard(*names.values())
            raise
        if not done:
            scratch.discard(*names.values())
            self.end(State.CANCELLED)

    def fail(self, error: str) -> None:
        """What was reached is kept, to try again from there; unless it is what leads here."""
        kept: dict[str, Any] = {}
        if self.stored or not self.resumed:
            row = self.rendering
            kept = {"checkpoint": row.checkpoint.name, "spent": row.spent}
        with contextlib.suppress(LeaseLostError):
            self.end(State.FAILED, error=error, **kept)

    def end(self, state: str, *, where: Q | None = None, **values: Any) -> bool:
        """The row's last state; what was needed on the way is not needed any longer."""
        values = {**nothing_left(), "finished": timezone.now(), "lease_until": None, **values}
        ended = self.change(where, state=state, pause_requested=False, **values)
        if ended:
            scratch.sweep(self.rendering)
            self.publish(self.rendering)
        return ended


def open_picture(item: Upload, kind: str = "original") -> Image.Image:
    with getattr(item, kind).open("rb") as file:
        return images.decode(io.BytesIO(file.read()), item.title)
