"""torchvision, where it was built for another torch.

From the registry it comes built for CUDA. Beside a torch without CUDA its import fails, because two
operators were not registered. They only have to be known by name: nothing here calls them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_kept: list[torch.library.Library] = []  # a library that is collected takes its operators along


def declare_missing() -> None:
    for name, schema in SCHEMAS.items():
        if not hasattr(torch.ops.torchvision, name):
            library = torch.library.Library("torchvision", "FRAGMENT")
            library.define(schema)
            _kept.append(library)


def vgg19(path: Path) -> Any:
    """The network with the weights of ``path``, as torchvision publishes them."""
    declare_missing()
    from torchvision.models import vgg19 as build  # type: ignore[import-untyped]

    network = build(weights=None)
    weights = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    start = "features."
    own = {k.removeprefix(start): v for k, v in weights.items() if k.startswith(start)}
    network.features.load_state_dict(own)  # the classifier is nobody's business here
    return network
