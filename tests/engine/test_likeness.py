"""Real weights paint in the manner of their painting.

The paintings are not in the repository. But a style that has been learnt pulls different photos
towards one and the same look: so two paintings in one style must be far more alike, in colours and
in the Gram matrix of the features (Gatys et al. 2015), than the two photos are; and they must be
more alike than paintings in different styles.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest
from PIL import Image

from tests.cast import sample
from tests.engine.painting import painter, painting
from webstyle.engine.weights import styles

PHOTOS = [("astronaut.png", "rocket.jpg"), ("coffee.png", "chelsea.png")]
SIZE = 192

Colours = tuple[np.ndarray, np.ndarray]  # mean (3) and covariance (3 x 3) of RGB in 0..1


def colours(picture: Image.Image) -> Colours:
    values = np.asarray(picture).reshape(-1, 3) / 255
    return values.mean(0), np.cov(values.T)


def root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values.clip(0))) @ vectors.T


def colour_distance(one: Colours, other: Colours) -> float:
    """Frechet distance of two normal distributions of colours."""
    (mean1, cov1), (mean2, cov2) = one, other
    spread = np.trace(cov1 + cov2 - 2 * root(root(cov1) @ cov2 @ root(cov1)))
    return float(np.sqrt(((mean1 - mean2) ** 2).sum() + max(0, spread)))


def gram(picture: Image.Image) -> np.ndarray:
    """64 x 64, of the features of our own encoder."""
    features = painter().encode(picture).features[0].float().flatten(1)
    return (features @ features.T / features.shape[1]).numpy()


def gram_distance(one: np.ndarray, other: np.ndarray) -> float:
    """0 for the same, at most 1."""
    norms = np.linalg.norm(one) + np.linalg.norm(other)
    return float(np.linalg.norm(one - other) / norms)


@functools.cache
def shown(name: str, style: str) -> Image.Image:
    return painting(sample(name, SIZE), style)


every_style = pytest.mark.parametrize("style", styles())
every_pair = pytest.mark.parametrize("pair", PHOTOS, ids="-".join)


@every_pair
@every_style
def test_two_photos_in_one_style_share_its_colours(style: str, pair: tuple[str, str]) -> None:
    before = colour_distance(*(colours(sample(name, SIZE)) for name in pair))
    after = colour_distance(*(colours(shown(name, style)) for name in pair))
    assert after < 0.6 * before


@every_pair
@every_style
def test_two_photos_in_one_style_share_its_texture(style: str, pair: tuple[str, str]) -> None:
    before = gram_distance(*(gram(sample(name, SIZE)) for name in pair))
    after = gram_distance(*(gram(shown(name, style)) for name in pair))
    assert after < 0.65 * before


@every_pair
@every_style
def test_a_style_is_told_from_the_others_by_its_colours(style: str, pair: tuple[str, str]) -> None:
    one, other = pair
    first = colours(shown(one, style))
    mate = colour_distance(first, colours(shown(other, style)))
    rest = [colour_distance(first, colours(shown(other, s))) for s in styles() if s != style]
    assert mate < np.median(rest)
