"""Small pictures that wait behind one another in one style are painted at once.

A GPU is not busy with one of them. Nothing else changes: each is claimed in its turn, whoever's
turn it is, and ends as a job of its own. Whoever comes next in the lane and is not alike ends the
batch. If it fails, each is painted alone.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connections
from PIL import Image

from gallery import jobs
from gallery.crafts import Events, PictureCraft
from gallery.job import Job
from gallery.models import Rendering
from gallery.runs import Run
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.images import fit

if TYPE_CHECKING:
    import torch

    from webstyle.engine.fallback import Fallback

log = logging.getLogger(__name__)
ENGINE = "stylebank"  # the one that knows how to
LARGEST = 1024 * 1024  # px: a larger picture keeps a GPU busy by itself
WAIT_MS = 5.0  # on a GPU, for more of the same


def wait() -> float:
    """Seconds that the first of a batch waits for others; 0: each is painted alone."""
    if settings.BATCH_MS is not None:
        return float(settings.BATCH_MS) / 1000
    from webstyle.engine.device import pick_device  # torch comes with it, only here

    return WAIT_MS / 1000 if pick_device(settings.DEVICE).type == "cuda" else 0.0


def key_of(job: Job) -> Hashable:
    """Jobs with the same one can be painted at once. None: only alone."""
    if not isinstance(job, Rendering) or job.engine != ENGINE or job.recipe.get("masks"):
        return None
    if job.width * job.height > LARGEST:
        return None
    return job.width, job.height, json.dumps(job.recipe, sort_keys=True)


def claim(lane: str, worker: str) -> list[Job]:
    """The next job in ``lane``, and what comes behind it and can be painted with it."""
    first = jobs.claim(lane, worker)
    if first is None:
        return []
    found, key = [first], key_of(first)
    try:
        if key and (seconds := wait()):
            time.sleep(seconds)
            while len(found) < settings.BATCH_MOST:
                other = jobs.claim(lane, worker, like=lambda job: key_of(job) == key)
                if other is None:
                    break
                found.append(other)
    except Exception:  # what is claimed is not to wait until its lease has run out
        log.exception("job %s is painted alone", first.pk)
    return found


@dataclass
class Painted:
    """In place of the work on a picture that is there already."""

    picture: Image.Image
    device: torch.device
    note: str = ""

    def run(self, checkpoint: bytes | None = None) -> Events:
        yield Progress(0, 1, "Drying")  # the last occasion to cancel it, or to give it back
        yield Result(self.picture)


class Together:
    """One attempt each at jobs that were claimed at once, in the thread of their lane."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = runs
        self.spent = 0.0  # seconds on each of the pictures that were painted at once

    def __call__(self) -> None:
        """Never raises, as no run does."""
        if len(self.runs) > 1:
            self.try_at_once()
        ready = [run for run in self.runs if is_painted(run)]
        if ready:
            # What is left is to write files: much more work than it was to paint, on one core each.
            helping = min(len(ready), len(os.sched_getaffinity(0)))
            with ThreadPoolExecutor(helping, "finish") as helpers:
                list(helpers.map(self.finish, ready))
        for run in self.runs:
            if run not in ready:
                run.began = time.monotonic()
                run()

    def finish(self, run: Run) -> None:
        """In a thread of its own, with its own connection to the database."""
        run.began = time.monotonic() - self.spent
        try:
            run()
        finally:
            connections.close_all()

    def try_at_once(self) -> None:
        from webstyle.engine.fallback import release

        try:
            self.paint()
            return
        except Exception as error:
            told = not isinstance(error, EngineError)  # that one is each job's own to tell
            log.warning("%d jobs are painted one by one", len(self.runs), exc_info=told)
        release()  # if memory ran out, with the error gone

    def paint(self) -> None:
        """All that can be: each then has its picture."""
        from webstyle.engine.engines.stylebank import StyleBank

        began = time.monotonic()
        for run in self.runs:
            run.publish(run.job)
        ready = [pair for run in self.runs if (pair := opened(run))]
        if len(ready) < 2:
            return
        _, first = ready[0]
        photos = [work.content for _, work in ready]
        pictures = StyleBank().run_many(photos, first.recipe, device=first.device)
        for (craft, _), picture in zip(ready, pictures, strict=True):
            craft.work = Painted(picture, first.device)
        seconds = time.monotonic() - began
        self.spent = seconds / len(ready)
        log.info("%d jobs painted at once, in %.2f s on %s", len(ready), seconds, first.device)


def is_painted(run: Run) -> bool:
    return isinstance(run.craft, PictureCraft) and isinstance(run.craft.work, Painted)


def opened(run: Run) -> tuple[PictureCraft, Fallback] | None:
    """What a job needs, the photo no larger than it has to be. None where something is missing:
    its run will find out, and tell."""
    craft = run.craft
    assert isinstance(craft, PictureCraft)
    try:
        work = craft.opened()
    except Exception:
        return None
    work.content = fit(work.content, work.recipe.size)
    return craft, work
