"""What photos, paintings and renderings have in common: somebody owns them."""

from __future__ import annotations

import contextlib
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from gallery.moderation.moderated import Moderated
from gallery.owners import Owner


class OwnedQuerySet(models.QuerySet[Any]):
    def of(self, owner: Owner) -> Self:
        """What belongs to ``owner`` and is not deleted; nothing for a newcomer."""
        return self.kept().filter(**owner.fields) if owner else self.none()

    def kept(self) -> Self:
        """Neither deleted nor taken down by the moderators."""
        rows = self.filter(deleted__isnull=True)
        if issubclass(self.model, Moderated):
            rows = rows.filter(withdrawn__isnull=True)
        return rows


class Owned(models.Model):
    """A picture of somebody's: of a user's or of the guest's with this session key."""

    KIND = ""  # what it is: in names of addresses, and as told to a visitor

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
    def api_url(self) -> str:
        """Its address for programs, and for the scripts of the pages."""
        return reverse(f"v1:{self.KIND}", args=[self.pk])

    @property
    def owned_by(self) -> Owner:
        return Owner(self.owner_id, self.guest)

    @property
    def maker(self) -> str:
        """The member's name, for all to see: none for a guest, or who would rather not be named."""
        return shown_name(self.owner)


def shown_name(user: Any) -> str:
    """As pages call a member; empty for nobody, for who chose not to be named, and for whom the
    moderators hide."""
    if user is None or not user.is_active:
        return ""
    profile = getattr(user, "profile", None)  # whoever never changed it has none
    named = profile is None or (profile.named and profile.is_shown)
    return str(user.get_username()) if named else ""


class Stored(Owned):
    """One with files that take room."""

    SCRATCH: tuple[str, ...] = ()  # columns of files that are not kept
    bytes = models.BigIntegerField(default=0)  # of its files together

    class Meta(Owned.Meta):
        abstract = True

    def save(self, **kwargs: Any) -> None:
        if self._state.adding and not self.bytes:
            self.bytes = self.measured()
        super().save(**kwargs)

    def measured(self) -> int:
        """What its files take in the storage."""
        size = 0
        for field in self._meta.fields:
            if isinstance(field, models.FileField) and field.name not in self.SCRATCH:
                file = getattr(self, field.name)
                with contextlib.suppress(FileNotFoundError):
                    size += file.size if file else 0
        return size


class Upload(Stored):
    """An upload, re-encoded: ``original`` (JPEG, full size), ``view`` and ``thumb`` (WebP)."""

    KIND = ""  # with an s, of folders too

    title = models.CharField(max_length=120)
    original = models.FileField(max_length=200)
    view = models.FileField(max_length=200)
    thumb = models.FileField(max_length=200)

    class Meta(Stored.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def folder(self) -> str:
        return f"{self.KIND}s/{self.pk}"

    @property
    def view_url(self) -> str:
        return reverse(f"{self.KIND}_file", args=[self.pk, "view"])

    @property
    def thumb_url(self) -> str:
        return reverse(f"{self.KIND}_file", args=[self.pk, "thumb"])

    def to_json(self) -> dict[str, Any]:
        return {
            "id": str(self.pk),
            "view": self.view_url,
            "thumb": self.thumb_url,
            "width": self.width,
            "height": self.height,
            "colour": self.colour,
            "title": self.title,
        }
