"""The levels that optimisation changes, and what L-BFGS takes along to the next size."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.cast import sample
from webstyle.engine.device import pick_device
from webstyle.engine.pyramid import Pyramid, enlarged, make_optimizer, memory_of
from webstyle.engine.statistics import to_tensor

CPU = pick_device("cpu")


def descend(pyramid: Pyramid, optimizer: torch.optim.LBFGS, wanted: Tensor) -> list[float]:
    """The losses of eight iterations towards a picture whose smooth parts count most."""
    losses = []
    for _ in range(8):
        picture = pyramid.picture().detach().requires_grad_()
        error = picture - wanted
        loss = (error**2).mean() + 30 * (F.avg_pool2d(error, 4) ** 2).mean()
        loss.backward()
        assert picture.grad is not None
        pyramid.set_gradient(picture.grad)
        optimizer.step(lambda value=loss: value)  # type: ignore[misc]
        losses.append(loss.item())
    return losses


def photo(name: str, size: int) -> Tensor:
    return to_tensor(sample(name, 192).resize((size, size)), CPU)


def test_a_pyramid_begins_as_its_start_and_passes_a_gradient_on() -> None:
    start = to_tensor(sample("coffee.png", 70), CPU)
    pyramid = Pyramid(start)
    assert torch.equal(pyramid.picture(), start)
    pyramid.set_gradient(torch.ones_like(start))
    assert all(level.grad is not None and level.grad.abs().sum() > 0 for level in pyramid.levels)


@pytest.mark.parametrize("size", [64, 71])
def test_at_the_next_size_the_memory_saves_iterations(size: int) -> None:
    small = Pyramid(photo("coffee.png", size))
    optimizer = make_optimizer(small, 6, [])
    assert memory_of(optimizer, small) == []
    descend(small, optimizer, photo("chelsea.png", size))
    memory = memory_of(optimizer, small)
    assert len(memory) == 6

    wanted = photo("chelsea.png", 2 * size)
    with_memory, without = (
        descend(large, make_optimizer(large, 6, kept), wanted)
        for kept in (memory, [])
        for large in [Pyramid(photo("coffee.png", 2 * size))]
    )
    assert with_memory[0] == without[0]
    assert with_memory[3] < 0.7 * without[3]


def test_a_remembered_step_is_the_same_change_of_a_picture_twice_as_large() -> None:
    small, large = Pyramid(torch.zeros(1, 3, 64, 64)), Pyramid(torch.zeros(1, 3, 128, 128))
    optimizer = make_optimizer(small, 6, [])
    descend(small, optimizer, photo("chelsea.png", 64))
    (pair, *_) = memory_of(optimizer, small)
    step, _ = enlarged(pair, large)
    for level, part in zip(small.levels, pair.step, strict=True):
        level.data.copy_(part)
    for level, part in zip(large.levels, large.levels_of(step), strict=True):
        level.data.copy_(part)
    expected = F.interpolate(small.picture(), scale_factor=2, mode="bilinear")
    assert expected.abs().max() > 0.01
    torch.testing.assert_close(large.picture(), expected)
