"""The shelf of styles: the built-in ones, those a visitor taught, and those that others share."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from gallery.models import Rendering, Style, TaughtStyle
from gallery.owners import Owner
from gallery.titles import painter, style_title
from webstyle.engine.weights import styles

SAMPLES_USER = "webstyle"  # who owns the sample gallery
HERO_STYLE = "great-wave"
SHARED = 60  # of others, the newest


@dataclass(frozen=True)
class Card:
    """A style as the pages show it. Without a card picture yet, ``card_url`` is None."""

    slug: str
    title: str
    artist: str
    year: int
    colour: str = "#888888"
    card_url: str | None = None
    card_width: int = 480
    card_height: int = 320
    own: bool = False  # taught by the visitor
    shared: bool = False  # taught by somebody else
    page_url: str | None = None  # of a taught style

    @property
    def hue(self) -> int:
        """0..359, of the card's mean colour."""
        red, green, blue = (int(self.colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return round(colorsys.rgb_to_hls(red, green, blue)[0] * 359)


def shelf(owner: Owner) -> list[Card]:
    """All that ``owner`` may paint with: own styles first, then the built-in, then shared ones."""
    own = TaughtStyle.objects.of(owner).filter(state=TaughtStyle.State.DONE)
    shared = TaughtStyle.objects.shared(owner)[:SHARED]
    mine = [taught_card(style, own=True) for style in own]
    return mine + built_in() + [taught_card(style, shared=True) for style in shared]


def taught_card(style: TaughtStyle, **whose: bool) -> Card:
    return Card(
        slug=style.ref, title=style.title, artist=style.artist, year=style.year,
        colour=style.colour, card_url=style.thumb_url, card_width=style.width,
        card_height=style.height, page_url=style.get_absolute_url(), **whose,
    )  # fmt: skip


def built_in() -> list[Card]:
    """What each weights file says, joined with the card painted from it."""
    painted = Style.objects.in_bulk()
    cards = []
    for weights in styles().values():
        facts: dict[str, Any] = {}
        if style := painted.get(weights.slug):
            address = reverse("card_file", args=[style.slug]) + f"?v={style.fingerprint[:8]}"
            facts = {"card_url": address, "colour": style.colour}
            facts |= {"card_width": style.card_width, "card_height": style.card_height}
        title, artist = style_title(weights.title), painter(weights.artist)
        cards.append(Card(weights.slug, title, artist, weights.year, **facts))
    return cards


def hero() -> dict[str, Any] | None:
    """Before and after for the front page: one of our own samples, while there is one."""
    shown = Rendering.objects.hung().filter(show_photo=True, owner__username=SAMPLES_USER)
    rendering = shown.filter(recipe__styles__0__0=HERO_STYLE).first() or shown.first()
    if rendering is None:
        return None
    style = rendering.styles[0]
    return {
        "before_url": rendering.photo.view_url,
        "after_url": rendering.view_url,
        "width": rendering.width,
        "height": rendering.height,
        "title": style["title"],
        "artist": style["artist"],
        "url": rendering.get_absolute_url(),
        "picture": rendering,
    }
