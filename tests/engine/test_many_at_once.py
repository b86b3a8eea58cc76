"""Several photos are painted at once as they are one at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from tests.cast import sample
from webstyle.engine.engines.stylebank import StyleBank, get_painter
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import PHOTO, Recipe

CPU = torch.device("cpu")
NAMES = ("coffee.png", "chelsea.png", "rocket.jpg", "astronaut.png")
PHOTOS = [sample(name, 300).resize((300, 200)) for name in NAMES]
RECIPES = [
    Recipe(styles=(("udnie", 1.0),), size=256),
    Recipe(styles=(("starry-night", 2.0), ("great-wave", 1.0)), size=200, strength=0.6),
    Recipe(styles=(("the-scream", 1.0),), size=128, keep_color=True),
    Recipe(styles=(("udnie", 1.0),), size=64, strength=0.0),
]


def one_at_a_time(recipe: Recipe) -> list[Image.Image]:
    results = [list(StyleBank().run(photo, recipe, device=CPU))[-1] for photo in PHOTOS]
    return [result.picture for result in results]  # type: ignore[union-attr]


@pytest.mark.parametrize("recipe", RECIPES)
def test_many_at_once_are_the_pictures_of_one_at_a_time(recipe: Recipe) -> None:
    """Within what convolutions round otherwise for another number of pictures: none, on the
    machines that were tried; one of 255 is what is allowed."""
    many = StyleBank().run_many(PHOTOS, recipe, device=CPU)
    assert len(many) == len(PHOTOS)
    for one, other in zip(one_at_a_time(recipe), many, strict=True):
        assert one.size == other.size
        assert np.abs(np.asarray(one).astype(int) - np.asarray(other)).max() <= 1


def test_they_are_looked_at_and_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    encode = get_painter(CPU).network.encode
    monkeypatch.setattr(
        get_painter(CPU).network, "encode", lambda x: (seen.append(x.shape[0]), encode(x))[1]
    )
    StyleBank().run_many(PHOTOS, RECIPES[0], device=CPU)
    assert seen == [len(PHOTOS)]


def test_those_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(ValueError, match="different sizes"):
        StyleBank().run_many([PHOTOS[0], sample("coffee.png", 128)], RECIPES[0], device=CPU)
    masked = Recipe(styles=(("udnie", 1.0),), size=64, masks=((PHOTO, "m"),))
    with pytest.raises(ValueError, match="regions"):
        StyleBank().run_many(PHOTOS, masked, device=CPU)
    with pytest.raises(EngineError, match="mona-lisa"):
        StyleBank().run_many(PHOTOS, Recipe(styles=(("mona-lisa", 1.0),)), device=CPU)
