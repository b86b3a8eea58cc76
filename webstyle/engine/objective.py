"""The loss of optimisation and its gradient, whole or by tiles."""

from __future__ import annotations

import random
from collections.abc import Generator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from webstyle.engine.perceptual import CONTENT_LAYER, STYLE_LAYERS, Features, Perceptual
from webstyle.engine.statistics import GRAIN, MARGIN, Grams, add_grams, bordered, inside

SMOOTH_SHARE = 0.1
ROUNDED = 0.03  # of the range: slopes below it count by their square
COLOUR_SHARE = 20.0  # of smoothness: from pixel to pixel, colour is noise sooner than light is
RANGE_SHARE = 100.0
TILE = 768  # px; what is larger than a tile and a half on a side is worked on by tiles
WHOLE_MARGIN, WHOLE_CUT = 16, 2  # px around an undivided picture, cut from the third layer on
CONTENT_STRIDE = 2 ** STYLE_LAYERS.index(CONTENT_LAYER)


class Losses(NamedTuple):
    """Scalars. ``style`` is the sum over the layers, ``content`` relative to the photo's energy."""

    total: Tensor
    style: Tensor
    content: Tensor


class Tile(NamedTuple):
    """Part of the picture in px, without its margin; ``share`` of the whole area."""

    top: int
    left: int
    height: int
    width: int
    share: float


class Objective:
    """Style, content and smoothness of a picture, for one photo and one set of statistics.

    ``look`` comes first, then as many ``gradient`` as one likes. Both stop between tiles: with
    millions of pixels they take seconds.
    """

    def __init__(
        self,
        network: Perceptual,
        photo: Tensor,
        target: Grams,
        *,
        style_weight: float = 1.0,
        content_weight: float = 1.0,
        smooth: float = 1.0,
        strength: float = 1.0,
        seed: int = 0,
    ) -> None:
        """``photo`` is 1 x 3 x H x W. With ``strength`` below 1 the statistics to reach lie on the
        way from the photo's own to the painting's, and there is the less to smooth."""
        self.network = network
        self.style_weight, self.content_weight = style_weight, content_weight
        self.smooth = SMOOTH_SHARE * smooth * strength
        self.height, self.width = photo.shape[2:]
        self.random = random.Random(seed)
        self.tiles = self._tiles()
        whole = len(self.tiles) == 1
        self.margin, self.cut = (WHOLE_MARGIN, WHOLE_CUT) if whole else (MARGIN, 0)
        self.photo, self.wanted, self.strength = photo, target, strength
        self.content, self.energy, self.target = torch.empty(0), 0.0, Grams()

    def gradient(self, x: Tensor) -> Generator[float, None, tuple[Losses, Tensor]]:
        """The losses, and the gradient of their total by ``x``. Yields between tiles how much of
        the work is done, 0..1.

        Gram matrices are means over the whole picture, so two passes give the exact gradient by
        tiles: the first adds up the matrices, the second goes back through each tile with the
        gradient by the matrices.
        """
        x = x.detach()
        tiles = self.tiles = self._tiles()
        padded = self._pad(x)
        if len(tiles) == 1:
            features = self._features(padded.requires_grad_())
            style = self._style_loss(self.network.grams(features))
            content = self._content_loss(features[CONTENT_LAYER], tiles[0])
            (self.style_weight * style + self.content_weight * content).backward()
            assert padded.grad is not None
            whole = padded.grad
        else:
            grams: Grams = {}
            whole = torch.zeros_like(padded)
            for done, place in enumerate(tiles):
                add_grams(grams, self._seen(padded, place)[1], place.share)
                yield 0.4 * (done + 1) / len(tiles)
            style, by_grams = self._style_gradient(grams)
            content = torch.zeros((), device=x.device)
            for done, place in enumerate(tiles):
                content += self._tile_gradient(padded, place, by_grams, whole)
                yield 0.4 + 0.57 * (done + 1) / len(tiles)
        total, gradient = self._rest(x, whole)
        total = total + self.style_weight * style.detach() + self.content_weight * content.detach()
        return Losses(total, style.detach(), content.detach()), gradient

    def _tiles(self) -> list[Tile]:
        """The picture in parts of about 768 px, cut elsewhere each time so that no cut shows."""
        rows, columns = (
            cuts(side, self.random.randrange(0, TILE, GRAIN)) for side in (self.height, self.width)
        )
        area = sum(h for _, h in rows) * sum(w for _, w in columns)
        return [Tile(y, x, h, w, h * w / area) for y, h in rows for x, w in columns]

    def _pad(self, x: Tensor) -> Tensor:
        return bordered(x, self.margin)

    def _features(self, padded: Tensor) -> Features:
        return inside(self.network.features(padded), self.margin, self.cut)

    def _cut(self, padded: Tensor, place: Tile) -> Tensor:
        """A tile with its margin."""
        bottom = place.top + place.height + 2 * self.margin
        right = place.left + place.width + 2 * self.margin
        return padded[..., place.top : bottom, place.left : right]

    def look(self) -> Generator[None]:
        """At the photo: its content features, 1 x C x h x w, and its own Gram matrices."""
        padded, tiles, own = self._pad(self.photo), self._tiles(), Grams()
        for place in tiles:
            features, grams = self._seen(padded, place)
            add_grams(own, grams, place.share)
            part = features[CONTENT_LAYER]
            if len(tiles) == 1:
                self.content = part
            elif not self.content.numel():
                height, width = (
                    (side + -side % GRAIN) // CONTENT_STRIDE for side in (self.height, self.width)
                )
                self.content = part.new_zeros(1, part.shape[1], height, width)
            self._part(self.content, place).copy_(part)
            yield
        self.energy = float((self.content.float() ** 2).mean().clamp(min=1e-12))
        self.target = {
            k: self.strength * g + (1 - self.strength) * own[k][0] for k, g in self.wanted.items()
        }

    @torch.no_grad()  # not around a yield: it would go out with it
    def _seen(self, padded: Tensor, place: Tile) -> tuple[Features, Grams]:
        features = self._features(self._cut(padded, place))
        return features, self.network.grams(features)

    def _part(self, content: Tensor, place: Tile) -> Tensor:
        top, left, height, width = (n // CONTENT_STRIDE for n in place[:4])
        return content[..., top : top + height, left : left + width]

    def _style_loss(self, grams: Grams) -> Tensor:
        """Sum over layers of |G - Gs|^2 / |Gs|^2."""
        parts = [
            ((grams[k] - wanted) ** 2).sum() / (wanted**2).sum()
            for k, wanted in self.target.items()
        ]
        return torch.stack(parts).sum()

    def _style_gradient(self, grams: Grams) -> tuple[Tensor, Grams]:
        leaves = {k: g.detach().requires_grad_() for k, g in grams.items()}
        loss = self._style_loss(leaves)
        loss.backward()
        return loss.detach(), {k: g.grad for k, g in leaves.items() if g.grad is not None}

    def _content_loss(self, features: Tensor, place: Tile) -> Tensor:
        error = (features.float() - self._part(self.content, place).float()) ** 2
        return error.mean() * place.share / self.energy

    def _tile_gradient(self, padded: Tensor, place: Tile, by_grams: Grams, whole: Tensor) -> Tensor:
        """Add a tile's part to the gradient ``whole``; returns its part of the content loss."""
        tile = self._cut(padded, place).clone().requires_grad_()
        features = self._features(tile)
        grams = self.network.grams(features)
        style = torch.stack([(grams[k] * by_grams[k]).sum() for k in by_grams]).sum()
        content = self._content_loss(features[CONTENT_LAYER], place)
        (self.style_weight * place.share * style + self.content_weight * content).backward()
        assert tile.grad is not None
        self._cut(whole, place).add_(tile.grad)
        return content.detach()

    def _rest(self, x: Tensor, whole: Tensor) -> tuple[Tensor, Tensor]:
        """Smoothness and range of values, and the whole gradient without the margin's detour.

        By hand and in place: at 2048 px autograd's dozen copies of the picture took a second.
        """
        leaf = torch.empty_like(x).requires_grad_()
        (gradient,) = torch.autograd.grad(self._pad(leaf), leaf, whole)
        beyond = x - x.clamp(0, 1)
        rest = RANGE_SHARE * beyond.square().mean()
        gradient.add_(beyond, alpha=2 * RANGE_SHARE / x.numel())
        for axis in (2, 3):
            slope, last = x.diff(dim=axis), x.shape[axis] - 1
            colour = slope - slope.mean(1, keepdim=True)
            share = self.smooth / slope.numel()
            rough, slope = variation(slope)
            rough_colour, colour = variation(colour)
            rest += share * (rough + COLOUR_SHARE * rough_colour)
            slope.add_(colour.sub_(colour.mean(1, keepdim=True)), alpha=COLOUR_SHARE)
            gradient.narrow(axis, 1, last).add_(slope, alpha=share)
            gradient.narrow(axis, 0, last).sub_(slope, alpha=share)
        return rest, gradient


def variation(slope: Tensor) -> tuple[Tensor, Tensor]:
    """The sum of all slopes' lengths, and its gradient. Rounded off near nothing (Charbonnier et
    al. 1994): where the gradient jumps from -1 to 1, L-BFGS leaves single pixels behind."""
    length = slope.square().add_(ROUNDED**2).sqrt_()
    return length.sum() - ROUNDED * slope.numel(), slope / length


def cuts(side: int, shift: int) -> list[tuple[int, int]]:
    """Begin and length of the parts of a side, all multiples of 16 px, together no shorter."""
    side += -side % GRAIN
    if side <= TILE * 3 // 2:
        return [(0, side)]
    marks = [0, *range(shift or TILE, side, TILE), side]
    # A part too short for its own margin is joined to its neighbour.
    marks = [m for i, m in enumerate(marks) if m in (0, side) or m - marks[i - 1] >= TILE // 4]
    if side - marks[-2] < TILE // 4 and len(marks) > 2:
        del marks[-2]
    return [(a, b - a) for a, b in pairwise(marks)]


def to_picture(x: Tensor) -> Image.Image:
    """1 x 3 x H x W in [0, 1] to RGB."""
    pixels = x.detach()[0].clamp(0, 1).mul(255).round().byte()
    return Image.fromarray(np.ascontiguousarray(pixels.permute(1, 2, 0).cpu().numpy()))
