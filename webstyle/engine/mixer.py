"""Mixtures of one photo that follow the hand: what does not change between two is kept."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, TypeVar

import torch
from PIL import Image

from webstyle.engine.engines.stylebank import Encoded, StyleBank, get_painter
from webstyle.engine.fallback import is_out_of_memory, release
from webstyle.engine.images import fit
from webstyle.engine.recipe import Recipe

log = logging.getLogger(__name__)
Kept = TypeVar("Kept", Image.Image, Encoded)


class Mixer:
    """Paints as StyleBank does, bit for bit, but remembers the photo's features and what each bank
    made of them: another weight or strength costs only the sum and the decoder.

    What was used longest ago is forgotten first, so that all of it takes ``budget`` bytes at most.
    For one thread at a time.
    """

    def __init__(self, device: torch.device, budget: int) -> None:
        self.painter, self.budget, self.used = get_painter(device), budget, 0
        self.memory: OrderedDict[tuple[Hashable, ...], Any] = OrderedDict()

    def picture(
        self, key: Hashable, photo: Callable[[], Image.Image], recipe: Recipe
    ) -> Image.Image:
        """``key`` names the photo; ``photo`` opens it and is only called where it has to be. Where
        memory runs out, all is forgotten and the picture is painted on the CPU."""
        try:
            return self.mixed(key, photo, recipe)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            log.warning("a mixture is painted on the CPU: %s", str(error).partition("\n")[0])
        self.forget(self.keys)
        release()
        cpu = get_painter(torch.device("cpu"))
        return StyleBank().paint(cpu, fit(photo(), recipe.size), recipe)

    def mixed(self, key: Hashable, photo: Callable[[], Image.Image], recipe: Recipe) -> Image.Image:
        place = key, recipe.size
        fitted = self.keep((*place, "photo"), lambda: fit(photo(), recipe.size))
        seen = self.keep((*place, "seen"), lambda: self.painter.encode(fitted))
        painted = {
            slug: self.keep((*place, "painted", slug), partial(self.painter.apply, seen, slug))
            for slug, _ in recipe.shares()
        }
        return self.painter.finish(fitted, seen, painted, recipe)

    @property
    def keys(self) -> set[Hashable]:
        """Of the photos that something is remembered of."""
        return {place[0] for place in self.memory}

    def forget(self, keys: set[Hashable]) -> None:
        """All there is of these photos."""
        for place in [place for place in self.memory if place[0] in keys]:
            self.used -= size_of(self.memory.pop(place))

    def keep(self, key: tuple[Hashable, ...], make: Callable[[], Kept]) -> Kept:
        """What lies under ``key``, made if it is not there."""
        if key not in self.memory:
            self.memory[key] = make()
            self.used += size_of(self.memory[key])
        self.memory.move_to_end(key)
        found: Kept = self.memory[key]
        while self.used > self.budget:
            self.used -= size_of(self.memory.popitem(last=False)[1])
        return found


def size_of(kept: Image.Image | Encoded) -> int:
    """In bytes."""
    if isinstance(kept, Encoded):
        return kept.features.nbytes
    return 3 * kept.width * kept.height
