"""What every engine promises, tried on every engine that is registered."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from tests.cast import sample
from webstyle.engine.device import pick_device
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.recipe import Recipe
from webstyle.engine.registry import engine_names, get_engine, make_params

CPU = pick_device("cpu")
every_engine = pytest.mark.parametrize("name", engine_names())


QUICK = {"gatys": {"iterations": 6}}  # parameters that make a slow engine quick


def recipe(name: str, **values: object) -> Recipe:
    usual = {"styles": (("starry-night", 1.0),), "engine": name, "size": 64}
    return Recipe(**usual | {"params": QUICK.get(name, {})} | values)


def events(name: str, asked: Recipe | None = None) -> list[Progress | Result]:
    photo = sample("coffee.png")
    return list(get_engine(name)().run(photo, asked or recipe(name), device=CPU))


def test_there_is_an_engine() -> None:
    assert "stylebank" in engine_names()


@every_engine
def test_it_tells_progress_and_ends_in_one_result(name: str) -> None:
    *progress, result = events(name)
    assert progress
    assert all(isinstance(event, Progress) for event in progress)
    assert isinstance(result, Result)
    assert result.picture.mode == "RGB"
    assert max(result.picture.size) == 64


@every_engine
def test_its_steps_never_fall_and_stay_below_the_total(name: str) -> None:
    progress = [event for event in events(name) if isinstance(event, Progress)]
    steps = [event.step for event in progress]
    assert steps == sorted(steps)
    assert {event.total for event in progress} == {progress[0].total}
    assert all(0 <= event.step < event.total and event.stage for event in progress)


@every_engine
def test_it_leaves_torch_as_it_was_between_events(name: str) -> None:
    for _ in get_engine(name)().run(sample("coffee.png"), recipe(name), device=CPU):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()


@every_engine
def test_it_can_be_closed_after_any_event_and_run_again(name: str) -> None:
    for stop in range(len(events(name)) - 1):
        run = get_engine(name)().run(sample("coffee.png"), recipe(name), device=CPU)
        for _ in range(stop + 1):
            next(run)
        run.close()
        with pytest.raises(StopIteration):
            next(run)
        assert torch.is_grad_enabled()
    assert isinstance(events(name)[-1], Result)


@every_engine
def test_it_paints_the_same_picture_twice_for_one_seed(name: str) -> None:
    first, second = (np.asarray(events(name)[-1].picture) for _ in range(2))
    assert np.array_equal(first, second)


@every_engine
def test_it_paints_something_else_than_the_photo(name: str) -> None:
    picture = events(name)[-1].picture
    photo = sample("coffee.png").resize(picture.size)
    assert np.abs(np.asarray(picture, float) - np.asarray(photo, float)).mean() > 5


@every_engine
def test_its_preview_is_a_small_picture_made_when_asked_for(name: str) -> None:
    run = get_engine(name)().run(sample("coffee.png"), recipe(name), device=CPU)
    previews = [e.preview() for e in run if isinstance(e, Progress) and e.preview]
    assert previews
    for preview in previews:
        assert isinstance(preview, Image.Image)
        assert preview.mode == "RGB"
        assert max(preview.size) <= 512


@every_engine
def test_it_refuses_an_unknown_style_before_any_work(name: str) -> None:
    asked = recipe(name, styles=(("starry-night", 1.0), ("no-such-style", 1.0)))
    with pytest.raises(EngineError, match=r"unknown style 'no-such-style': choose from .*udnie"):
        next(get_engine(name)().run(sample("coffee.png"), asked, device=CPU))


@every_engine
def test_it_refuses_a_parameter_it_does_not_have(name: str) -> None:
    with pytest.raises(EngineError, match="no parameter 'no_such_thing'"):
        events(name, recipe(name, params={"no_such_thing": 1}))


@every_engine
def test_it_refuses_a_picture_that_is_too_large_for_it(name: str) -> None:
    engine = get_engine(name)
    with pytest.raises(EngineError, match=rf"size {engine.largest + 1} is out of range"):
        events(name, recipe(name, size=engine.largest + 1))


@every_engine
def test_each_parameter_has_a_default(name: str) -> None:
    engine = get_engine(name)
    assert dataclasses.is_dataclass(engine.Params)
    assert engine.Params() == engine.Params()


@every_engine
def test_it_refuses_a_parameter_of_another_type_or_beyond_its_limits(name: str) -> None:
    engine = get_engine(name)
    for field in dataclasses.fields(engine.Params):
        bad = ["much"] if isinstance(field.default, str) else ["much", None]
        if field.metadata["high"] is not None:
            bad += [field.metadata["high"] + 1, field.metadata["low"] - 1, float("nan")]
        for value in bad:
            with pytest.raises(EngineError, match=field.name):
                make_params(engine, {field.name: value})


@every_engine
def test_it_can_be_ended_with_what_there_is(name: str) -> None:
    for event in get_engine(name)().run(sample("coffee.png"), recipe(name), device=CPU):
        if isinstance(event, Progress) and event.keep:
            assert max(event.keep().picture.size) == 64
            break
    else:
        assert get_engine(name).lane == "fast"


@every_engine
def test_it_goes_on_from_a_checkpoint(name: str) -> None:
    steps, packed = [], None
    for event in get_engine(name)().run(sample("coffee.png"), recipe(name), device=CPU):
        if isinstance(event, Progress) and event.checkpoint:
            packed, steps = event.checkpoint(), [*steps, event.step]
            if len(steps) == 3:
                break
    if packed is None:
        assert get_engine(name).lane == "fast"
        return
    run = get_engine(name)().run(sample("coffee.png"), recipe(name), device=CPU, checkpoint=packed)
    later = list(run)
    assert later[0].step == steps[-1]
    assert isinstance(later[-1], Result)


@every_engine
def test_it_refuses_a_checkpoint_of_something_else(name: str) -> None:
    if get_engine(name).lane == "fast":
        return
    run = get_engine(name)().run(
        sample("coffee.png"), recipe(name), device=CPU, checkpoint=b"nothing of the kind"
    )
    with pytest.raises(EngineError, match="checkpoint"):
        list(run)


@every_engine
def test_it_says_its_name_title_and_lane(name: str) -> None:
    engine = get_engine(name)
    assert engine.name == name
    assert engine.title
    assert engine.lane in ("fast", "slow")


def test_an_unknown_engine_is_refused_with_those_there_are() -> None:
    with pytest.raises(EngineError, match=r"unknown engine 'oil': choose from .*stylebank"):
        get_engine("oil")
