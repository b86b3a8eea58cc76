"""Optimisation: nearer to the painting than the photo is, and steered by each of its parameters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from PIL import Image

from tests.cast import sample
from tests.engine.painting import difference
from webstyle.engine.device import pick_device
from webstyle.engine.engines.gatys import Gatys
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.images import fit
from webstyle.engine.perceptual import get_perceptual
from webstyle.engine.recipe import Recipe
from webstyle.engine.statistics import grams_of, to_tensor

CPU = pick_device("cpu")
PHOTO, PAINTING = "coffee.png", "rocket.jpg"  # any picture may play the painting
OWN = (("painting:own", 1.0),)


def paint(
    styles: tuple[tuple[str, float], ...] = OWN,
    paintings: Mapping[str, Image.Image] | None = None,
    size: int = 128,
    checkpoint: bytes | None = None,
    **values: object,
) -> tuple[Result, list[Progress]]:
    params = {"iterations": 20} | values.pop("params", {})  # type: ignore[operator]
    recipe = Recipe(styles=styles, engine="gatys", size=size, params=params, **values)  # type: ignore[arg-type]
    given = {"own": sample(PAINTING)} if paintings is None else paintings
    *progress, result = Gatys().run(
        sample(PHOTO), recipe, device=CPU, paintings=given, checkpoint=checkpoint
    )
    assert isinstance(result, Result)
    return result, [event for event in progress if isinstance(event, Progress)]


def small_photo() -> Image.Image:
    """The photo at the size of the result."""
    return fit(sample(PHOTO), 128)


def distance(picture: Image.Image, painting: Image.Image) -> float:
    """Of their Gram matrices, relative, summed over the layers."""
    network = get_perceptual("compact", CPU)
    mine, wanted = (grams_of(x, network, max(picture.size)) for x in (picture, painting))
    return sum(float(((mine[k] - g) ** 2).sum() / (g**2).sum()) for k, g in wanted.items())


def test_it_comes_much_nearer_to_a_painting_than_the_photo_is() -> None:
    painting = sample(PAINTING)
    result, _ = paint()
    assert distance(result.picture, painting) < 0.1 * distance(small_photo(), painting)


def test_its_losses_are_told_and_fall() -> None:
    result, progress = paint()
    losses = [event.losses["style"] for event in progress if event.losses]
    assert len(losses) >= 15
    assert losses[-1] < 0.2 * losses[0]
    assert set(result.figures) == {"style", "content"}


def test_with_more_content_it_stays_nearer_to_the_photo() -> None:
    loose, close = (paint(params={"content_weight": w})[0].figures for w in (0.1, 10.0))
    assert close["content"] < loose["content"]
    assert close["style"] > loose["style"]


def test_with_more_style_it_comes_nearer_to_the_painting() -> None:
    little, much = (paint(params={"style_weight": w})[0].figures for w in (0.1, 10.0))
    assert much["style"] < little["style"]


def test_a_smoother_picture_has_less_between_neighbours() -> None:
    rough, smooth = (paint(params={"smooth": s})[0].picture for s in (0.0, 10.0))

    def grain(picture: Image.Image) -> float:
        return float(np.abs(np.diff(np.asarray(picture, float), axis=0)).mean())

    assert grain(smooth) < grain(rough)


def test_at_no_strength_it_is_the_photo() -> None:
    result, _ = paint(strength=0.0)
    assert difference(result.picture, small_photo()) < 3


def test_the_scale_of_the_strokes_changes_the_picture() -> None:
    fine, coarse = (paint(params={"stroke": s})[0].picture for s in (0.25, 1.0))
    assert difference(fine, coarse) > 3


def test_keeping_colours_takes_the_lightness_alone() -> None:
    result, _ = paint(keep_color=True)
    _, *colours = result.picture.convert("YCbCr").split()
    _, *wanted = small_photo().convert("YCbCr").split()
    for found, photo in zip(colours, wanted, strict=True):
        assert np.abs(np.asarray(found, float) - np.asarray(photo, float)).mean() < 4


def test_two_paintings_pull_between_them() -> None:
    given = {"a": sample(PAINTING), "b": sample("chelsea.png")}
    both, _ = paint((("painting:a", 1.0), ("painting:b", 1.0)), given)
    for name, painting in given.items():
        alone, _ = paint(((f"painting:{name}", 1.0),), given)
        assert difference(both.picture, alone.picture) > 2
        assert distance(both.picture, painting) < distance(small_photo(), painting)


def test_a_built_in_style_needs_no_painting_and_may_mix_with_one() -> None:
    result, _ = paint((("starry-night", 2.0), ("painting:own", 1.0)))
    assert result.figures["style"] < 1


def test_warm_it_begins_from_stylebanks_picture() -> None:
    cold, warm = (
        paint((("starry-night", 1.0),), params={"warm_start": w, "iterations": 5})[1]
        for w in (False, True)
    )
    first = [next(e.losses["style"] for e in run if e.losses) for run in (cold, warm)]
    assert first[1] < first[0]


def test_it_works_from_coarse_to_fine() -> None:
    _, progress = paint(size=512, params={"iterations": 5})
    stages = list(dict.fromkeys(event.stage for event in progress))
    assert stages[1:] == ["Painting at 256 px", "Painting at 512 px"]


def test_it_stops_when_it_no_longer_improves() -> None:
    short, long = (
        paint((("udnie", 1.0),), size=64, params={"iterations": 150, "until_still": s})[1]
        for s in (True, False)
    )
    assert short[-1].step < long[-1].step == 150


def test_it_goes_on_from_a_checkpoint_to_as_good_a_picture() -> None:
    whole, progress = paint()
    packed = [event.checkpoint for event in progress if event.checkpoint][9]
    again, later = paint(checkpoint=packed())
    assert later[0].step > 5
    assert len(later) < len(progress)
    assert again.figures["style"] < 2 * float(whole.figures["style"])


def test_it_refuses_a_checkpoint_of_another_picture() -> None:
    _, progress = paint()
    packed = [event.checkpoint for event in progress if event.checkpoint][-1]()
    with pytest.raises(EngineError, match="another picture"):
        paint(checkpoint=packed, strength=0.5)


def test_a_painting_that_was_not_handed_over_is_named() -> None:
    with pytest.raises(EngineError, match="painting:own was not handed over"):
        paint(paintings={})


def test_a_thin_picture_and_a_tiny_painting_are_painted_too() -> None:
    recipe = Recipe(styles=OWN, engine="gatys", size=128, params={"iterations": 5})
    thin = Image.new("RGB", (300, 20), "olive")
    *_, last = Gatys().run(
        thin, recipe, device=CPU, paintings={"own": sample(PAINTING).resize((16, 16))}
    )
    assert isinstance(last, Result)
    assert last.picture.size == (128, 9)


def test_a_flat_photo_gives_no_nonsense() -> None:
    recipe = Recipe(styles=OWN, engine="gatys", size=64, params={"iterations": 5})
    flat = Image.new("RGB", (64, 64), "black")
    *_, last = Gatys().run(flat, recipe, device=CPU, paintings={"own": sample(PAINTING)})
    assert isinstance(last, Result)
    assert bool(torch.isfinite(to_tensor(last.picture, CPU)).all())
    assert all(np.isfinite(float(v)) for v in last.figures.values())
