"""Styles by the names that recipes call them: who may use which, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from gallery.models import Painting, TaughtStyle
from gallery.owners import Owner
from gallery.titles import shown_titles
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import PAINTING, TAUGHT, is_painting, is_taught
from webstyle.engine.weights import get_style


@dataclass(frozen=True)
class Named:
    """``ref`` is the style's name in a recipe, in the one spelling that counts."""

    ref: str
    title: str
    artist: str
    card_url: str | None  # a picture of it; of a built-in style there may be none yet

    @property
    def titles(self) -> dict[str, str]:
        """As they are kept."""
        return {"title": self.title, "artist": self.artist}

    @property
    def shown(self) -> dict[str, str]:
        """As this visitor reads them."""
        return shown_titles(self.ref, self.titles)


def find_style(owner: Owner, style: str) -> Named:
    """Raises EngineError for what ``owner`` cannot use: somebody else's private painting or style
    is as little there as one that never was."""
    found: Painting | TaughtStyle | None
    if is_painting(style):
        found = Painting.objects.named(owner, style.removeprefix(PAINTING))
        missing = _("There is no such painting, or it is not shared: choose another.")
    elif is_taught(style):
        found = TaughtStyle.objects.named(owner, style.removeprefix(TAUGHT))
        missing = _("There is no such style, or it is not shared: choose another.")
    else:
        built_in = get_style(style)
        card_url = reverse("card_file", args=[style])
        return Named(style, built_in.title, built_in.artist, card_url)
    if found is None:
        raise EngineError(missing)
    return Named(found.ref, found.title, found.artist, found.thumb_url)


def find_learned(owner: Owner, style: str) -> Named | None:
    """One that StyleBank has learned, built-in or taught, if ``owner`` may use it; no painting."""
    try:
        return None if is_painting(style) else find_style(owner, style)
    except EngineError:
        return None
