"""Regions: which style goes where, as weights on the feature map (Chen et al. 2017, section 4.3).

Masks are blended in feature space, before the one decoding. At each place the weights of all
styles and of the photo sum to one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import torch
import torch.nn.functional as F
from PIL import Image, ImageFilter
from torch import Tensor

from webstyle.engine.images import check_mask, mirrored
from webstyle.engine.recipe import PHOTO, Recipe

Weight = float | Tensor
NOWHERE: Mapping[str, Tensor] = MappingProxyType({})
MULTIPLE = 8  # a bank works down to an eighth of the photo's size
MARGIN = 16  # px of mirrored border that convolutions may spoil; cut off at the end
FLOOR = 1e-3  # what the rest of the photo counts in a region's norms: a region may be empty


def map_of(
    mask: Image.Image,
    name: str,
    size: tuple[int, int],
    feather: float,
    border: int,
    cell: int = 4,
) -> Tensor:
    """A mask as weights 0..1 on the feature map of a photo of ``size``, 1 x 1 x h x w.

    ``feather`` is the width of the soft edge in px of that size. The map has, as the features do,
    a mirrored border (see ``images.mirrored``). A feature stands for ``cell`` px. ``name`` is for
    errors.
    """
    check_mask(mask.size, size, name)
    grey = mask.convert("L").resize(size, Image.Resampling.BILINEAR)
    if feather > 0:
        # A blurred edge is as good as over after two and a half deviations to either side.
        grey = grey.filter(ImageFilter.GaussianBlur(feather / 5))
    pixels = mirrored(grey, border, MULTIPLE * cell // 4)
    return F.avg_pool2d(torch.from_numpy(pixels).float()[None, None] / 255, cell)


def spread(recipe: Recipe, maps: Mapping[str, Tensor]) -> tuple[dict[str, Weight], Weight]:
    """The weight of each style, and of the photo, at each place; they sum to one.

    Where masks overlap, their styles mix by their weights. What the masks leave is for the styles
    without one; if there are none, for the photo.
    """
    shares = recipe.shares()
    if not maps:
        return {slug: weight * recipe.strength for slug, weight in shares}, 1 - recipe.strength
    weights: dict[str, Weight] = {}
    covered = torch.stack(list(maps.values())).sum(0)
    taken = covered.clamp(max=1)
    own = dict(shares) | {PHOTO: 1.0}
    pull = torch.stack([own[style] * m for style, m in maps.items()]).sum(0).clamp(min=1e-6)
    for style, m in maps.items():
        weights[style] = taken * own[style] * m / pull
    free = [(slug, weight) for slug, weight in shares if slug not in maps]
    whole = sum(weight for _, weight in free)
    for slug, weight in free:
        weights[slug] = (1 - taken) * weight / whole
    weights.pop(PHOTO, None)
    weights = {slug: weight * recipe.strength for slug, weight in weights.items()}
    return weights, 1 - torch.stack([torch.as_tensor(w) for w in weights.values()]).sum(0)
