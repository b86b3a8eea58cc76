"""Photos, paintings and renderings. A rendering's row is the job: there is no other queue."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from gallery.owned import Owned, OwnedQuerySet, Upload
from gallery.owners import Owner
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import PAINTING, Recipe, is_painting
from webstyle.engine.registry import get_engine
from webstyle.engine.weights import get_style

UNDO_TIME = timedelta(hours=1)  # how long a deleted thing can be brought back
SHEET = "sheet"  # the engine whose pictures are many mixtures at once


class PaintingQuerySet(OwnedQuerySet):
    def usable(self, owner: Owner) -> Self:
        """What ``owner`` may paint with: the owner's own and what others share."""
        mine = models.Q(**owner.fields) if owner else models.Q(pk__in=[])
        return self.kept().filter(mine | models.Q(public=True))

    def named(self, owner: Owner, name: str) -> Painting | None:
        """The one that a recipe calls ``painting:NAME``, if ``owner`` may use it."""
        try:
            found: Painting | None = self.usable(owner).filter(pk=uuid.UUID(name)).first()
        except ValueError:
            return None
        return found


class OnPhotoQuerySet(OwnedQuerySet):
    def kept(self) -> Self:
        """With a photo its pictures and masks are deleted too."""
        return super().kept().filter(photo__deleted__isnull=True)


class Photo(Upload):
    """What is painted."""

    KIND = "photo"

    def get_absolute_url(self) -> str:
        return reverse("studio", args=[self.pk])

    def to_json(self) -> dict[str, Any]:
        return super().to_json() | {"url": self.get_absolute_url()}


class Painting(Upload):
    """A painting of a visitor's, to paint photos after; ``public``: others may see and use it."""

    KIND = "painting"

    artist = models.CharField(max_length=120, blank=True)
    public = models.BooleanField(default=False)

    objects = PaintingQuerySet.as_manager()  # type: ignore[misc]

    def get_absolute_url(self) -> str:
        return reverse("mine")  # it has no page of its own

    @property
    def ref(self) -> str:
        """Its name as a style of a recipe."""
        return f"{PAINTING}{self.pk}"

    def to_json(self) -> dict[str, Any]:
        own = {"ref": self.ref, "artist": self.artist, "public": self.public}
        return super().to_json() | own


class Mask(Upload):
    """Where on a photo a style goes: white is all of it, black nothing."""

    KIND = "mask"

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="masks")

    objects = OnPhotoQuerySet.as_manager()  # type: ignore[misc]


class Rendering(Owned):
    """One picture of one photo by one recipe, from the wish to the result."""

    KIND = "picture"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Painting"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    ACTIVE = (State.QUEUED, State.RUNNING)
    UNFINISHED = (*ACTIVE, State.PAUSED)

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="renderings")
    recipe = models.JSONField()
    engine = models.CharField(max_length=40, default="stylebank")  # as in the recipe
    # Style -> title and artist when it was asked for: a painting may be deleted afterwards.
    styles_named = models.JSONField(default=dict, blank=True)
    public = models.BooleanField(default=False)
    show_photo = models.BooleanField(default=False)  # to everybody, beside the result
    published = models.DateTimeField(null=True, blank=True)

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    lane = models.CharField(max_length=10, default="fast")
    queued = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
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
    spent = models.FloatField(default=0)  # seconds of painting that are in the checkpoint
    curve = models.JSONField(default=list, blank=True)  # [[seconds, losses by name], ...]

    preview = models.FileField(max_length=200, blank=True)
    result = models.FileField(max_length=200, blank=True)  # PNG
    view = models.FileField(max_length=200, blank=True)  # WebP, full size
    thumb = models.FileField(max_length=200, blank=True)  # WebP

    objects = OnPhotoQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["lane", "queued"], condition=models.Q(state="queued"),
                         name="waiting"),
            models.Index(fields=["lease_until"], condition=models.Q(state="running"),
                         name="running"),
            models.Index(fields=["-published"], condition=models.Q(public=True), name="public"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        return reverse("picture", args=[self.pk])

    @property
    def folder(self) -> str:
        return f"renderings/{self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    @property
    def styles(self) -> list[dict[str, Any]]:
        """The styles of the recipe with their weights and shares, and whether a mask keeps them to
        a region; one that is gone keeps its name."""
        total = sum(weight for _, weight in self.recipe["styles"])
        masked = dict(self.recipe.get("masks", ()))
        return [
            {"slug": slug, **self.name_of(slug), "weight": weight, "share": weight / total,
             "region": slug in masked}
            for slug, weight in self.recipe["styles"]
        ]  # fmt: skip

    def name_of(self, style: str) -> dict[str, str]:
        named: dict[str, str] | None = self.styles_named.get(style)
        try:
            return named or {"title": get_style(style).title, "artist": get_style(style).artist}
        except EngineError:
            return {"title": "A painting" if is_painting(style) else style, "artist": ""}

    @property
    def title(self) -> str:
        styles = " + ".join(style["title"] for style in self.styles)
        return f"Sheet: {styles}" if self.engine == SHEET else styles

    @property
    def caption(self) -> str:
        """A default text for those who cannot see the picture."""
        styles = " and ".join(style["title"] for style in self.styles)
        if self.engine == SHEET:
            return f"Many paintings of one photo, between {styles}"
        return f"A photo painted in the style of {styles}"

    @property
    def size(self) -> int:
        return int(self.recipe["size"])

    @property
    def strength(self) -> float:
        return float(self.recipe["strength"])

    @property
    def keep_color(self) -> bool:
        return bool(self.recipe["keep_color"])

    def _file_url(self, kind: str) -> str | None:
        if not getattr(self, kind):
            return None
        return reverse("picture_file", args=[self.pk, kind]) + f"?v={self.seq}"

    @property
    def view_url(self) -> str | None:
        return self._file_url("view")

    @property
    def thumb_url(self) -> str | None:
        return self._file_url("thumb")

    @property
    def params(self) -> dict[str, Any]:
        """Of the engine: those that are not left as they are."""
        return dict(self.recipe.get("params") or {})

    @property
    def engine_title(self) -> str:
        """Imports the engine, and torch with it."""
        try:
            return get_engine(self.engine).title
        except EngineError:
            return self.engine

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
        """How many jobs of the same lane are waiting ahead of this one."""
        if self.state != self.State.QUEUED:
            return 0
        waiting = Rendering.objects.kept().filter(state=self.State.QUEUED, lane=self.lane)
        return waiting.filter(queued__lt=self.queued).count()

    @property
    def eta(self) -> float | None:
        """Seconds left, from the pace so far."""
        if self.state != self.State.RUNNING or not self.step or not self.started:
            return None
        spent = (timezone.now() - self.started).total_seconds()
        return round(spent / self.step * max(0, self.total - self.step), 1)

    def snapshot(self) -> dict[str, Any]:
        """The whole state for a page: never a delta, so that a lost one does no harm."""
        done = self.state == self.State.DONE
        return {
            "id": str(self.pk),
            "url": self.get_absolute_url(),
            "photo": str(self.photo_id),
            "studio": reverse("studio", args=[self.photo_id]),
            "state": self.state,
            "position": self.position,
            "step": self.step,
            "total": self.total,
            "stage": self.stage,
            "eta": self.eta,
            "seq": self.seq,
            "error": self.error,
            "preview": self._file_url("preview") if self.is_unfinished else None,
            "thumb": self.thumb_url if done else None,
            "view": self.view_url if done else None,
            "width": self.width,
            "height": self.height,
            "colour": self.colour,
            "title": self.title,
            "styles": self.styles,
            "engine": self.engine,
            "engine_title": self.engine_title,
            "params": self.params,
            "size": self.size,
            "strength": self.strength,
            "keep_color": self.keep_color,
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
        """For the picture's own page, where the curve is also of interest afterwards."""
        return self.snapshot() | {"curve": self.curve}

    def change(self, *, where: models.Q | None = None, **values: Any) -> bool:
        """A conditional update of this row; False if ``where`` no longer held.

        Two people, or a person and a worker, may act on one row at once: whoever comes second must
        find out rather than overwrite.
        """
        rows = Rendering.objects.filter(where or models.Q(), pk=self.pk)
        changed = rows.update(seq=F("seq") + 1, **values)
        if changed:
            self.refresh_from_db()
        return bool(changed)

    def parsed_recipe(self) -> Recipe:
        return Recipe.from_json(self.recipe)


Work = Photo | Painting | Rendering


class Style(models.Model):
    """A built-in style's card: the style on a sample photograph, made by ``make_samples``.

    What the style is (title, artist, weights) stands in its weights file; here is only what has to
    be painted first. ``fingerprint`` is that of the weights the card was painted with.
    """

    slug = models.SlugField(primary_key=True)
    fingerprint = models.CharField(max_length=64)
    card = models.FileField(max_length=200)
    card_width = models.PositiveIntegerField()
    card_height = models.PositiveIntegerField()
    colour = models.CharField(max_length=7)

    def __str__(self) -> str:
        return self.slug
