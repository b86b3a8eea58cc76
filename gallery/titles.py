"""What built-in styles, engines and kinds of things are called, in the language of who reads.

The engine, recipes and the database know the English names only; a page translates them.
"""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, gettext_noop, pgettext, pgettext_lazy

from webstyle.engine.recipe import is_painting, is_taught

# For the catalogue: what stands in the weights files, which no program reads for words.
STYLES = (
    pgettext_lazy("style", "Composition VII"),
    pgettext_lazy("style", "Edtaonisl (Ecclesiastic)"),
    pgettext_lazy("style", "Elasticity"),
    pgettext_lazy("style", "Mosaic of ducks, Palazzo Massimo"),
    pgettext_lazy("style", "San Giorgio Maggiore at Dusk"),
    pgettext_lazy("style", "Self-Portrait with a Straw Hat"),
    pgettext_lazy("style", "Tableau No. 2 / Composition No. VII"),
    pgettext_lazy("style", "The Great Wave off Kanagawa"),
    pgettext_lazy("style", "The Scream"),
    pgettext_lazy("style", "The Starry Night"),
    pgettext_lazy("style", "Udnie (Young American Girl, The Dance)"),
    pgettext_lazy("style", "Water Lilies"),
    pgettext_lazy("style", "Wheat Field with Cypresses"),
    pgettext_lazy("style", "Woman with a Hat"),
)
PAINTERS = (
    pgettext_lazy("painter", "Claude Monet"),
    pgettext_lazy("painter", "Edvard Munch"),
    pgettext_lazy("painter", "Francis Picabia"),
    pgettext_lazy("painter", "Henri Matisse"),
    pgettext_lazy("painter", "Katsushika Hokusai"),
    pgettext_lazy("painter", "Piet Mondrian"),
    pgettext_lazy("painter", "Roman workshop"),
    pgettext_lazy("painter", "Umberto Boccioni"),
    pgettext_lazy("painter", "Vincent van Gogh"),
    pgettext_lazy("painter", "Wassily Kandinsky"),
)
KINDS = (
    pgettext_lazy("kind", "album"),
    pgettext_lazy("kind", "batch"),
    pgettext_lazy("kind", "comment"),
    pgettext_lazy("kind", "link"),
    pgettext_lazy("kind", "mask"),
    pgettext_lazy("kind", "painting"),
    pgettext_lazy("kind", "photo"),
    pgettext_lazy("kind", "picture"),
    pgettext_lazy("kind", "style"),
)
ENGINES = (
    gettext_noop("Optimisation (Gatys et al. 2016)"),
    gettext_noop("Sheet of mixtures"),
    gettext_noop("StyleBank (Chen et al. 2017)"),
)
PARAMETERS = (
    gettext_noop("Style"),
    gettext_noop("How much the painting counts against the photo."),
    gettext_noop("Content"),
    gettext_noop("How closely the shapes of the photo are kept."),
    gettext_noop("Scale of the strokes"),
    gettext_noop("Size of the painting relative to the photo."),
    gettext_noop("Smoothness"),
    gettext_noop("Takes grain away; too much takes fine strokes too."),
    gettext_noop("Iterations"),
    gettext_noop("At most so many at 512 px; fewer at larger sizes, which begin well."),
    gettext_noop("Stop when it no longer improves"),
    gettext_noop("Ends a size early once little changes."),
    gettext_noop("Begin from StyleBank's picture"),
    gettext_noop("Built-in styles only; without it, the photo is the beginning."),
    gettext_noop("Layout"),
    gettext_noop(
        "A grid between the first four styles, or a strip from the photo to the full recipe."
    ),
    gettext_noop("Columns"),
    gettext_noop("Pictures side by side."),
    gettext_noop("Feather"),
    gettext_noop("Width in px of the soft edge between regions."),
    gettext_noop("grid"),
    gettext_noop("strip"),
)


def style_title(title: str) -> str:
    """Of a built-in style."""
    return pgettext("style", title)


def painter(name: str) -> str:
    """Of a built-in style."""
    return pgettext("painter", name)


def shown_titles(style: str, titles: dict[str, str]) -> dict[str, str]:
    """Of a style of a recipe. Only what is built in is translated: the rest is visitors' words."""
    if is_painting(style) or is_taught(style):
        return titles
    return {"title": style_title(titles["title"]), "artist": painter(titles.get("artist", ""))}


def in_all_languages(style: str, titles: dict[str, str]) -> list[str]:
    """Title and artist of a style of a recipe, in every language: so that all of them find it."""
    found: list[str] = []
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            found += shown_titles(style, titles).values()
    return found


def kind_word(kind: str) -> str:
    """As a visitor calls it: ``Owned.KIND``."""
    return pgettext("kind", kind)


def word(text: str) -> str:
    """What an engine declares: its title, and the labels, hints and choices of its parameters."""
    return gettext(text) if text else ""
