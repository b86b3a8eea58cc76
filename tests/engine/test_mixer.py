"""The mixer paints what StyleBank paints, and does nothing twice that it still remembers."""

from __future__ import annotations

from collections import Counter

import pytest
from PIL import Image

from tests.cast import sample
from tests.engine.painting import counted, rendered
from tests.gpu import Room, limited
from webstyle.engine.device import pick_device
from webstyle.engine.events import EngineError
from webstyle.engine.mixer import Mixer
from webstyle.engine.recipe import Recipe

PLENTY = 100_000_000
TWO = (("udnie", 0.3), ("great-wave", 0.7))
RECIPES = [
    Recipe(TWO, size=64),
    Recipe(TWO, size=96, strength=0.6),
    Recipe(TWO, size=64, keep_color=True),
    Recipe((("udnie", 1.0),), size=64),
    Recipe((("udnie", 1.0), ("udnie", 2.0), ("the-scream", 1.0)), size=64),
    Recipe(TWO, size=64, strength=0.0),
]


class Open:
    """Opens a photo, and counts how often."""

    def __init__(self, name: str = "coffee.png") -> None:
        self.name, self.times = name, 0

    def __call__(self) -> Image.Image:
        self.times += 1
        return sample(self.name)


def mixer(budget: int = PLENTY) -> Mixer:
    return Mixer(pick_device("cpu"), budget)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    return counted(monkeypatch)


def test_it_paints_what_stylebank_paints_to_the_last_bit() -> None:
    kept = mixer()
    for recipe in (*RECIPES, *RECIPES):
        expected = rendered(
            sample("coffee.png"), size=recipe.size, styles=recipe.styles,
            strength=recipe.strength, keep_color=recipe.keep_color,
        )  # fmt: skip
        assert kept.picture("photo", Open(), recipe).tobytes() == expected.tobytes()


def test_other_weights_strength_and_colours_need_neither_photo_nor_encoder_nor_bank(done) -> None:
    kept, photo = mixer(), Open()
    kept.picture("photo", photo, RECIPES[0])
    assert done == {"encode": 1, "udnie": 1, "great-wave": 1}
    for weight in (1, 2, 3):
        recipe = Recipe((("great-wave", weight), ("udnie", 5.0)), size=64, strength=weight / 3)
        kept.picture("photo", photo, recipe)
    kept.picture("photo", photo, RECIPES[2])
    assert done == {"encode": 1, "udnie": 1, "great-wave": 1}
    assert photo.times == 1


def test_another_style_needs_only_its_bank(done) -> None:
    kept = mixer()
    kept.picture("photo", Open(), RECIPES[0])
    kept.picture("photo", Open(), Recipe((*TWO, ("the-scream", 1.0)), size=64))
    assert done == {"encode": 1, "udnie": 1, "great-wave": 1, "the-scream": 1}


def test_photos_and_sizes_are_kept_apart(done) -> None:
    kept = mixer()
    pictures = [
        kept.picture(name, Open(name), recipe)
        for name in ("coffee.png", "rocket.jpg")
        for recipe in RECIPES[:2]
    ]
    assert len({picture.tobytes() for picture in pictures}) == 4
    assert done["encode"] == 4


def test_what_was_used_longest_ago_is_forgotten_first(done) -> None:
    one = mixer()
    one.picture("first", Open(), RECIPES[0])
    kept = mixer(2 * one.used)
    for key in ("first", "second", "first", "third", "first"):
        kept.picture(key, Open(), RECIPES[0])
        assert kept.used <= kept.budget
    assert done["encode"] == 1 + 3
    kept.picture("second", Open(), RECIPES[0])
    assert done["encode"] == 1 + 4


def test_what_it_says_it_uses_is_what_it_keeps() -> None:
    kept = mixer()
    kept.picture("photo", Open(), RECIPES[0])
    height = sample("coffee.png", 64).height
    fitted = 64 * height * 3
    features = [m.features for m in kept.memory.values() if not isinstance(m, Image.Image)]
    assert len(features) == 3
    assert kept.used == fitted + sum(f.numel() * f.element_size() for f in features)


def test_without_room_for_anything_it_still_paints() -> None:
    kept, free = mixer(0), mixer()
    for recipe in RECIPES[:3]:
        expected = free.picture("photo", Open(), recipe)
        assert kept.picture("photo", Open(), recipe).tobytes() == expected.tobytes()
    assert not kept.memory


def test_an_unknown_style_is_refused_and_does_no_harm() -> None:
    kept = mixer()
    with pytest.raises(EngineError, match="unknown style 'nobody': choose from"):
        kept.picture("photo", Open(), Recipe((("nobody", 1.0),), size=64))
    assert kept.picture("photo", Open(), RECIPES[0]).size[0] == 64


def test_where_memory_runs_out_all_is_forgotten_and_the_cpu_paints() -> None:
    kept, recipe, room = mixer(), RECIPES[0], Room(1e9)
    kept.painter = limited(room)
    kept.picture("first", Open(), recipe)
    assert kept.used > 0
    room.values = 0
    made = kept.picture("second", Open(), recipe)
    assert made.tobytes() == mixer().picture("photo", Open(), recipe).tobytes()
    assert (kept.used, kept.keys) == (0, set())
    room.values = 1e9
    kept.picture("second", Open(), recipe)
    assert kept.keys == {"second"}
