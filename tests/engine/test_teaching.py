"""Teaching a style: one new bank, from any painting, with nothing but what the package brings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from tests.cast import sample
from tests.engine.painting import painting
from webstyle.engine import stylefile
from webstyle.engine.device import pick_device
from webstyle.engine.engines.stylebank import Painter
from webstyle.engine.events import EngineError, Progress
from webstyle.engine.statistics import style_grams
from webstyle.engine.training.teaching import Lesson, Pupil, Taught, target_of, teach
from webstyle.engine.weights import AUTOENCODER, taught_file

CPU = pick_device("cpu")
LESSON = Lesson("Marmalade", artist="A cat", year=2013)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    """A painting with a style that is known: a photo, painted as The Great Wave."""
    return painting(sample("rocket.jpg", 448), "great-wave")


@pytest.fixture(scope="module")
def distances() -> list[float]:
    """Of the pictures that ``pupil`` painted before and after its lessons, to the painting."""
    return []


@pytest.fixture(scope="module")
def pupil(picture: Image.Image, distances: list[float]) -> Pupil:
    """After some lessons; its tests change nothing of it."""
    pupil = Pupil([picture], LESSON, [], CPU)
    pupil.begin("starry-night")
    distances.append(pupil.distance([pupil.paint(photo) for photo in pupil.shown]))
    for _ in range(30):
        pupil.learn()
    distances.append(pupil.distance([pupil.paint(photo) for photo in pupil.shown]))
    pupil.seconds = 3.5
    return pupil


def events(*paintings: Image.Image, minutes: float = 0.05, **options: object) -> list[object]:
    lesson = Lesson("x", minutes=minutes, start="udnie")  # to look for the nearest takes a while
    return list(teach(paintings, lesson, device=CPU, **options))  # type: ignore[arg-type]


def test_the_nearest_style_is_the_one_that_painted_it(pupil: Pupil) -> None:
    assert pupil.nearest() == "great-wave"


def test_a_few_steps_bring_the_pictures_nearer_to_the_painting(
    pupil: Pupil, distances: list[float]
) -> None:
    before, after = distances
    assert after < 0.7 * before


def test_the_auto_encoder_stays_as_it_is(pupil: Pupil) -> None:
    kept = load_file(AUTOENCODER)
    now = pupil.network.state_dict()
    assert all(torch.equal(now[name], value.float()) for name, value in kept.items())


def test_the_file_paints_what_the_preview_showed(
    pupil: Pupil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR", str(tmp_path))
    taught = pupil.taught()
    assert isinstance(taught, Taught)
    place = taught_file("marmalade")
    place.parent.mkdir()
    place.write_bytes(taught.weights)
    found = stylefile.check(place)
    assert (found.title, found.artist, found.year) == ("Marmalade", "A cat", 2013)
    assert found.training["start"] == "starry-night"
    photo = sample("coffee.png", 200)
    painter = Painter(CPU)
    shown = painter.decode(painter.apply(painter.encode(photo), "taught:marmalade"))
    assert np.array_equal(shown, pupil.paint(photo))


def test_the_file_carries_the_statistics_for_optimisation(
    pupil: Pupil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR", str(tmp_path))
    place = taught_file("marmalade")
    place.parent.mkdir()
    place.write_bytes(pupil.taught().weights)
    grams = style_grams("taught:marmalade", pupil.judge.network, 448)
    wanted = pupil.target.grams
    for layer, gram in grams.items():
        assert ((gram - wanted[layer]) ** 2).sum() < 0.05 * (wanted[layer] ** 2).sum(), layer


def test_a_lesson_goes_on_where_it_was(pupil: Pupil, picture: Image.Image) -> None:
    other = Pupil([picture], LESSON, [], CPU)
    other.unpack(pupil.pack())
    assert (other.step, other.seconds, other.start) == (30, 3.5, "starry-night")
    photo = sample("coffee.png", 128)
    assert np.array_equal(other.paint(photo), pupil.paint(photo))
    other.learn()
    assert other.step == 31


def test_it_tells_how_far_it_is_and_ends_with_the_style(picture: Image.Image) -> None:
    found = events(picture)
    *steps, last = found
    assert isinstance(last, Taught)
    assert max(last.picture.size) <= 384
    assert all(isinstance(step, Progress) for step in steps)
    learning = [step for step in steps if isinstance(step, Progress) and step.losses]
    assert learning[-1].total == 3
    assert set(learning[-1].losses or {}) == {"style", "content"}
    assert 0.04 < float(last.figures["minutes"]) < 1


def test_what_is_learned_can_be_kept_at_any_time(picture: Image.Image) -> None:
    work = teach([picture], Lesson("x", minutes=5, start="udnie"), device=CPU)
    event = next(event for event in work if isinstance(event, Progress) and event.keep)
    assert event.keep
    assert event.preview
    assert event.preview().size == (864, 288)
    assert isinstance(event.keep(), Taught)
    work.close()


def test_a_region_has_the_style_of_what_is_in_it() -> None:
    """Left one painting, right another: each half alone asks for what its painting asks for."""
    left = painting(sample("rocket.jpg", 448), "great-wave").resize((448, 448))
    right = painting(sample("rocket.jpg", 448), "the-scream").resize((448, 448))
    both = Image.new("RGBA", (896, 448))
    both.paste(left, (0, 0))
    both.paste(right, (448, 0))
    region = Image.new("L", both.size, 0)
    region.paste(255, (448, 0, 896, 448))
    both.putalpha(region)

    asked = target_of([both], 1.0, CPU)
    grams = {layer: gram[None] for layer, gram in asked.grams.items()}
    off = [float(target_of([half], 1.0, CPU).style_loss(grams)) for half in (left, right)]
    assert off[1] < 0.1 * off[0]
    assert (asked.pixels.mean(0) - target_of([right], 1.0, CPU).pixels.mean(0)).abs().max() < 0.02


def test_several_paintings_of_one_hand_count_the_same() -> None:
    parts = [painting(sample("rocket.jpg", 300), style) for style in ("udnie", "water-lilies")]
    one, other = (target_of([part], 1.0, CPU).grams["relu3_1"] for part in parts)
    both = target_of(parts, 1.0, CPU).grams["relu3_1"]
    assert torch.allclose(both, (one + other) / 2, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": " "}, "no title"),
        ({"minutes": 0}, "minutes 0 is out of range"),
        ({"minutes": float("nan")}, "minutes nan is out of range"),
        ({"stroke": 9}, "stroke 9 is out of range"),
        ({"start": "mona-lisa"}, "unknown style 'mona-lisa'"),
        ({"start": "taught:../../secret"}, "no name of a taught style"),
    ],
)
def test_a_lesson_that_cannot_be_given_is_refused(values: dict[str, object], words: str) -> None:
    with pytest.raises(EngineError, match=words):
        Lesson(**{"title": "x", **values})  # type: ignore[arg-type]


def test_a_style_needs_a_painting_and_a_region_some_pixels(picture: Image.Image) -> None:
    with pytest.raises(EngineError, match="No painting"):
        events()
    faint = picture.copy()
    faint.putalpha(Image.new("L", faint.size, 1))
    with pytest.raises(EngineError, match="the region is"):
        events(faint)


def test_a_checkpoint_of_something_else_is_refused(picture: Image.Image) -> None:
    with pytest.raises(EngineError, match="checkpoint of the lesson"):
        events(picture, checkpoint=b"a picture, perhaps")
