"""All that somebody owns, of whatever kind: a model that is added later is among it by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps

from gallery.owned import Owned
from gallery.owners import Owner

WORDS = {"photo": "photograph"}  # where a page says it otherwise than an address does


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
    told = [
        f"{number} {WORDS.get(kind, kind)}{ending(kind) * (number != 1)}"
        for kind, number in numbers.items()
        if number
    ]
    return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))
