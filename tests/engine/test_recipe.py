"""A recipe survives being written down, and refuses what cannot be painted."""

from __future__ import annotations

import json

import pytest

from webstyle.engine.events import EngineError
from webstyle.engine.recipe import Recipe

FULL = Recipe(
    styles=(("udnie", 1.0), ("great-wave", 2.5)), size=777, strength=0.4, keep_color=True, seed=7
)
STYLES = (("udnie", 1.0),)


@pytest.mark.parametrize("recipe", [FULL, Recipe(styles=STYLES)], ids=["full", "defaults"])
def test_a_recipe_written_as_json_is_read_as_the_same_recipe(recipe: Recipe) -> None:
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_reading_leaves_the_json_as_it_was() -> None:
    data = FULL.to_json()
    Recipe.from_json(data)
    assert data == FULL.to_json()


def test_a_recipe_says_its_version() -> None:
    assert FULL.to_json()["version"] == 1


def test_shares_sum_to_one_and_a_style_named_twice_counts_once() -> None:
    recipe = Recipe(styles=(("udnie", 1.0), ("great-wave", 2.0), ("udnie", 1.0)))
    assert recipe.shares() == [("udnie", 0.5), ("great-wave", 0.5)]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"styles": ()}, "no style"),
        ({"styles": (("udnie", 0.0),)}, "weight 0 of style 'udnie'"),
        ({"styles": (("udnie", -1.0),)}, "weight -1"),
        ({"styles": (("udnie", 101.0),)}, "weight 101"),
        ({"styles": (("udnie", float("nan")),)}, "weight nan"),
        ({"size": 63}, "size 63"),
        ({"size": 16385}, "size 16385"),
        ({"strength": -0.1}, "strength -0.1"),
        ({"strength": 1.1}, "strength 1.1"),
        ({"strength": float("nan")}, "strength nan"),
    ],
)
def test_what_is_out_of_range_is_refused_with_the_range(values: dict, says: str) -> None:
    with pytest.raises(EngineError) as refused:
        Recipe(**{"styles": STYLES} | values)
    assert says in str(refused.value)
    assert ": " in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"styles": None},
        {"styles": [["udnie"]]},
        {"styles": [["udnie", "much"]]},
        {"styles": [["udnie", 0]]},
        {"size": "large"},
        {"brush": "wide"},
    ],
    ids=str,
)
def test_json_that_is_no_recipe_is_refused(change: dict) -> None:
    with pytest.raises(EngineError):
        Recipe.from_json(FULL.to_json() | change)


@pytest.mark.parametrize("missing", ["version", "styles"])
def test_json_with_a_part_missing_is_refused(missing: str) -> None:
    data = FULL.to_json()
    del data[missing]
    with pytest.raises(EngineError):
        Recipe.from_json(data)
