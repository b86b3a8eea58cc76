"""Files on their way in."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

from gallery.owned import Owned, OwnedQuerySet

KEPT = timedelta(days=1)  # after the last bytes came


def expiry() -> datetime:
    return timezone.now() + KEPT


class ArrivalQuerySet(OwnedQuerySet):
    def kept(self) -> ArrivalQuerySet:
        """What has not expired."""
        return super().kept().filter(expires__gt=timezone.now())

    def unfinished(self) -> ArrivalQuerySet:
        """Also those whose bytes are all here, until something is made of them."""
        return self.filter(made="")


class Arrival(Owned):
    """A file that comes in pieces. The row says how much of it counts: what a piece that broke off
    left behind it is written over."""

    KIND = "upload"
    width = height = colour = None  # type: ignore[assignment]  # it is no picture yet

    title = models.CharField(max_length=200)  # what the file is called
    metadata = models.CharField(max_length=2_000, blank=True)  # as tus has it
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)  # bytes that are here
    expires = models.DateTimeField(default=expiry, db_index=True)
    made = models.CharField(max_length=60, blank=True)  # of it: kind and id, as in "photo 0b5c..."

    objects = ArrivalQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(offset__lte=F("length")), name="no_longer")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def folder(self) -> str:
        return f"uploads/{self.pk}"  # in the storage it has no files

    @property
    def path(self) -> Path:
        return Path(settings.UPLOAD_ROOT) / f"{self.pk}.part"

    @property
    def is_whole(self) -> bool:
        return self.offset == self.length

    def change(self, where: models.Q | None = None, **values: Any) -> bool:
        """One UPDATE: False if the row is gone, or is not as ``where`` has it."""
        rows = type(self).objects.filter(where or models.Q(), pk=self.pk)
        if not rows.update(**values):
            return False
        self.refresh_from_db()
        return True


def forget_file(sender: Any, instance: Arrival, **kwargs: Any) -> None:
    """However the row goes: with the account, by a sweep or by its owner's wish. A row that a
    rollback brings back is one without a file: its upload begins anew."""
    instance.path.unlink(missing_ok=True)


models.signals.post_delete.connect(forget_file, Arrival)
