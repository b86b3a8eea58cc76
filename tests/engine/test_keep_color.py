"""With the photo's colours kept, only the luminance is painted."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cast import sample
from tests.engine.painting import difference, pixels, rendered


def chroma(picture) -> np.ndarray:
    return pixels(picture.convert("YCbCr"))[..., 1:]


@pytest.mark.parametrize("style", ["udnie", "the-scream"])
def test_the_colours_are_those_of_the_photo(style: str) -> None:
    photo = sample("coffee.png", 128)
    result = rendered(photo, style, keep_color=True)
    kept = np.abs(chroma(result) - chroma(photo))
    painted = np.abs(chroma(rendered(photo, style)) - chroma(photo))
    assert kept.mean() < painted.mean() / 2
    # Very light and very dark, sRGB cannot hold every colour: there it has to give way.
    held = ((pixels(result) > 0) & (pixels(result) < 255)).all(-1)
    assert held.mean() > 0.5
    assert kept[held].max() < 4


def test_the_light_is_that_of_the_painting() -> None:
    photo = sample("coffee.png", 128)
    kept = rendered(photo, keep_color=True).convert("L")
    assert difference(kept, rendered(photo).convert("L")) < 4
    assert difference(kept, photo.convert("L")) > 8
