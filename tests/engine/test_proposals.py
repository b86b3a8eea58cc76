"""What the machine proposes as regions: the subject in a box, and patches of like colour."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.cast import sample
from webstyle.engine.events import EngineError
from webstyle.engine.proposals import subject, superpixels

BOX = (0.2, 0.2, 0.6, 0.6)


def disc(size: tuple[int, int] = (800, 600)) -> Image.Image:
    """A red disc in the middle of a green noise, 240 px wide."""
    generator = np.random.default_rng(0)
    noise = generator.normal((60, 140, 70), 12, (size[1], size[0], 3)).clip(0, 255)
    picture = Image.fromarray(noise.astype(np.uint8))
    x, y = size[0] // 2, size[1] // 2
    ImageDraw.Draw(picture).ellipse((x - 120, y - 120, x + 120, y + 120), fill=(200, 40, 30))
    return picture


def labels(picture: Image.Image) -> np.ndarray:
    red, green, blue = np.moveaxis(np.asarray(picture).astype(int), 2, 0)
    assert not blue.any()
    return red + 256 * green


def test_the_subject_in_the_box_is_found_to_the_pixel() -> None:
    mask = np.asarray(subject(disc(), BOX)) > 127
    assert mask.shape == (384, 512)
    rows, columns = np.mgrid[:384, :512]
    wanted = np.hypot(columns - 256, rows - 192) <= 120 * 512 / 800
    assert (mask != wanted).sum() < 0.02 * wanted.sum()


def test_a_box_may_be_the_whole_photo() -> None:
    mask = np.asarray(subject(disc(), (0, 0, 1, 1)))
    assert mask[192, 256] == 255
    assert mask[5, 5] == 0


def test_the_mask_is_black_and_white_and_the_same_each_time() -> None:
    photo = sample("astronaut.png")
    one, other = (np.asarray(subject(photo, (0.2, 0, 0.5, 0.9))) for _ in range(2))
    assert np.array_equal(one, other)
    assert set(np.unique(one)) == {0, 255}
    assert one.shape == (photo.height, photo.width)  # a small photo is not enlarged


@pytest.mark.parametrize("size", [(16, 16), (256, 16), (400, 300)])
def test_where_nothing_stands_out_one_is_told_so(size: tuple[int, int]) -> None:
    with pytest.raises(EngineError, match="nothing stands out in this box: draw another"):
        subject(Image.new("RGB", size, "grey"), (0, 0, 1, 1))


@pytest.mark.parametrize(
    "box",
    [(-0.1, 0, 1, 1), (0, 1, 1, 1), (0, 0, 0, 1), (0, 0, 1, 1.5), (0, 0, math.nan, 1),
     (0, 0, math.inf, 1)],
)  # fmt: skip
def test_a_box_that_is_not_on_the_photo_is_refused(box) -> None:
    with pytest.raises(EngineError, match="is not on the photo: use fractions from 0 to 1"):
        subject(disc(), box)


def test_a_box_of_a_few_pixels_is_refused() -> None:
    with pytest.raises(EngineError, match=r"box 0.5,0.5,0.01,0.5 is too small: draw it around"):
        subject(disc(), (0.5, 0.5, 0.01, 0.5))


@pytest.mark.parametrize("count", [20, 200, 2000])
def test_there_are_about_as_many_superpixels_as_asked_for(count: int) -> None:
    found = labels(superpixels(disc((512, 512)), count))
    assert found.shape == (512, 512)
    assert np.array_equal(np.unique(found), np.arange(found.max() + 1))
    assert 0.5 * count < found.max() + 1 < 1.5 * count


def test_no_superpixel_lies_on_both_sides_of_an_edge() -> None:
    photo = Image.new("RGB", (300, 200), "white")
    photo.paste("navy", (0, 0, 137, 200))
    found = labels(superpixels(photo, 50))
    assert not set(found[:, :135].ravel()) & set(found[:, 139:].ravel())


@pytest.mark.parametrize("count", [19, 2001])
def test_a_count_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(EngineError, match=f"count {count} is out of range: use 20 to 2000"):
        superpixels(disc(), count)
