"""A mixture in an address, to be sent to a friend.

``?mix=starry-night:40,taught:NAME:60&strength=80&keep=1&size=1024``: whole numbers. An address is
typed, cut short and passed on: what cannot be read or is not there is left out, and no error. So is
a style that whoever opens it may not use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from gallery.forms import SIZES
from gallery.named import find_learned, find_style
from gallery.owners import Owner
from webstyle.engine.recipe import Recipe

MAX_STYLES = 4
FIRST = (("starry-night", 50), ("great-wave", 50))  # of a page that nobody has changed yet


@dataclass(frozen=True)
class Mix:
    """Styles with weights 0..100, not all 0, in the order of their sliders; strength 0..100."""

    styles: tuple[tuple[str, int], ...] = FIRST
    strength: int = 100
    keep_color: bool = False
    size: int = Recipe.size

    def to_query(self) -> str:
        """What is as usual is left out."""
        given: dict[str, Any] = {"mix": ",".join(f"{slug}:{w}" for slug, w in self.styles)}
        if self.strength != Mix.strength:
            given["strength"] = self.strength
        if self.keep_color:
            given["keep"] = 1
        if self.size != Mix.size:
            given["size"] = self.size
        return urlencode(given, safe=":,")

    def to_json(self, owner: Owner) -> dict[str, Any]:
        """For the page of ``owner``."""
        named = [(find_style(owner, slug), weight) for slug, weight in self.styles]
        return {
            "styles": [
                {"slug": style.ref, **style.shown, "card_url": style.card_url, "weight": weight}
                for style, weight in named
            ],
            "strength": self.strength,
            "keep_color": self.keep_color,
            "size": self.size,
            "query": self.to_query(),
        }  # fmt: skip


def parse(query: QueryDict, owner: Owner) -> Mix:
    """As ``owner`` may have it."""
    found: dict[str, int] = {}
    for part in query.get("mix", "").split(","):
        name, _, text = part.rpartition(":")  # there is a colon in the name of a taught style
        weight = percent(text)
        if weight is not None and len(found) < MAX_STYLES and (style := find_learned(owner, name)):
            found.setdefault(style.ref, weight)
    strength, size = percent(query.get("strength", "")), query.get("size")
    return Mix(
        styles=tuple(found.items()) if any(found.values()) else FIRST,
        strength=Mix.strength if strength is None else strength,
        keep_color=query.get("keep") == "1",
        size=next((px for px, _ in SIZES if str(px) == size), Mix.size),
    )


def percent(text: str) -> int | None:
    """A whole number from 0 to 100, or None."""
    return int(text) if text.isdecimal() and len(text) <= 3 and int(text) <= 100 else None
