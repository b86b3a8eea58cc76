"""What operators are shown, and what outlives the rows it was counted from. Part of
gallery.models; nothing here says anything of a visitor, but for the errors: see errors.forget."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Presence(models.Model):
    """A process of the site that is at work: it writes this row anew every few seconds."""

    name = models.CharField(max_length=100, primary_key=True)  # host:pid, as jobs name their worker
    serves = models.BooleanField(default=False)  # pages
    lanes = models.JSONField(default=list)  # that it paints; none: it only serves
    device = models.CharField(max_length=20, blank=True)
    gpu_used = models.BigIntegerField(null=True)  # bytes, of the whole device
    gpu_total = models.BigIntegerField(null=True)
    started = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now, db_index=True)
    jobs = models.PositiveIntegerField(default=0)  # that it worked on
    sockets = models.PositiveIntegerField(default=0)  # that are open
    # Jobs in its lanes that it cannot do, by lane: they wait for a worker of a newer version.
    beyond = models.JSONField(null=True)
    version = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("name",)
        permissions = [("operate", "Can see the operators' page")]

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """A sum that only grows: counted from rows it would shrink when they are deleted."""

    key = models.CharField(max_length=200, primary_key=True)  # see tally.py
    value = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.value:g}"


class Note(models.Model):
    """Something that takes long to find out, as of when it was found out: what the storage holds,
    what the last cleanup did."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    value = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class ErrorEntry(models.Model):
    """One of the last errors in the log. There are never more than errors.KEPT."""

    at = models.DateTimeField(default=timezone.now)
    logger = models.CharField(max_length=100)
    message = models.CharField(max_length=500)
    trace = models.TextField(blank=True)  # its end
    request = models.CharField(max_length=64, blank=True)
    job = models.CharField(max_length=36, blank=True)
    process = models.CharField(max_length=100)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.logger}: {self.message[:60]}"
