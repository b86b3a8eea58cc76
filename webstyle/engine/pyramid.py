"""What optimisation changes: a pyramid of levels; and L-BFGS, with a memory across sizes."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

# Finest first. A value at a coarse level moves many pixels at once and has a large gradient for it;
# the finer ones are scaled up so far that none of them lags behind. By measurement.
LEVEL_SCALES = (5.0, 3.4, 2.2, 1.5, 1.0, 0.7)
CURVED = 1e-10  # y^T s of a pair of vectors that L-BFGS learns anything from; torch's own bound

Levels = list[Tensor]


class Pyramid:
    """A picture as a start and a Laplacian pyramid of changes to it (Burt & Adelson 1983).

    L-BFGS over its levels needs about half the iterations it needs over pixels: a large soft
    change is one number at a coarse level, and thousands that have to agree among pixels.
    """

    def __init__(self, start: Tensor) -> None:
        """``start`` is 1 x 3 x H x W."""
        self.start = start
        height, width = start.shape[2:]
        self.levels = [
            torch.zeros(1, 3, max(1, height >> k), max(1, width >> k), device=start.device)
            for k in range(len(LEVEL_SCALES))
        ]
        for level in self.levels:
            level.requires_grad_()

    def picture(self) -> Tensor:
        """1 x 3 x H x W, with the way back to the levels for its gradient."""
        change = torch.zeros_like(self.levels[-1])
        for level, scale in zip(self.levels[::-1], LEVEL_SCALES[::-1], strict=True):
            change = resized(change, level) + scale * level
        return self.start + change

    def set_gradient(self, gradient: Tensor) -> None:
        """Of a loss by the picture, on to the levels."""
        for level in self.levels:
            level.grad = None
        self.picture().backward(gradient)

    def levels_of(self, flat: Tensor) -> Levels:
        """A vector over all levels, as L-BFGS keeps them, level by level."""
        parts = flat.split([level.numel() for level in self.levels])
        return [part.view_as(level) for part, level in zip(parts, self.levels, strict=True)]


class Pair(NamedTuple):
    """A step that was taken, and by how much it changed the gradient."""

    step: Levels
    change: Levels


def make_optimizer(pyramid: Pyramid, history: int, memory: list[Pair]) -> torch.optim.LBFGS:
    """L-BFGS that knows ``memory``, of a pyramid half as large, from the beginning.

    One iteration a call, without a line search: an event and a visitor's wish fit between any two.
    """
    optimizer = torch.optim.LBFGS(
        pyramid.levels, lr=1, max_iter=1, history_size=history,
        tolerance_grad=0, tolerance_change=0,
    )  # fmt: skip
    pairs = [enlarged(pair, pyramid) for pair in memory[-history:]]
    pairs = [(s, y) for s, y in pairs if float(y @ s) > CURVED]
    if pairs:
        s, y = pairs[-1]
        nothing = torch.zeros_like(y)
        # As after an iteration that did not move: torch then begins with a direction from memory.
        state: dict[str, Any] = optimizer.state[pyramid.levels[0]]
        state.update(
            func_evals=0, n_iter=1, d=nothing, t=1.0, prev_flat_grad=nothing, prev_loss=0.0,
            old_stps=[s for s, _ in pairs], old_dirs=[y for _, y in pairs],
            ro=[1 / (y @ s) for s, y in pairs], H_diag=(y @ s) / (y @ y), al=[None] * history,
        )  # fmt: skip
    return optimizer


def memory_of(optimizer: torch.optim.LBFGS, pyramid: Pyramid) -> list[Pair]:
    """Oldest first; empty before the second iteration."""
    state = optimizer.state[pyramid.levels[0]]
    return [
        Pair(pyramid.levels_of(s), pyramid.levels_of(y))
        for s, y in zip(state.get("old_stps", []), state.get("old_dirs", []), strict=True)
    ]


def enlarged(pair: Pair, pyramid: Pyramid) -> tuple[Tensor, Tensor]:
    """The same step of a picture twice as large, and its change of gradient, each as one vector.

    Each level is the next coarser one there, and there is nothing yet to know of the finest. A
    level that is scaled up more has larger gradients, and smaller numbers for the same step.
    """
    nothing = torch.zeros_like(pyramid.levels[0])
    step, change = [nothing], [nothing]
    for k, level in enumerate(pyramid.levels[1:]):
        ratio = LEVEL_SCALES[k] / LEVEL_SCALES[k + 1]
        step.append(resized(pair.step[k] * ratio, level))
        change.append(resized(pair.change[k] / ratio, level))
    step[-1] = step[-1] + resized(pair.step[-1], step[-1])  # the coarsest has no coarser one
    return flat(step), flat(change)


def resized(x: Tensor, like: Tensor) -> Tensor:
    return x if x.shape == like.shape else F.interpolate(x, size=like.shape[2:], mode="bilinear")


def flat(levels: Levels) -> Tensor:
    return torch.cat([level.flatten() for level in levels])
