"""Mean and variance for instance norms: of the map seen, or noted once and told to all tiles.

A tile that took its own would differ from its neighbours in colour and contrast. So the statistics
are taken once, and every tile uses them (thumbnail instance normalisation, Chen et al., AAAI 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

# Variance and mean of each channel of a map B x C x H x W, of whose pixels only every so manieth is
# given; of those that the weights B x 1 x H x W of the whole map weigh, if there are any.
Moments = Callable[[Tensor, Tensor | None, int], tuple[Tensor, Tensor]]


def own_moments(x: Tensor, where: Tensor | None, step: int) -> tuple[Tensor, Tensor]:
    if where is None:
        return torch.var_mean(x, (2, 3), correction=0, keepdim=True)
    weight = where[..., ::step, ::step]
    weight = weight / weight.sum()
    mean = (x * weight).sum((2, 3), keepdim=True)
    return ((x - mean) ** 2 * weight).sum((2, 3), keepdim=True), mean


class Norms:
    """What the norms of one bank saw, in their order."""

    def __init__(self) -> None:
        self.seen: list[tuple[Tensor, Tensor]] = []

    def note(self, x: Tensor, where: Tensor | None, step: int) -> tuple[Tensor, Tensor]:
        """Of a batch of patches as if they were one map."""
        where = where if where is None else joined(where[..., ::step, ::step])
        self.seen.append(own_moments(joined(x), where, 1))
        return self.seen[-1]

    def telling(self) -> Moments:
        """For one more pass through the bank: what was noted, in its order."""
        noted: Iterator[tuple[Tensor, Tensor]] = iter(self.seen)
        return lambda x, where, step: next(noted)


def joined(x: Tensor) -> Tensor:
    """B x C x H x W to 1 x C x B H x W."""
    return x.transpose(0, 1).flatten(1, 2)[None]
