"""The losses of a job are told as a curve that never grows long."""

from __future__ import annotations

import json
import math

import pytest

from gallery import curves, services
from gallery.models import Photo, Rendering
from tests import cast
from tests.pencil import Pencil, recipe


def drawn(seconds: float, apart: float = 0.1) -> curves.Curve:
    curve: curves.Curve = []
    for number in range(int(seconds / apart)):
        curve = curves.extended(curve, number * apart, {"style": 1 / (1 + number)})
    return curve


@pytest.mark.parametrize("seconds", [1, 10, 24, 25, 60, 500, 4000])
def test_it_covers_the_whole_time_with_at_most_so_many_points(seconds: int) -> None:
    curve = drawn(seconds)
    assert len(curve) <= curves.POINTS
    assert len(curve) >= min(5 * seconds, 40)
    times = [when for when, _ in curve]
    assert times == sorted(set(times))
    assert times[0] == 0
    assert times[-1] >= 0.9 * (seconds - 0.2)


@pytest.mark.parametrize("losses", [None, {}, {"style": math.nan}, {"style": 1.0, "c": math.inf}])
def test_what_is_not_a_number_is_left_out(losses: dict[str, float] | None) -> None:
    assert curves.extended([], 0.0, losses) == []


def test_a_snapshot_carries_it_while_the_job_is_not_finished(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    told: list[dict] = []
    cast.draw(drawing, lambda row: told.append(row.snapshot()))
    during = [s["curve"] for s in told if s["state"] == "running" and s["curve"]]
    assert during
    seconds, losses = during[-1][-1]
    assert seconds > 0
    assert losses["content"] == 0.5
    assert 0 < losses["style"] < 1
    assert told[-1]["curve"] == []
    assert json.loads(json.dumps(during)) == during


def test_losses_beyond_all_numbers_stop_nothing(photo: Photo, pencil: type[Pencil]) -> None:
    drawing = cast.submit(photo, recipe(steps=40, loss=1e9))
    cast.draw(drawing)
    assert drawing.state == "done"


def test_a_cancelled_job_that_is_tried_again_has_none_at_first(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    pencil.at[60] = lambda: services.job_cancel(drawing)
    cast.draw(drawing)
    assert drawing.state == "cancelled"
    services.job_retry(drawing)
    assert drawing.snapshot()["curve"] == []


def test_after_a_pause_it_goes_on_in_time(drawing: Rendering, pencil: type[Pencil]) -> None:
    pencil.at[60] = lambda: services.job_pause(drawing)
    cast.draw(drawing)
    pencil.at.clear()
    first = drawing.curve
    services.job_continue(drawing)
    cast.draw(drawing)
    times = [when for when, _ in drawing.curve]
    assert drawing.curve[: len(first)] == first
    assert times == sorted(set(times))
    assert len(times) > len(first)
