"""The loss by tiles is the loss of the whole, and its gradient too."""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from tests.cast import sample
from webstyle.engine import objective
from webstyle.engine.device import pick_device
from webstyle.engine.objective import Losses, Objective, cuts, to_picture
from webstyle.engine.perceptual import get_perceptual
from webstyle.engine.statistics import grams_of, to_tensor

CPU = pick_device("cpu")


def finish(work: Generator[float, None, tuple[Losses, Tensor]]) -> tuple[Losses, Tensor, int]:
    shares = []
    while True:
        try:
            shares.append(next(work))
        except StopIteration as end:
            assert shares == sorted(shares)
            return *end.value, len(shares)


def evaluated(monkeypatch: pytest.MonkeyPatch, tile: int) -> tuple[Losses, Tensor, int]:
    monkeypatch.setattr(objective, "TILE", tile)
    monkeypatch.setattr(objective, "WHOLE_MARGIN", objective.MARGIN)
    monkeypatch.setattr(objective, "WHOLE_CUT", 0)
    network = get_perceptual("compact", CPU, torch.float32)
    photo = to_tensor(sample("coffee.png", 390), CPU)
    target = grams_of(sample("rocket.jpg", 300), network, 300)
    picture = to_tensor(sample("chelsea.png", 390).resize((photo.shape[3], photo.shape[2])), CPU)
    loss = Objective(network, photo, target, seed=3)
    list(loss.look())
    return finish(loss.gradient(picture))


def test_by_tiles_losses_and_gradient_are_those_of_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, by_whole, none = evaluated(monkeypatch, 768)
    tiled, by_tiles, parts = evaluated(monkeypatch, 160)
    assert (none, parts > 4) == (0, True)
    for one, other in zip(whole, tiled, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-6)
    error = ((by_whole - by_tiles) ** 2).sum() / (by_whole**2).sum()
    assert error < 1e-4


def test_the_gradient_is_the_losses_slope() -> None:
    network = get_perceptual("compact", CPU, torch.float32)
    photo = to_tensor(sample("coffee.png", 96), CPU)
    loss = Objective(network, photo, grams_of(sample("rocket.jpg"), network, 96))
    list(loss.look())
    picture = to_tensor(sample("chelsea.png", 96).resize((photo.shape[3], photo.shape[2])), CPU)
    _, gradient, _ = finish(loss.gradient(picture))
    step = 1e-3 * gradient / gradient.norm()
    up, down = (finish(loss.gradient(picture + s))[0].total for s in (step, -step))
    assert float(up - down) / 2e-3 == pytest.approx(float(gradient.norm()), rel=0.05)


@pytest.mark.parametrize("side", [8, 500, 769, 1152, 1153, 1300, 1536, 2048, 3001, 4096])
@pytest.mark.parametrize("shift", [0, 16, 176, 192, 400, 752])
def test_cuts_cover_a_side_without_gap_or_overlap(side: int, shift: int) -> None:
    parts = cuts(side, shift)
    assert parts[0][0] == 0
    assert all(a + length == b for (a, length), (b, _) in pairwise(parts))
    assert 0 <= sum(parts[-1]) - side < 16
    assert all(length % 16 == 0 for _, length in parts)
    assert all(length >= 192 for _, length in parts) or len(parts) == 1
    assert all(length <= 768 * 3 // 2 for _, length in parts)


def test_a_picture_survives_the_way_to_a_tensor_and_back() -> None:
    picture = sample("coffee.png", 64)
    assert to_picture(to_tensor(picture, CPU)).tobytes() == picture.tobytes()
