"""A link to one picture or album: whoever has it sees that, and nothing else of its owner's."""

from __future__ import annotations

import secrets
from typing import Any, Self

from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from gallery.job import Job
from gallery.moderation.moderated import shown
from gallery.owned import Owned, OwnedQuerySet


def new_token() -> str:
    """128 random bits: nobody guesses it, and it says nothing of what it shows."""
    return secrets.token_urlsafe(16)


class ShareLinkQuerySet(OwnedQuerySet):
    def live(self) -> Self:
        """Not revoked, not expired, and what it shows is still there. One that is used up is among
        them: whoever was let in before may still look."""
        lasts = Q(expires__isnull=True) | Q(expires__gt=timezone.now())
        picture = Q(
            shown("rendering__"), rendering__isnull=False, rendering__deleted__isnull=True,
            rendering__photo__deleted__isnull=True, rendering__photo__withdrawn__isnull=True,
            rendering__state=Job.State.DONE,
        )  # fmt: skip
        album = Q(shown("album__"), album__isnull=False, album__deleted__isnull=True)
        return self.kept().filter(lasts & (picture | album))


class ShareLink(Owned):
    """Deleted is revoked: for an hour it can be brought back, as anything else.

    What it shows is one of several columns, of which one is set: a picture, or an album with all
    of its finished pictures, published or not.
    """

    KIND = "link"

    rendering = models.ForeignKey(
        "gallery.Rendering", models.CASCADE, null=True, blank=True, related_name="links"
    )
    album = models.ForeignKey(
        "gallery.Album", models.CASCADE, null=True, blank=True, related_name="links"
    )
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    expires = models.DateTimeField(null=True, blank=True)
    password = models.CharField(max_length=128, blank=True)  # hashed
    view_limit = models.PositiveIntegerField(null=True, blank=True)
    views = models.PositiveIntegerField(default=0)  # one a visitor
    allow_download = models.BooleanField(default=False)
    show_owner = models.BooleanField(default=False)
    show_photo = models.BooleanField(default=False)

    objects = ShareLinkQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(rendering__isnull=True) | Q(album__isnull=True), name="link_shows_one"
            )
        ]

    def __str__(self) -> str:
        return f"A link to {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("share", args=[self.token])

    @property
    def folder(self) -> str:
        return f"links/{self.pk}"  # it has no files

    @property
    def title(self) -> str:
        return str(self.rendering.title) if self.rendering else str(self.album or "")

    @property
    def shows(self) -> Any:
        """What it shows: for its owner."""
        return self.rendering or self.album

    @property
    def picture(self) -> Any:
        """For its owner's list: of an album its cover, once ``albums.hang_covers`` has found it."""
        return self.rendering or getattr(self.album, "shown", None)

    @property
    def has_door(self) -> bool:
        """Whether one has to knock. What previews links for chats does not: so it neither sees the
        picture nor uses up a view."""
        return bool(self.password or self.view_limit)

    @property
    def used_up(self) -> bool:
        return self.view_limit is not None and self.views >= self.view_limit

    @property
    def state(self) -> str:
        """For its owner: a code, and English."""
        if self.deleted:
            return gettext_noop("Revoked")
        if self.album:
            if self.album.deleted:
                return gettext_noop("Its album is deleted")
            if self.album.is_shown:
                return self.lasting
            return gettext_noop("Its album is hidden by the moderators")
        if self.rendering is None or self.rendering.deleted or self.rendering.photo.deleted:
            return gettext_noop("Its picture is deleted")
        if self.rendering.withdrawn:
            return gettext_noop("Its picture was taken down by the moderators")
        if not self.rendering.is_shown:
            return gettext_noop("Its picture is hidden by the moderators")
        return self.lasting

    @property
    def lasting(self) -> str:
        """Its state, as far as it hangs on the link alone."""
        if self.expires and self.expires <= timezone.now():
            return gettext_noop("Expired")
        return gettext_noop("Used up") if self.used_up else gettext_noop("Open")

    @property
    def is_open(self) -> bool:
        return self.state == "Open"

    def set_password(self, password: str) -> None:
        self.password = make_password(password) if password else ""

    def opens_with(self, password: str) -> bool:
        return not self.password or check_password(password, self.password)

    def count_view(self) -> bool:
        """One view more, if there is one left. In one statement: two visitors never share the last
        one."""
        room = Q(view_limit__isnull=True) | Q(views__lt=F("view_limit"))
        rows: Any = type(self).objects.filter(room, pk=self.pk)
        return bool(rows.update(views=F("views") + 1))
