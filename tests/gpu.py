"""A GPU with little memory, where there is none: computes on the CPU, runs out as CUDA does."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from webstyle.engine import device
from webstyle.engine.engines import stylebank
from webstyle.engine.engines.stylebank import Painter, get_painter
from webstyle.engine.tiling import Way

CPU, GPU = torch.device("cpu"), torch.device("cuda:0")
SAID = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8.00 GiB"
# What is large begins early: a picture of 256 x 171 px is painted in one piece, or by tiles.
WAYS = (Way(256 * 256, 48, 4), Way(128 * 128, 24, 1), Way(64 * 64, 16, 1))


class Room:
    """Of as many values at once as there is room for, in what goes into a convolution."""

    def __init__(self, values: float) -> None:
        self.values, self.asked = values, 0

    def __call__(self, module: nn.Module, given: tuple[Tensor, ...]) -> None:
        self.asked += 1
        if given[0].numel() > self.values:
            self.run_out(given[0])

    def run_out(self, wanted: Tensor) -> None:
        raise torch.OutOfMemoryError(SAID)


def limited(room: Room, on: torch.device = CPU) -> Painter:
    """A painter of its own, every convolution of which asks for room first."""
    painter = Painter(on)
    load = painter._load

    def loading(module: Any, path: Any) -> Any:
        loaded = load(module, path)
        for layer in loaded.modules():
            if isinstance(layer, nn.Conv2d):
                layer.register_forward_pre_hook(room)
        return loaded

    painter._load = loading  # type: ignore[method-assign]
    for layer in painter.network.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_pre_hook(room)
    return painter


def plug_in(monkeypatch: pytest.MonkeyPatch, room: Room) -> None:
    """From now on ``cuda:0`` is there, with so much room; the CPU has all it needs."""
    gpu = limited(room)
    chosen = device.pick_device
    monkeypatch.setattr(stylebank, "WAYS", WAYS)
    monkeypatch.setattr(
        stylebank, "get_painter", lambda where: gpu if where == GPU else get_painter(where)
    )
    monkeypatch.setattr(
        device, "pick_device", lambda name="auto": GPU if name == "cuda:0" else chosen(name)
    )
