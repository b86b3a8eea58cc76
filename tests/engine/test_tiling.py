"""Large pictures are painted by tiles that one cannot see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from tests.cast import sample
from webstyle.engine import images
from webstyle.engine.engines import stylebank
from webstyle.engine.engines.stylebank import Encoded, StyleBank, get_painter
from webstyle.engine.events import Progress, Result
from webstyle.engine.norms import Norms
from webstyle.engine.recipe import PHOTO, Recipe
from webstyle.engine.regions import MARGIN, MULTIPLE
from webstyle.engine.tiling import Tiled, Way, map_side, mirrored_part

CPU = torch.device("cpu")
ODD = sample("coffee.png", 900).crop((0, 0, 877, 571))
RECIPE = Recipe(styles=(("udnie", 1.0),), size=877)
SMALL = Way(256 * 256, 48, 12)


def painted(recipe: Recipe, photo: Image.Image = ODD, **masks: Image.Image) -> Image.Image:
    *_, last = StyleBank().run(photo, recipe, device=CPU, masks=masks)
    assert isinstance(last, Result)
    return last.picture


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large begins early."""
    monkeypatch.setattr(stylebank, "WAYS", [SMALL])


def difference(one: Image.Image, other: Image.Image) -> np.ndarray:
    return np.abs(np.asarray(one).astype(int) - np.asarray(other))


def test_with_the_same_statistics_tiles_are_the_whole() -> None:
    painter = get_painter(CPU)
    tiled = Tiled(painter, ODD, RECIPE, {}, 0, SMALL)
    seen = painter.encode(ODD)
    norms = tiled.norms["udnie"] = Norms()
    with torch.inference_mode():
        features = painter.bank("udnie")(seen.features, moments=norms.note)
    for box in tiled.boxes():
        tiled.paint(box)
    whole = painter.decode(Encoded(features, ODD.size))
    # Convolutions of another size round the last bit of bfloat16 another way.
    assert difference(tiled.picture, whole).max() <= 8
    assert difference(tiled.picture, whole).mean() < 0.5


def test_a_part_of_the_mirrored_photo_is_that_part() -> None:
    whole = images.mirrored(ODD, MARGIN + 4, MULTIPLE)
    border = MARGIN + 4
    for rows, columns in (((-20, 30), (-20, 30)), ((100, 160), (-4, 60)), ((540, 596), (850, 900))):
        y, x = (slice(a + border, b + border) for a, b in (rows, columns))
        assert np.array_equal(mirrored_part(ODD, rows, columns), whole[y, x])


def test_tiles_cover_the_picture_once() -> None:
    for size in ((877, 571), (4100, 4097), (1024, 20)):
        tiled = Tiled(get_painter(CPU), Image.new("RGB", size), RECIPE, {}, 0)
        seen = np.zeros((map_side(size[1]), map_side(size[0])), int)
        for rows, columns in tiled.boxes():
            seen[slice(*rows), slice(*columns)] += 1
        assert (seen[4:-4, 4:-4] == 1).all()
        assert seen.sum() == seen[4:-4, 4:-4].size


HALF = Image.new("L", ODD.size)
HALF.paste(255, (0, 0, 400, 571))


@pytest.mark.parametrize(
    ("recipe", "masks"),
    [
        (Recipe(styles=(("starry-night", 1.0),), size=600), {}),
        (Recipe(styles=(("udnie", 3.0), ("great-wave", 1.0)), size=600, strength=0.7), {}),
        (Recipe(styles=(("udnie", 1.0),), size=600, keep_color=True), {}),
        (Recipe(styles=(("udnie", 1.0), ("great-wave", 1.0)), size=877, masks=(("udnie", "m"),)),
         {"m": HALF}),
        (Recipe(styles=(("udnie", 1.0),), size=600, masks=((PHOTO, "m"),)), {"m": HALF}),
    ],
)  # fmt: skip
def test_any_recipe_by_tiles_looks_as_in_one_piece(
    recipe: Recipe, masks: dict[str, Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = painted(recipe, **masks)
    monkeypatch.setattr(stylebank, "WAYS", [Way(256 * 256, 96, 12)])
    by_tiles = painted(recipe, **masks)
    assert by_tiles.size == whole.size
    assert difference(by_tiles, whole).mean() < 6
    assert np.abs(np.asarray(by_tiles).mean((0, 1)) - np.asarray(whole).mean((0, 1))).max() < 5


def test_there_is_an_event_a_tile_and_it_can_be_cancelled(small_tiles: None) -> None:
    run = StyleBank().run(ODD, RECIPE, device=CPU)
    events = [next(run) for _ in range(6)]
    assert all(isinstance(event, Progress) for event in events)
    assert [event.step for event in events[2:]] == [1, 2, 3, 4]
    assert events[-1].total == 1 + 2 + len(
        Tiled(get_painter(CPU), ODD, RECIPE, {}, 0, SMALL).boxes()
    )
    run.close()


def test_the_same_twice(small_tiles: None) -> None:
    recipe = replace(RECIPE, size=500)
    assert difference(painted(recipe), painted(recipe)).max() == 0
