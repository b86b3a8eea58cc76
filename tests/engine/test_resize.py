"""Fitting and shrinking keep the proportions."""

from __future__ import annotations

import pytest

from tests.cast import sample
from webstyle.engine import images

PHOTO = sample("coffee.png", 300)


@pytest.mark.parametrize(("asked", "size"), [(150, (150, 100)), (600, (600, 400))])
def test_fit_makes_the_long_side_as_asked(asked: int, size: tuple[int, int]) -> None:
    assert images.fit(PHOTO, asked).size == size
    assert images.fit(PHOTO.transpose(2), asked).size == size[::-1]


def test_shrink_never_enlarges() -> None:
    assert images.shrink(PHOTO, 150).size == (150, 100)
    assert images.shrink(PHOTO, 600).size == PHOTO.size


def test_the_mean_colour_is_written_as_in_css() -> None:
    assert images.average_color(PHOTO.copy().point(lambda _: 16)) == "#101010"
