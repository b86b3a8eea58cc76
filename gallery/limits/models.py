"""What somebody used today. Part of gallery.models; written by usage.py."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gallery.owners import Owner


class Usage(models.Model):
    """One owner's day. It says nothing of what was made, so deleting that gives nothing back.

    Kept until the day is over. ``address`` is the key of where a guest came from that day, so that
    a guest without cookies is not a new one for every limit.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, db_index=False
    )
    guest = models.CharField(max_length=64, blank=True)
    day = models.DateField()
    address = models.CharField(max_length=32, blank=True)

    pictures = models.PositiveIntegerField(default=0)  # asked for
    styles = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)  # of files that were kept
    seconds = models.FloatField(default=0)  # of work
    # When a job of theirs last began or ended in a lane: who waited longest since is next.
    fast_turn = models.DateTimeField(null=True, blank=True)
    slow_turn = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "day"], condition=Q(owner__isnull=False),
                                    name="usage_of_member"),
            models.UniqueConstraint(fields=["guest", "day"], condition=~Q(guest=""),
                                    name="usage_of_guest"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["day", "address"], condition=~Q(address=""), name="usage_from")
        ]
        permissions = [("unlimited", "Works without quotas")]

    def __str__(self) -> str:
        return f"usage on {self.day}"

    @property
    def owned_by(self) -> Owner:
        return Owner(self.owner_id, self.guest)
