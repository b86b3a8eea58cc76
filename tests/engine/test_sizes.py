"""Any size and shape is painted to its last pixel, and no border shows."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.cast import sample
from tests.engine.painting import painter, painting, pixels, psnr, rendered
from webstyle.engine.weights import styles

SIZES = [(17, 300), (300, 17), (65, 64), (64, 71), (101, 103), (73, 73), (8, 128), (130, 122)]


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_a_picture_keeps_its_size(size: tuple[int, int]) -> None:
    photo = sample("coffee.png").resize(size)
    assert painting(photo, "udnie").size == size
    assert rendered(photo).size == size


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_a_picture_of_an_odd_size_stays_in_its_place(size: tuple[int, int]) -> None:
    x, y = np.meshgrid(np.linspace(60, 190, size[0]), np.linspace(60, 190, size[1]))
    photo = Image.fromarray(np.stack([x, y, (x + y) / 2], -1).astype(np.uint8))
    assert psnr(painter().decode(painter().encode(photo)), photo) > 24


@pytest.mark.parametrize(("asked", "size"), [(64, (64, 43)), (97, (97, 65)), (300, (300, 200))])
def test_the_long_side_is_as_asked_also_when_larger_than_the_photo(
    asked: int, size: tuple[int, int]
) -> None:
    assert rendered(sample("coffee.png", 150), size=asked).size == size


def border(picture: Image.Image) -> float:
    """How much the outer 4 px differ from the next 12 px, 0..255, in the worst channel."""
    values = pixels(picture)
    frame = np.full(values.shape[:2], 2)
    frame[4:-4, 4:-4] = 1
    frame[16:-16, 16:-16] = 0
    return float(np.abs(values[frame == 2].mean(0) - values[frame == 1].mean(0)).max())


@pytest.mark.parametrize("style", [None, *styles()])
def test_a_flat_picture_gets_no_border(style: str | None) -> None:
    flat = Image.new("RGB", (256, 192), (128, 128, 128))
    picture = painting(flat, style) if style else painter().decode(painter().encode(flat))
    # A style puts strokes on it: then a border is what stands out from them.
    inner = [picture.crop((i, i, 256 - i, 192 - i)) for i in (16, 24, 32, 40)]
    strokes = max(map(border, inner)) if style else 0
    assert border(picture) < 3 + strokes


def test_a_picture_with_a_little_grain_gets_no_border() -> None:
    grain = np.random.default_rng(1).normal(128, 6, (256, 256, 1)).clip(0, 255)
    photo = Image.fromarray(grain.astype(np.uint8).repeat(3, 2))
    borders = [border(painting(photo, style)) for style in styles()]
    assert np.mean(borders) < 8
