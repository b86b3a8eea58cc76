"""What makes a row a job: it waits, is worked on, ends; and pages can watch it.

There is no other queue. Who works on a row, and until when, is in jobs.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from gallery.owned import Stored
from gallery.told import told

if TYPE_CHECKING:
    from gallery.limits.line import Line


class Job(Stored):
    """Work of a visitor's that takes a worker and some time, from the wish to the result."""

    KIND = ""  # in names of addresses and, told to a visitor, what it makes
    SCRATCH = ("preview", "checkpoint")
    TELLS_TIME: tuple[str, ...] = ()  # columns that `expected_seconds` looks at
    left: ClassVar[set[UUID]] = set()  # jobs that this process leaves to newer ones: see newer.py
    line: Line | None = None  # of its lane, where many jobs are looked at together

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Painting"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    ACTIVE = (State.QUEUED, State.RUNNING)
    UNFINISHED = (*ACTIVE, State.PAUSED)

    public = models.BooleanField(default=False)

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    lane = models.CharField(max_length=10, default="fast")
    queued = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    device = models.CharField(max_length=20, blank=True)  # that it was last worked on: cpu, cuda:0
    # What could not be had as it was meant.
    note = models.CharField(max_length=200, blank=True, db_default="")
    heartbeat = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    pause_requested = models.BooleanField(default=False)
    keep_requested = models.BooleanField(default=False)
    step = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    stage = models.CharField(max_length=80, blank=True)
    seq = models.PositiveIntegerField(default=0)  # grows with every change a page should see
    error = models.TextField(blank=True)
    seconds = models.FloatField(null=True, blank=True)

    checkpoint = models.FileField(max_length=200, blank=True)  # the engine goes on from it
    spent = models.FloatField(default=0)  # seconds of work that are in the checkpoint
    curve = models.JSONField(default=list, blank=True)  # [[seconds, losses by name], ...]

    preview = models.FileField(max_length=200, blank=True)
    thumb = models.FileField(max_length=200, blank=True)  # WebP

    class Meta(Stored.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.title} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        return reverse(self.KIND, args=[self.pk])

    title: Any  # a column or a property

    @property
    def folder(self) -> str:
        """Where its files are."""
        raise NotImplementedError

    @property
    def engine_title(self) -> str:
        """Of what works on it."""
        raise NotImplementedError

    @property
    def engine_name(self) -> str:
        """As logs and metrics call it."""
        raise NotImplementedError

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    @property
    def pausable(self) -> bool:
        return self.lane == "slow"

    @property
    def keepable(self) -> bool:
        """Whether a visitor may take what there is for the result."""
        if self.state == self.State.RUNNING:
            return self.pausable
        return self.is_unfinished and bool(self.checkpoint)

    @property
    def position(self) -> int:
        """How many jobs of the same lane, of any kind, come before this one: see limits/line.py."""
        if self.state != self.State.QUEUED:
            return 0
        from gallery.limits.line import Line

        return (self.line or Line(self.lane)).ahead(self)

    def expected_seconds(self, pace: float) -> float:
        """Of work, where one in its lane takes ``pace``."""
        return pace

    @classmethod
    def waiting(cls, lane: str) -> models.QuerySet[Any]:
        """The queue of this kind, whose head has waited longest, without what waits for a newer
        version of the program."""
        waiting = cls.objects.kept().filter(cls.doable(), state=cls.State.QUEUED, lane=lane)
        return waiting.order_by("queued")

    @classmethod
    def doable(cls) -> models.Q:
        """What this version of the program can do."""
        return ~models.Q(pk__in=cls.left)

    @property
    def eta(self) -> float | None:
        """Seconds left, from the pace until the worker was last heard of: both by one clock."""
        if self.state != self.State.RUNNING or not self.step:
            return None
        if not (self.started and self.heartbeat):
            return None
        spent = (self.heartbeat - self.started).total_seconds()
        return round(spent / self.step * max(0, self.total - self.step), 1)

    def file_url(self, name: str) -> str | None:
        """Of one of its files, if it is there; another one when the job has changed."""
        if not getattr(self, name):
            return None
        return reverse(f"{self.KIND}_file", args=[self.pk, name]) + f"?v={self.seq}"

    @property
    def thumb_url(self) -> str | None:
        return self.file_url("thumb")

    def words(self) -> dict[str, Any]:
        """What of a snapshot is read, in the language that is spoken now."""
        return {
            "stage": told(self.stage),
            "error": told(self.error),
            "note": told(self.note),
            "title": self.title,
            "engine_title": self.engine_title,
        }

    def snapshot(self) -> dict[str, Any]:
        """The whole state for a page: never a delta, so that a lost one does no harm."""
        return {
            "id": str(self.pk),
            "kind": self.KIND,
            "url": self.get_absolute_url(),
            "api": self.api_url,
            "state": self.state,
            "position": self.position,
            "step": self.step,
            "total": self.total,
            "eta": self.eta,
            "seq": self.seq,
            "preview": self.file_url("preview") if self.is_unfinished else None,
            "thumb": self.thumb_url if self.state == self.State.DONE else None,
            "width": self.width,
            "height": self.height,
            "colour": self.colour,
            **self.words(),
            "public": self.public,
            "pausable": self.pausable,
            "keepable": self.keepable,
            "pause_requested": self.pause_requested,
            "keep_requested": self.keep_requested,
            "cancel_requested": self.cancel_requested,
            "curve": self.curve if self.is_unfinished else [],
            "created": self.created.isoformat(),
        }

    def snapshot_with_curve(self) -> dict[str, Any]:
        """For the job's own page, where the curve is also of interest afterwards."""
        return self.snapshot() | {"curve": self.curve}

    def change(self, *, where: models.Q | None = None, **values: Any) -> bool:
        """A conditional update of this row; False if ``where`` no longer held.

        Two people, or a person and a worker, may act on one row at once: whoever comes second must
        find out rather than overwrite.
        """
        rows = type(self).objects.filter(where or models.Q(), pk=self.pk)
        changed = rows.update(seq=F("seq") + 1, **values)
        if changed:
            self.refresh_from_db()
        return bool(changed)


def kinds() -> list[type[Job]]:
    """All kinds of jobs: they share the lanes."""
    return Job.__subclasses__()
