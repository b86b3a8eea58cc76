"""Albums and what people say and mark about pictures. Part of gallery.models."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.moderation.moderated import Moderated, shown
from gallery.owned import Owned, OwnedQuerySet
from gallery.owners import Owner

MAX_PICTURES = 200  # in one album
TITLE, ABOUT, WORDS = 120, 300, 1000  # letters


class AlbumQuerySet(OwnedQuerySet):
    def hung(self) -> Self:
        """What everybody may find."""
        return self.kept().filter(shown(), visibility=Album.Visibility.PUBLIC)


class Album(Owned, Moderated):
    """Pictures of one owner in an order. It shows others only those of them that are published."""

    KIND = "album"

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only me")
        UNLISTED = "unlisted", _("Whoever has the address")
        PUBLIC = "public", _("Everybody")

    title = models.CharField(max_length=TITLE)
    description = models.CharField(max_length=WORDS, blank=True)
    cover = models.ForeignKey(
        "gallery.Rendering", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    visibility = models.CharField(
        max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )

    objects = AlbumQuerySet.as_manager()  # type: ignore[misc]

    shown: Any  # the picture on its card, and
    count: int  # how many there are: for one visitor, by albums.hang_covers

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("album", args=[self.pk])

    @property
    def folder(self) -> str:
        """It has no files; this is where they would be."""
        return f"albums/{self.pk}"

    @property
    def contents(self) -> dict[str, Any]:
        """For the export: what is in it, in its order."""
        pictures = self.items.values_list("rendering", flat=True)
        return {"title": self.title, "pictures": [str(pk) for pk in pictures]}


class AlbumItem(models.Model):
    album = models.ForeignKey(Album, models.CASCADE, related_name="items")
    rendering = models.ForeignKey("gallery.Rendering", models.CASCADE, related_name="album_items")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ("position", "pk")
        constraints = [models.UniqueConstraint(fields=["album", "rendering"], name="once_in_album")]

    def __str__(self) -> str:
        return f"{self.position} in {self.album_id}"


class Tag(models.Model):
    """A word on a picture. There is no list of words: a tag is there while a picture has it."""

    rendering = models.ForeignKey("gallery.Rendering", models.CASCADE, related_name="tag_rows")
    word = models.CharField(max_length=32, db_index=True)

    class Meta:
        ordering = ("pk",)  # as they were given
        constraints = [models.UniqueConstraint(fields=["rendering", "word"], name="tag_once")]

    def __str__(self) -> str:
        return self.word


class Profile(Moderated):
    """What a member tells of themselves. Who never changed it has none: then the defaults hold."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="profile"
    )
    about = models.CharField(max_length=ABOUT, blank=True)
    named = models.BooleanField(default=True)  # beside what they publish and say

    KIND = "member"
    guest, deleted = "", None  # as other things of somebody's have them

    def __str__(self) -> str:
        return f"profile {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.title])

    @property
    def title(self) -> str:
        return str(self.user.get_username())

    @property
    def owner(self) -> Any:
        return self.user

    @property
    def owner_id(self) -> int:
        return int(self.pk)

    @property
    def owned_by(self) -> Owner:
        return Owner(user_id=self.pk)


class Favourite(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="favourites")
    rendering = models.ForeignKey("gallery.Rendering", models.CASCADE, related_name="favourites")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-created",)
        constraints = [models.UniqueConstraint(fields=["user", "rendering"], name="liked_once")]
        indexes = [models.Index(fields=["created", "rendering"], name="liked_lately")]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.rendering_id}"


class Comment(Owned, Moderated):
    """What a member says about a picture. Gone for good when it is removed."""

    KIND = "comment"

    rendering = models.ForeignKey("gallery.Rendering", models.CASCADE, related_name="comments")
    text = models.TextField(max_length=WORDS)

    removable: bool  # by one visitor: set by beside.comments

    class Meta(Owned.Meta):
        ordering = ("created",)

    def __str__(self) -> str:
        return f"comment {self.pk}"  # the log of the admin pages keeps it for good

    def get_absolute_url(self) -> str:
        return f"{self.rendering.get_absolute_url()}#comment-{self.pk}"

    @property
    def title(self) -> str:
        return self.text[:60]

    @property
    def folder(self) -> str:
        """It has no files; this is where they would be."""
        return f"comments/{self.pk}"
