"""Where memory runs out a picture goes on in smaller parts, then on the CPU, and it is said."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from tests import gpu
from tests.cast import sample
from tests.gpu import CPU, GPU, Room, limited, plug_in
from webstyle.engine import fallback
from webstyle.engine.engines import gatys, stylebank
from webstyle.engine.engines.gatys import Gatys
from webstyle.engine.engines.stylebank import StyleBank
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.fallback import Fallback, is_out_of_memory
from webstyle.engine.recipe import Recipe

PHOTO = sample("coffee.png", 256)
RECIPE = Recipe(styles=(("udnie", 1.0),), size=256)
DRAWN = Recipe(styles=(("udnie", 1.0),), engine="gatys", size=64, params={"iterations": 6})
# The largest input of a convolution has 866 thousand values for all of PHOTO, 558 in parts.
SOME, NONE = 700_000, 1000


class NoRoom(Room):
    """As a CPU runs out: torch's own error, for want of a petabyte."""

    def run_out(self, wanted: Tensor) -> None:
        torch.empty(10**15)


def on(device: torch.device, recipe: Recipe = RECIPE) -> Fallback:
    engine: Any = Gatys() if recipe.engine == "gatys" else StyleBank()
    return Fallback(engine, PHOTO, recipe, device=device)


def painted(work: Fallback) -> tuple[list[Progress], Result]:
    *events, last = work.run()
    assert isinstance(last, Result)
    return events, last  # type: ignore[return-value]


def alike(one: Image.Image, other: Image.Image) -> bool:
    return bool((np.asarray(one) == np.asarray(other)).all())


def alone(way: int) -> Image.Image:
    *_, last = StyleBank(way).run(PHOTO, RECIPE, device=CPU)
    return last.picture


def test_with_room_enough_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, Room(1e9))
    work = on(GPU)
    events, last = painted(work)
    assert (work.note, last.figures) == ("", {})
    assert alike(last.picture, alone(0))
    assert not any("memory" in event.stage for event in events)


def test_a_gpu_that_runs_out_goes_on_in_smaller_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, Room(SOME))
    work = on(GPU)
    events, last = painted(work)
    assert "cuda:0 ran out of memory: going on in smaller parts" in [e.stage for e in events]
    assert "Painting part by part" in [event.stage for event in events]
    assert last.figures == {
        "device": "cuda:0", "note": "cuda:0 ran out of memory: painted in smaller parts"
    }  # fmt: skip
    assert work.device == GPU
    assert alike(last.picture, alone(1))


def test_where_smaller_parts_have_no_room_either_the_cpu_paints_it_whole(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plug_in(monkeypatch, Room(NONE))
    work = on(GPU)
    events, last = painted(work)
    ways = [event.stage for event in events if "ran out of memory" in event.stage]
    assert [way.rpartition(" going on ")[2] for way in ways] == [
        "in smaller parts", "in smaller parts", "on the CPU"
    ]  # fmt: skip
    assert last.figures["note"] == work.note == "cuda:0 ran out of memory: painted on the CPU"
    assert work.device == CPU
    assert alike(last.picture, alone(0))
    assert f"cuda:0 ran out of memory: {gpu.SAID}" in caplog.messages


def test_a_cpu_that_runs_out_goes_on_in_smaller_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylebank, "WAYS", gpu.WAYS)
    small = limited(NoRoom(SOME))
    monkeypatch.setattr(stylebank, "get_painter", lambda device: small)
    _, last = painted(on(CPU))
    assert last.figures["note"] == "cpu ran out of memory: painted in smaller parts"


def test_without_any_way_left_it_is_a_memory_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylebank, "WAYS", gpu.WAYS)
    small = limited(NoRoom(NONE))
    monkeypatch.setattr(stylebank, "get_painter", lambda device: small)
    with pytest.raises(MemoryError, match="256 px"):
        painted(on(CPU))


def test_a_small_picture_is_not_tried_in_smaller_parts() -> None:
    small = Recipe(styles=(("udnie", 1.0),), size=2048)
    assert StyleBank().thriftier(PHOTO, small) is None
    large = Recipe(styles=(("udnie", 1.0),), size=4096)
    assert StyleBank().thriftier(PHOTO, large).way == 1
    assert StyleBank(1).thriftier(PHOTO, large) is None


def test_what_ran_out_is_given_back_before_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[Any] = []

    class Remembering(Room):
        def run_out(self, wanted: Tensor) -> None:
            left.append(weakref.ref(wanted))
            super().run_out(wanted)

    emptied: list[bool] = []
    plug_in(monkeypatch, Remembering(NONE))
    monkeypatch.setattr(
        fallback.torch.cuda, "empty_cache",
        lambda: emptied.append(all(tensor() is None for tensor in left)),
    )  # fmt: skip
    painted(on(GPU))
    assert emptied == [True] * 3


def test_another_engine_goes_straight_to_the_cpu_and_on_from_its_checkpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for event in Gatys().run(PHOTO, DRAWN, device=CPU):
        assert isinstance(event, Progress)
        if event.step and event.checkpoint:
            step, packed = event.step, event.checkpoint()
            break
    known = gatys.get_perceptual

    def full(name: str, device: torch.device) -> Any:
        if device == GPU:
            raise torch.OutOfMemoryError(gpu.SAID)
        return known(name, device)

    monkeypatch.setattr(gatys, "get_perceptual", full)
    work = on(GPU, DRAWN)
    first, second, *_, last = work.run(packed)
    assert first.stage == "cuda:0 ran out of memory: going on on the CPU"
    assert second.step == step
    assert isinstance(last, Result)
    assert last.figures["device"] == "cpu"
    assert last.figures["style"] > 0


def test_other_errors_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = Recipe(styles=(("mona-lisa", 1.0),), size=64)
    with pytest.raises(EngineError, match="mona-lisa"):
        painted(on(CPU, unknown))
    assert not is_out_of_memory(RuntimeError("CUDA error: device-side assert triggered"))
    assert not is_out_of_memory(OSError(12, "Cannot allocate memory"))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.cuda.OutOfMemoryError(gpu.SAID),
        torch.AcceleratorError("CUDA error: out of memory"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("GET was unable to find an engine to execute this computation"),
    ],
)
def test_memory_that_ran_out_is_known_by_what_torch_says(error: Exception) -> None:
    assert is_out_of_memory(error)


def test_closing_it_closes_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    class Watched(StyleBank):
        def run(self, *args: Any, **kwargs: Any) -> Any:
            try:
                yield from super().run(*args, **kwargs)
            finally:
                closed.append(True)

    events = Fallback(Watched(), PHOTO, RECIPE, device=CPU).run()
    next(events)
    events.close()
    assert closed == [True]
