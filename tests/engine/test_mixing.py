"""Styles mix linearly in feature space (Chen et al., section 4.3)."""

from __future__ import annotations

import numpy as np
import torch

from tests.cast import sample
from tests.engine.painting import difference, painter, painting, pixels, rendered


def test_the_features_of_a_mixture_are_the_weighted_sum_of_the_features() -> None:
    seen = painter().encode(sample("coffee.png", 128))
    udnie, wave = (painter().apply(seen, slug) for slug in ("udnie", "great-wave"))
    mixed = painter().mix([(udnie, 0.25), (wave, 0.75)]).features.float()
    expected = 0.25 * udnie.features.float() + 0.75 * wave.features.float()
    assert torch.allclose(mixed, expected, atol=0.02 * float(expected.abs().max()))
    assert not torch.allclose(mixed, wave.features.float(), atol=0.02 * float(expected.abs().max()))


def test_a_mixed_recipe_paints_the_mixed_features() -> None:
    photo = sample("coffee.png", 128)
    seen = painter().encode(photo)
    parts = [(painter().apply(seen, "udnie"), 0.25), (painter().apply(seen, "great-wave"), 0.75)]
    expected = painter().decode(painter().mix(parts))
    mixed = rendered(photo, styles=(("udnie", 1.0), ("great-wave", 3.0)))
    assert difference(mixed, expected) < 0.5


def test_a_mixture_lies_between_its_styles() -> None:
    photo = sample("coffee.png", 128)
    one, other = painting(photo, "udnie"), painting(photo, "great-wave")
    mixed = rendered(photo, styles=(("udnie", 1.0), ("great-wave", 1.0)))
    apart = difference(one, other)
    assert difference(mixed, one) < apart
    assert difference(mixed, other) < apart


def test_weights_count_only_by_their_proportion() -> None:
    photo = sample("coffee.png", 64)
    few = rendered(photo, styles=(("udnie", 0.5), ("great-wave", 1.5)))
    many = rendered(photo, styles=(("udnie", 10.0), ("great-wave", 30.0)))
    assert np.array_equal(pixels(few), pixels(many))


def test_a_style_mixed_with_itself_is_itself() -> None:
    photo = sample("coffee.png", 64)
    twice = rendered(photo, styles=(("udnie", 1.0), ("udnie", 4.0)))
    assert np.array_equal(pixels(twice), pixels(rendered(photo, "udnie")))
