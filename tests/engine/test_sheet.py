"""A sheet shows the mixtures between some styles, or the way from the photo to a recipe."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from tests.cast import sample
from tests.engine.painting import counted, difference, painter, rendered
from webstyle.engine.device import pick_device
from webstyle.engine.engines.sheet import WALL, Sheet, arrange, grid, strip
from webstyle.engine.events import EngineError, Result
from webstyle.engine.recipe import Recipe

SLUGS = ("udnie", "great-wave", "the-scream", "starry-night", "elasticity")


def recipe(number: int, **values: object) -> Recipe:
    styles = tuple((slug, 1.0 + i) for i, slug in enumerate(SLUGS[:number]))
    return Recipe(**{"styles": styles, "engine": "sheet", "size": 256} | values)


def painted(asked: Recipe, name: str = "coffee.png") -> Image.Image:
    *_, last = Sheet().run(sample(name), asked, device=pick_device("cpu"))
    assert isinstance(last, Result)
    return last.picture


def weights(number: int, columns: int = 3) -> list[dict[str, float]]:
    return [dict(cell.styles) for cell in grid(recipe(number), columns)]


def test_four_styles_hang_in_the_corners_and_mix_between() -> None:
    cells = weights(4)
    assert len(cells) == 9
    assert [cells[i] for i in (0, 2, 6, 8)] == [{slug: 1.0} for slug in SLUGS[:4]]
    assert cells[1] == {"udnie": 0.5, "great-wave": 0.5}
    assert cells[4] == dict.fromkeys(SLUGS[:4], 0.25)


def test_a_third_style_has_the_lower_edge() -> None:
    cells = [dict(cell.shares()) for cell in grid(recipe(3), 3)]
    assert cells[6:] == [{"the-scream": 1.0}] * 3
    assert cells[4] == {"udnie": 0.25, "great-wave": 0.25, "the-scream": 0.5}


def test_two_styles_hang_left_and_right_in_one_row() -> None:
    assert weights(2) == [{"udnie": 1.0}, {"udnie": 0.5, "great-wave": 0.5}, {"great-wave": 1.0}]


def test_one_style_is_a_strip() -> None:
    assert grid(recipe(1), 4) == strip(recipe(1), 4)


def test_a_fifth_style_is_left_out_of_a_grid() -> None:
    assert grid(recipe(5), 5) == [
        Recipe(cell.styles, engine="sheet", size=256) for cell in grid(recipe(4), 5)
    ]


def test_a_strip_goes_from_the_photo_to_the_full_recipe() -> None:
    asked = recipe(5, strength=0.8)
    cells = strip(asked, 5)
    assert [cell.strength for cell in cells] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    assert {cell.styles for cell in cells} == {asked.styles}


SHAPES = [(600, 400), (400, 600), (500, 500), (1600, 100), (100, 1600), (333, 517)]


@pytest.mark.parametrize(("columns", "number"), [(5, 25), (5, 5), (2, 2), (2, 4), (9, 81)])
@pytest.mark.parametrize("shape", SHAPES, ids="{0[0]}x{0[1]}".format)
def test_the_pictures_fill_the_sheet_with_even_gaps(
    shape: tuple[int, int], columns: int, number: int
) -> None:
    photo, sheet, places = arrange(Image.new("RGB", shape), columns, number, 1024)
    assert len(places) == number
    assert max(sheet.size) == 1024
    for axis in (0, 1):
        starts = sorted({place[axis] for place in places})
        gaps = [b - a - photo.size[axis] for a, b in pairwise(starts)]
        assert starts[0] == 0
        assert starts[-1] + photo.size[axis] == sheet.size[axis]
        assert all(1 <= gap <= 8 for gap in gaps)
        assert max(gaps, default=0) - min(gaps, default=0) <= 1


@pytest.mark.parametrize("keep", [False, True])
def test_each_picture_is_the_whole_photo_by_its_own_recipe(keep: bool) -> None:
    asked = recipe(4, params={"columns": 3}, keep_color=keep, strength=0.9)
    sheet = painted(asked)
    photo, _, places = arrange(sample("coffee.png"), 3, 9, 256)
    for cell, (left, top) in zip(grid(asked, 3), places, strict=True):
        alone = rendered(
            sample("coffee.png"), styles=cell.styles, size=photo.width, strength=0.9,
            keep_color=keep,
        )  # fmt: skip
        shown = sheet.crop((left, top, left + photo.width, top + photo.height))
        assert difference(shown, alone) == 0


def test_what_is_between_is_plain() -> None:
    sheet = np.asarray(painted(recipe(4, params={"columns": 2})))
    photo, empty, places = arrange(sample("coffee.png"), 2, 4, 256)
    gap = sheet[:, photo.width : places[1][0]]
    assert gap.size
    assert np.array_equal(gap, np.asarray(empty)[:, photo.width : places[1][0]])
    assert "#" + bytes(gap[0, 0]).hex() == WALL


def test_a_strip_begins_with_the_photo_and_ends_with_the_recipe() -> None:
    asked = recipe(2, params={"layout": "strip", "columns": 2})
    sheet = painted(asked)
    photo, _, ((_, _), (left, _)) = arrange(sample("coffee.png"), 2, 2, 256)
    first, last = (sheet.crop((x, 0, x + photo.width, photo.height)) for x in (0, left))
    assert difference(first, painter().decode(painter().encode(photo))) == 0
    alone = rendered(sample("coffee.png"), styles=asked.styles, size=photo.width)
    assert difference(last, alone) == 0


def test_the_photo_is_seen_once_and_each_bank_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = counted(monkeypatch)
    painted(recipe(5))
    assert ran == {"encode": 1} | dict.fromkeys(SLUGS[:4], 1)


def test_a_preview_shows_what_is_painted_so_far() -> None:
    previews = [
        event.preview() for event in Sheet().run(
            sample("coffee.png"), recipe(2, size=1024), device=pick_device("cpu")
        ) if not isinstance(event, Result) and event.preview
    ]  # fmt: skip
    assert len(previews) == 5
    assert {max(preview.size) for preview in previews} == {512}
    blank = [float((np.asarray(preview) == np.asarray(previews[0])).mean()) for preview in previews]
    assert blank == sorted(blank, reverse=True)
    assert blank[0] > blank[-1]


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"layout": "spiral"}, "layout 'spiral' is unknown: use grid or strip"),
        ({"columns": 1}, "columns 1 is out of range: use 2 to 9"),
        ({"columns": 2.5}, "columns 2.5 cannot be used: give a whole number"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(params: dict, error: str) -> None:
    with pytest.raises(EngineError, match=error):
        painted(recipe(2, params=params))
