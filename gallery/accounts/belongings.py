"""All that somebody owns, of whatever kind: a model that is added later is among it by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import ngettext_lazy, pgettext

from gallery.owned import Owned
from gallery.owners import Owner

# As a page says it; a kind that is not here is told in English, by its name.
WORDS = {
    "album": ngettext_lazy("%(number)d album", "%(number)d albums", "number"),
    "batch": ngettext_lazy("%(number)d batch", "%(number)d batches", "number"),
    "comment": ngettext_lazy("%(number)d comment", "%(number)d comments", "number"),
    "link": ngettext_lazy("%(number)d link", "%(number)d links", "number"),
    "mask": ngettext_lazy("%(number)d mask", "%(number)d masks", "number"),
    "painting": ngettext_lazy("%(number)d painting", "%(number)d paintings", "number"),
    "photo": ngettext_lazy("%(number)d photograph", "%(number)d photographs", "number"),
    "picture": ngettext_lazy("%(number)d picture", "%(number)d pictures", "number"),
    "style": ngettext_lazy("%(number)d style", "%(number)d styles", "number"),
    "upload": ngettext_lazy("%(number)d upload", "%(number)d uploads", "number"),
}


def owned_models() -> list[Any]:
    """Classes; what they have besides ``Owned`` differs."""
    return [model for model in apps.get_models() if issubclass(model, Owned)]


def belongings(owner: Owner) -> Iterator[Any]:
    """Every row, those that are deleted and could still be brought back included."""
    for model in owned_models():
        yield from model._base_manager.filter(**owner.fields)


def counts(owner: Owner) -> dict[str, int]:
    """How many there are of each kind, those that are deleted left out."""
    return {
        kind_of(model): model.objects.kept().filter(**owner.fields).count()
        for model in owned_models()
    }


def kind_of(model: type[Owned]) -> str:
    return str(getattr(model, "KIND", "") or model._meta.verbose_name)


def ending(kind: str) -> str:
    """Of the plural."""
    return "es" if kind.endswith("ch") else "s"


def in_words(numbers: dict[str, int]) -> str:
    """As in "2 photographs, 1 mask and 3 pictures"; empty for nothing."""
    told = [counted(kind, number) for kind, number in numbers.items() if number]
    parts = [pgettext("between things", ", ").join(told[:-1]), *told[-1:]]
    return pgettext("between the last two things", " and ").join(filter(None, parts))


def counted(kind: str, number: int) -> str:
    if kind in WORDS:
        return str(WORDS[kind] % {"number": number})
    return f"{number} {kind}{ending(kind) * (number != 1)}"
