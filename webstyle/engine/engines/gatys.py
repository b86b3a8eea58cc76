"""Optimisation: the pixels themselves are changed until the statistics fit (Gatys et al. 2016)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import torch
from PIL import Image

from webstyle.engine.events import Progress, Result
from webstyle.engine.recipe import Recipe
from webstyle.engine.registry import NO_PAINTINGS, make_params, param, register


@register
class Gatys:
    """Coarse to fine optimisation of the picture under a perceptual loss."""

    name = "gatys"
    title = "Optimisation (Gatys et al. 2016)"
    lane = "slow"
    takes_paintings = True

    @dataclass(frozen=True)
    class Params:
        style_weight: float = param(
            1.0, "Style", "How much the painting counts against the photo.",
            low=0.1, high=10, step=0.1,
        )  # fmt: skip
        content_weight: float = param(
            1.0, "Content", "How closely the shapes of the photo are kept.",
            low=0, high=10, step=0.1,
        )  # fmt: skip
        stroke: float = param(
            1.0, "Scale of the strokes", "Size of the painting relative to the photo.",
            low=0.25, high=4, step=0.05,
        )  # fmt: skip
        smooth: float = param(
            1.0, "Smoothness", "Takes grain away; too much takes fine strokes too.",
            low=0, high=10, step=0.1,
        )  # fmt: skip
        iterations: int = param(
            100, "Iterations", "At most so many at each size.", low=5, high=1000, step=5,
        )  # fmt: skip
        until_still: bool = param(
            True, "Stop when it no longer improves", "Ends a size early once little changes.",
        )  # fmt: skip
        warm_start: bool = param(
            True, "Begin from StyleBank's picture",
            "Built-in styles only; without it, the photo is the beginning.",
        )  # fmt: skip
        perceptual: str = param(
            "compact", "Perceptual network", "compact is our own, vgg19 has to be fetched.",
            choices=("compact", "vgg19"), shown=False,
        )  # fmt: skip

    def run(
        self,
        content: Image.Image,
        recipe: Recipe,
        *,
        device: torch.device,
        paintings: Mapping[str, Image.Image] = NO_PAINTINGS,
        checkpoint: bytes | None = None,
    ) -> Generator[Progress | Result]:
        make_params(type(self), recipe.params)
        raise NotImplementedError
        yield
