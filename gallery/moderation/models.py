"""Reports, bans, and the trail of what was decided. Part of gallery.models."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.moderation.moderated import Reason, in_words
from gallery.owners import Owner

WORDS = 1000  # letters
# What can be reported, and the column of a report that names it.
COLUMNS = {
    "picture": "rendering", "comment": "comment", "album": "album", "painting": "painting",
    "style": "style", "member": "profile",
}  # fmt: skip


def names_only(column: str) -> Q:
    return Q(**{f"{other}__isnull": other != column for other in COLUMNS.values()})


def thing_column(model: str, related_name: str = "reports") -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        f"gallery.{model}", models.CASCADE, null=True, blank=True, related_name=related_name
    )


class ReportQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        return self.filter(handled=None)

    def about(self, thing: Any) -> Self:
        return self.filter(**{COLUMNS[thing.KIND]: thing.pk})


class Report(models.Model):
    """Somebody finds that a thing should not be here; the moderators decide.

    What it is about is one of several columns, of which one is set: so it goes with the thing.
    """

    Reason = Reason

    rendering = thing_column("Rendering")
    comment = thing_column("Comment")
    album = thing_column("Album")
    painting = thing_column("Painting")
    style = thing_column("TaughtStyle")
    profile = thing_column("Profile")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=10, choices=Reason.choices)
    words = models.TextField(max_length=WORDS, blank=True)
    created = models.DateTimeField(default=timezone.now)
    handled = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, blank=True)  # what was decided: an action

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-created",)
        permissions = [("moderate", "May decide about what is reported, and ban")]
        constraints = [
            models.CheckConstraint(
                condition=reduce(or_, map(names_only, COLUMNS.values())), name="report_of_one"
            )
        ]

    def __str__(self) -> str:
        return self.get_reason_display()

    @property
    def thing(self) -> Any:
        return next(thing for name in COLUMNS.values() if (thing := getattr(self, name)))


class BanQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """Those that hold now."""
        lasts = Q(until__isnull=True) | Q(until__gt=timezone.now())
        return self.filter(lasts, lifted__isnull=True)

    def of(self, owner: Owner) -> Self:
        return self.filter(**owner.fields) if owner else self.none()


class Ban(models.Model):
    """Of a member, or of the guest with this session key. A member's goes with the account."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="bans"
    )
    guest = models.CharField(max_length=64, blank=True, db_index=True)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    hides = models.BooleanField(default=True)  # what they published, as long as it lasts
    created = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)  # empty: for good
    lifted = models.DateTimeField(null=True, blank=True)
    # Of a guest: where from, once they come again. Never the address itself: see addresses.py.
    by_address = models.BooleanField(default=False)
    address = models.CharField(max_length=64, blank=True, db_index=True)
    address_until = models.DateTimeField(null=True, blank=True)

    objects = BanQuerySet.as_manager()

    class Meta:
        ordering = ("-created",)
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(lifted=None), name="banned_once"
            ),
            models.UniqueConstraint(
                fields=["guest"], condition=Q(lifted=None) & ~Q(guest=""), name="guest_banned_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"ban {self.pk}"  # the log of the admin pages keeps it

    @property
    def owned_by(self) -> Owner:
        return Owner(self.owner_id, self.guest)

    @property
    def told_reason(self) -> str:
        return in_words(self.reason)

    @property
    def stands(self) -> bool:
        return self.lifted is None and (self.until is None or self.until > timezone.now())


class FrozenError(TypeError):
    """Somebody tries to change what was written down."""

    def __init__(self) -> None:
        super().__init__("The trail is only added to: note what is done now as an entry of its own")


class TrailQuerySet(models.QuerySet[Any]):
    """Adds, and changes nothing. What a member who leaves takes along is in trail.py."""

    def update(self, **values: Any) -> int:
        raise FrozenError

    def delete(self) -> Any:
        raise FrozenError

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("update_conflicts"):
            raise FrozenError
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise FrozenError


class TrailEntry(models.Model):
    """One thing that was done by a moderator, or on the admin pages, and why.

    No address of where they sat is kept. Who or what it was about is a kind, an id and a title: the
    thing itself may be gone.
    """

    class Action(models.TextChoices):
        LEFT = "left", "Left as it is"
        HIDDEN = "hidden", "Hidden"
        RESTORED = "restored", "Restored"
        WITHDRAWN = "withdrawn", "Taken down"
        ERASED = "erased", "Erased"
        BANNED = "banned", "Banned"
        LIFTED = "lifted", "Ban lifted"
        ADDED = "added", "Added in /admin/"
        CHANGED = "changed", "Changed in /admin/"
        DELETED = "deleted", "Deleted in /admin/"

    class Role(models.TextChoices):
        MODERATOR = "moderator", "moderator"
        STAFF = "staff", "staff"
        SUPERUSER = "superuser", "superuser"
        SITE = "site", "the site itself"

    when = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=10, choices=Role.choices)  # stays when the actor has left
    action = models.CharField(max_length=10, choices=Action.choices)
    kind = models.CharField(max_length=40)
    target = models.CharField(max_length=64, blank=True)  # its id
    title = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    words = models.CharField(max_length=WORDS, blank=True)  # for other moderators
    # Whose it is: for the history of one owner.
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    guest = models.CharField(max_length=64, blank=True, db_index=True)

    objects = TrailQuerySet.as_manager()

    class Meta:
        ordering = ("-when", "-pk")
        verbose_name_plural = "trail entries"
        indexes = [models.Index(fields=["kind", "target"], name="trail_of_thing")]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise FrozenError
        kwargs["force_insert"] = True  # an id that is taken already changes nothing
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise FrozenError

    @property
    def told_reason(self) -> str:
        return in_words(self.reason)
