"""What walls are made from. Part of gallery.models; kept up to date by listing.py."""

from __future__ import annotations

from django.conf import settings
from django.db import models

KEY = 80  # letters of a facet


class Listing(models.Model):
    """A picture that hangs, in one narrow row: to page through and to search, no wide row of a
    picture is read. There is none for a picture that others may not see."""

    rendering = models.OneToOneField(
        "gallery.Rendering", models.CASCADE, primary_key=True, related_name="listing"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    published = models.DateTimeField()
    text = models.TextField()  # what is searched, in the spelling of search.plain

    class Meta:
        ordering = ("-published", "-pk")
        indexes = [models.Index(fields=["-published", "-rendering"], name="listing_newest")]

    def __str__(self) -> str:
        return f"listing {self.pk}"


class Facet(models.Model):
    """What a picture that hangs is found by: ``style:SLUG``, ``tag:WORD``, ``by:USER``."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="facets", db_index=False)
    key = models.CharField(max_length=KEY)
    published = models.DateTimeField()  # as the listing's: one index filters and orders

    class Meta:
        ordering = ("-published", "-listing_id")  # not "-listing": that is the listing's own order
        constraints = [models.UniqueConstraint(fields=["listing", "key"], name="facet_once")]
        indexes = [models.Index(fields=["key", "-published", "-listing"], name="facet_newest")]

    def __str__(self) -> str:
        return f"{self.key} of {self.listing_id}"
