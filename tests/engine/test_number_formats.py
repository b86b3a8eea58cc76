"""Half precision paints the same pictures; what would suffer from it is done in more."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.cast import sample
from webstyle.engine.device import pick_dtype, pick_wide_dtype
from webstyle.engine.engines.stylebank import Painter
from webstyle.engine.norms import own_moments
from webstyle.engine.objective import Objective
from webstyle.engine.perceptual import get_perceptual
from webstyle.engine.statistics import style_grams, to_tensor

CPU, GPU = torch.device("cpu"), torch.device("cuda:0")
PHOTOS = ("coffee.png", "rocket.jpg")
STYLES = ("starry-night", "udnie", "roman-mosaic", "wheat-field")


@functools.cache
def painter(dtype: torch.dtype) -> Painter:
    return Painter(CPU, dtype)


def painted(dtype: torch.dtype, photo: str, style: str) -> np.ndarray:
    own = painter(dtype)
    picture = own.decode(own.apply(own.encode(sample(photo, 256)), style))
    return np.asarray(picture).astype(int)


def gradient(dtype: torch.dtype) -> Tensor:
    """Of optimisation, at its first step."""
    photo = to_tensor(sample("coffee.png", 256), CPU)
    start = to_tensor(sample("astronaut.png", 256).resize((256, photo.shape[2])), CPU)
    grams = style_grams("starry-night", get_perceptual("compact", CPU, torch.float32), 256)
    objective = Objective(get_perceptual("compact", CPU, dtype), photo, grams)
    for _ in objective.look():
        pass
    work = objective.gradient(start)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value[1].flatten().double()


@pytest.mark.parametrize("photo", PHOTOS)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("dtype", "mean", "most"), [(torch.float16, 0.15, 2), (torch.bfloat16, 0.8, 12)]
)
def test_pictures_in_half_precision_are_those_in_float32(
    photo: str, style: str, dtype: torch.dtype, mean: float, most: int
) -> None:
    """In levels of 255. Measured, of all styles (docs/speed.md): float16 0.05 in the mean and 1
    at most, bfloat16 0.43 and 7."""
    difference = np.abs(painted(dtype, photo, style) - painted(torch.float32, photo, style))
    assert difference.mean() < mean
    assert difference.max() <= most


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_the_norms_see_float32_whatever_paints(dtype: torch.dtype) -> None:
    seen = set()

    def noting(x: Tensor, where: Tensor | None, step: int) -> tuple[Tensor, Tensor]:
        seen.add(x.dtype)
        return own_moments(x, where, step)

    own = painter(dtype)
    with torch.inference_mode():
        features = own.encode(sample("coffee.png", 128)).features
        assert features.dtype == dtype
        own.bank("udnie")(features, moments=noting)
    assert seen == {torch.float32}


def test_the_gradient_of_optimisation_has_no_room_in_float16_and_all_it_needs_in_bfloat16() -> None:
    true = gradient(torch.float32)
    half = gradient(torch.bfloat16)
    assert float(half @ true / (half.norm() * true.norm())) > 0.97
    assert not gradient(torch.float16).isfinite().all()


@pytest.mark.parametrize(
    ("capability", "wide"), [((7, 5), torch.float32), ((8, 0), torch.bfloat16)]
)
def test_on_a_gpu_pictures_are_float16_and_gradients_are_not(
    capability: tuple[int, int], wide: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert pick_dtype(GPU) == torch.float16
    assert pick_wide_dtype(GPU) == wide
    assert pick_wide_dtype(CPU) == pick_dtype(CPU) != torch.float16
