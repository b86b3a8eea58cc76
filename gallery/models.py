"""Photos and renderings. A rendering's row is the job itself: there is no other queue."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from gallery.owners import Owner
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import Recipe
from webstyle.engine.weights import get_style

UNDO_TIME = timedelta(hours=1)  # how long a deleted thing can be brought back


class OwnedQuerySet(models.QuerySet[Any]):
    def of(self, owner: Owner) -> Self:
        """What belongs to ``owner`` and is not deleted; nothing for a newcomer."""
        return self.kept().filter(**owner.fields) if owner else self.none()

    def kept(self) -> Self:
        return self.filter(deleted__isnull=True)


class RenderingQuerySet(OwnedQuerySet):
    def kept(self) -> Self:
        """With a photo its pictures are deleted too."""
        return super().kept().filter(photo__deleted__isnull=True)


class Owned(models.Model):
    """A picture of somebody's: of a user's or of the guest's with this session key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)
    guest = models.CharField(max_length=64, blank=True, db_index=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    colour = models.CharField(max_length=7, default="#888888")  # the mean, #rrggbb
    created = models.DateTimeField(default=timezone.now, db_index=True)
    deleted = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("-created",)

    def belongs_to(self, owner: Owner) -> bool:
        return bool(owner) and owner == Owner(self.owner_id, self.guest)

    @property
    def owned_by(self) -> Owner:
        return Owner(self.owner_id, self.guest)


class Photo(Owned):
    """An upload, re-encoded: ``original`` (JPEG, full size), ``view`` and ``thumb`` (WebP)."""

    title = models.CharField(max_length=120)
    original = models.FileField(max_length=200)
    view = models.FileField(max_length=200)
    thumb = models.FileField(max_length=200)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("studio", args=[self.pk])

    @property
    def view_url(self) -> str:
        return reverse("photo_file", args=[self.pk, "view"])

    @property
    def thumb_url(self) -> str:
        return reverse("photo_file", args=[self.pk, "thumb"])

    def to_json(self) -> dict[str, Any]:
        return {
            "id": str(self.pk),
            "url": self.get_absolute_url(),
            "view": self.view_url,
            "thumb": self.thumb_url,
            "width": self.width,
            "height": self.height,
            "colour": self.colour,
            "title": self.title,
        }


class Rendering(Owned):
    """One painting of one photo by one recipe, from the wish to the result."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Painting"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    ACTIVE = (State.QUEUED, State.RUNNING)

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="renderings")
    recipe = models.JSONField()
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
    step = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    stage = models.CharField(max_length=80, blank=True)
    seq = models.PositiveIntegerField(default=0)  # grows with every change a page should see
    error = models.TextField(blank=True)
    seconds = models.FloatField(null=True, blank=True)

    preview = models.FileField(max_length=200, blank=True)
    result = models.FileField(max_length=200, blank=True)  # PNG
    view = models.FileField(max_length=200, blank=True)  # WebP, full size
    thumb = models.FileField(max_length=200, blank=True)  # WebP

    objects = RenderingQuerySet.as_manager()  # type: ignore[misc]

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
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def styles(self) -> list[dict[str, Any]]:
        """The styles of the recipe with their shares; a style that is gone keeps its slug."""
        found = []
        for slug, weight in self.recipe["styles"]:
            try:
                title, artist = get_style(slug).title, get_style(slug).artist
            except EngineError:
                title, artist = slug, ""
            found.append({"slug": slug, "title": title, "artist": artist, "weight": weight})
        return found

    @property
    def title(self) -> str:
        return " + ".join(style["title"] for style in self.styles)

    @property
    def caption(self) -> str:
        """A default text for those who cannot see the picture."""
        return f"A photo painted in the style of {self.title}"

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
            "preview": self._file_url("preview") if self.is_active else None,
            "thumb": self.thumb_url if done else None,
            "view": self.view_url if done else None,
            "width": self.width,
            "height": self.height,
            "colour": self.colour,
            "title": self.title,
            "styles": self.styles,
            "size": self.size,
            "strength": self.strength,
            "keep_color": self.keep_color,
            "public": self.public,
            "cancel_requested": self.cancel_requested,
            "created": self.created.isoformat(),
        }

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


Work = Photo | Rendering


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
