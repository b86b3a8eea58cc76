"""Strength goes from the photo to the full style, in feature space."""

from __future__ import annotations

import numpy as np
import torch

from tests.cast import sample
from tests.engine.painting import difference, painter, painting, pixels, rendered


def test_the_stronger_the_farther_from_the_photo() -> None:
    photo = sample("coffee.png", 128)
    strengths = (0.0, 0.25, 0.5, 0.75, 1.0)
    plain = rendered(photo, strength=0.0)
    distances = [difference(rendered(photo, strength=s), plain) for s in strengths]
    assert distances == sorted(distances)
    assert distances[-1] > 10


def test_full_strength_is_the_style_alone() -> None:
    photo = sample("coffee.png", 128)
    assert np.array_equal(pixels(rendered(photo, "udnie")), pixels(painting(photo, "udnie")))


def test_half_strength_is_half_way_between_the_features() -> None:
    photo = sample("coffee.png", 128)
    seen = painter().encode(photo)
    full = painter().apply(seen, "udnie")
    half = painter().mix([(seen, 0.5), (full, 0.5)])
    middle = (seen.features.float() + full.features.float()) / 2
    assert torch.allclose(half.features.float(), middle, atol=0.02 * float(middle.abs().max()))
    assert difference(painter().decode(half), rendered(photo, "udnie", strength=0.5)) < 0.5
