"""The noise that a bank gets beside the photo: always the same."""

from __future__ import annotations

import functools

import torch
import torch.nn.functional as F
from torch import Tensor

GRAIN_SIDE = 256


@functools.cache
def grain(device: torch.device) -> Tensor:
    """1 x 8 x 256 x 256 fixed noise of unit variance: two channels each of 1, 2, 4 and 8 px. The
    same on every device, where it stays: a GPU would wait for it twice in every bank."""
    generator = torch.Generator().manual_seed(0)
    channels = []
    for scale in (1, 2, 4, 8):
        side = GRAIN_SIDE // scale
        x = torch.randn(1, 2, side, side, generator=generator)
        x = F.interpolate(F.pad(x, (0, 1, 0, 1), "circular"), scale_factor=scale, mode="bilinear")
        x = x[..., :GRAIN_SIDE, :GRAIN_SIDE]
        channels.append(x / x.std())
    return torch.cat(channels, 1).to(device)


def grain_like(x: Tensor, offset: tuple[int, int] = (0, 0)) -> Tensor:
    """The noise for a map B x C x H x W: 1 x 8 x H x W, repeated every 256 px of the map."""
    rows, columns = (
        (torch.arange(size, device=x.device) + start) % GRAIN_SIDE
        for size, start in zip(x.shape[2:], offset, strict=True)
    )
    seen = grain(x.device)[:, :, rows][..., columns]
    return seen.to(x.dtype).contiguous(memory_format=torch.channels_last)
