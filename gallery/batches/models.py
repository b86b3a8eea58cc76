"""Pictures that were asked for together."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from gallery.owned import Owned


class Batch(Owned):
    """What belongs to it is said by ``Rendering.batch``; deleted, it leaves its pictures alone."""

    KIND = "batch"

    title = models.CharField(max_length=120)
    styles = models.JSONField(default=list)  # as recipes call them, in the order of the columns

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("batch", args=[self.pk])

    @property
    def folder(self) -> str:
        return f"batches/{self.pk}"  # it has no files
