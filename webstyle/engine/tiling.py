"""StyleBank on pictures of any size: tile by tile, in memory that hardly grows with the picture.

All tiles share the statistics of the norms (see ``norms``). The paper takes them from a thumbnail.
Here they come from patches of the picture itself, evenly spread: a thumbnail has harder edges than
the picture it was made of, and at 4096 px shifted colours by up to 25 of 255, patches by less
than 2.

With that, a tile that sees as far around itself as the network does is the same, but for rounding,
as that part of the whole: there is no seam that would have to be hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from webstyle.engine.images import check_mask, keep_color
from webstyle.engine.norms import Norms
from webstyle.engine.recipe import Recipe
from webstyle.engine.regions import FLOOR, MARGIN, MULTIPLE, Weight, map_of, spread

if TYPE_CHECKING:
    from webstyle.engine.engines.stylebank import Painter

REACH = 24  # features around it that a tile depends on, at most
DECODED = 2  # of these, around what is decoded
EDGE = MARGIN // 4  # features of mirrored border around the picture
PATCH = 64  # features on a side

Span = tuple[int, int]  # of rows or columns, as ``slice`` counts


class Way(NamedTuple):
    """To paint a picture in bounded memory."""

    whole: int  # px: up to here a picture is painted in one piece
    tile: int  # features on a side of what a tile adds to the picture; even, as all its places
    patches: int  # how many across and down the statistics are taken from, all at once


# From the fastest to the one that takes the least memory: whatever the picture's size, as much as
# one piece of 4096 or of 2048 px on a side. With fewer patches than these one sees colours shift.
WAYS = (Way(4096 * 4096, 256, 12), Way(2048 * 2048, 128, 8))


class Box(NamedTuple):
    """A part of the feature map of the whole picture, mirrored border included."""

    rows: Span
    columns: Span

    def of(self, whole: Tensor) -> Tensor:
        return whole[..., slice(*self.rows), slice(*self.columns)]

    def grown(self, by: int) -> Box:
        return Box(*((start - by, stop + by) for start, stop in self))

    def clipped(self, sides: tuple[int, int]) -> Box:
        """What lies on a map of this height and width."""
        return Box(*((max(a, 0), min(b, side)) for (a, b), side in zip(self, sides, strict=True)))

    def within(self, other: Box) -> Box:
        """This box as ``other`` counts, in which it lies."""
        return Box(
            *((a - first, b - first) for (a, b), (first, _) in zip(self, other, strict=True))
        )


class Tiled:
    """One large picture by a recipe: first go through ``look``, then through ``paint``."""

    def __init__(
        self, painter: Painter, photo: Image.Image, recipe: Recipe,
        masks: Mapping[str, Image.Image], feather: float, way: Way = WAYS[0],
    ) -> None:  # fmt: skip
        """``feather`` is the width of the soft edge between regions, in px of ``photo``."""
        self.way = way
        self.painter, self.photo, self.recipe = painter, photo, recipe
        self.sides = map_side(photo.height), map_side(photo.width)
        maps = {style: self.region(masks[name], name, feather) for style, name in recipe.masks}
        self.weights, self.rest = spread(recipe, maps)
        self.norms = {slug: Norms() for slug in self.weights}
        self.pixels = np.empty((photo.height, photo.width, 3), np.uint8)

    def region(self, mask: Image.Image, name: str, feather: float) -> Tensor:
        """As ``Painter.region``, but never at the full size of the picture."""
        check_mask(mask.size, self.photo.size, name)
        height, width = (side - 2 * EDGE for side in self.sides)
        small = mask.convert("L").resize((width, height), Image.Resampling.BOX)
        found = map_of(small, name, small.size, feather / 4, EDGE, cell=1)
        return found.to(self.painter.device)

    def patches(self) -> list[Box]:
        rows, columns = (
            np.linspace(0, side - PATCH, self.way.patches).astype(int) // 2 * 2
            for side in self.sides
        )
        return [Box((y, y + PATCH), (x, x + PATCH)) for y in rows for x in columns]

    def look(self) -> Iterator[str]:
        """Takes the statistics of each style, after giving its slug."""
        boxes = self.patches()
        seen = torch.cat([self.encode(box) for box in boxes])
        for slug, weight in self.weights.items():
            yield slug
            self.note(slug, seen, boxes, weight)

    @torch.inference_mode()
    def note(self, slug: str, seen: Tensor, boxes: list[Box], weight: Weight) -> None:
        where = None
        if isinstance(weight, Tensor) and weight.min() < weight.max():
            where = torch.cat([box.of(weight) for box in boxes]) + FLOOR
        self.painter.bank(slug)(seen, where=where, moments=self.norms[slug].note)

    def boxes(self) -> list[Box]:
        """Of the tiles: together the picture, without its mirrored border."""
        tile = self.way.tile
        rows, columns = (
            [(start, min(start + tile, side - EDGE)) for start in range(EDGE, side - EDGE, tile)]
            for side in self.sides
        )
        return [Box(y, x) for y in rows for x in columns]

    @torch.inference_mode()
    def encode(self, box: Box) -> Tensor:
        """Features of a part, as in the whole: what the encoder's zero padding spoils is cut
        off."""
        rows, columns = map(in_pixels, box.grown(1))
        seen = torch.from_numpy(mirrored_part(self.photo, rows, columns)).to(self.painter.device)
        x = seen.permute(2, 0, 1)[None].to(self.painter.dtype) / 255
        features = self.painter.network.encode(x)[..., 1:-1, 1:-1]
        return features.contiguous(memory_format=torch.channels_last)

    @torch.inference_mode()
    def paint(self, box: Box) -> None:
        """One tile of the picture."""
        around = box.grown(REACH).clipped(self.sides)
        shown = box.grown(DECODED)
        part = shown.within(around)
        seen = self.encode(around)
        mixed = part.of(seen) * weight_at(shown, self.rest, seen)
        for slug, weight in self.weights.items():
            offset = (around.rows[0], around.columns[0])
            painted = self.painter.bank(slug)(seen, offset, moments=self.norms[slug].telling())
            mixed = mixed + part.of(painted) * weight_at(shown, weight, seen)
        inner = slice(4 * DECODED, -4 * DECODED)
        x = self.painter.network.decode(mixed)[0, :, inner, inner].permute(1, 2, 0)
        self.put(box, x.float().mul_(255).round_().clamp_(0, 255).byte().cpu().numpy())

    def put(self, box: Box, tile: np.ndarray) -> None:
        (top, bottom), (left, right) = map(in_pixels, box)
        tile = tile[: self.photo.height - top, : self.photo.width - left]
        if self.recipe.keep_color:
            part = self.photo.crop((left, top, left + tile.shape[1], top + tile.shape[0]))
            tile = np.asarray(keep_color(Image.fromarray(tile), part))
        self.pixels[top:bottom, left:right] = tile

    @property
    def picture(self) -> Image.Image:
        return Image.fromarray(self.pixels)


def weight_at(box: Box, weight: Weight, like: Tensor) -> Weight:
    return box.of(weight).to(like) if isinstance(weight, Tensor) else weight


def in_pixels(features: Span) -> Span:
    """Of the picture, without the mirrored border."""
    return 4 * features[0] - MARGIN, 4 * features[1] - MARGIN


def map_side(side: int) -> int:
    """Features along a side of a picture, in px, with the mirrored border."""
    return (side + -side % MULTIPLE) // 4 + 2 * EDGE


def reflected(span: Span, size: int) -> np.ndarray:
    """Places of a line of ``size`` px that is mirrored beyond its ends."""
    places = np.abs(np.arange(*span))
    return np.where(places < size, places, 2 * (size - 1) - places)


def mirrored_part(photo: Image.Image, rows: Span, columns: Span) -> np.ndarray:
    """H x W x 3 of what ``images.mirrored`` gives of the whole, which is never made."""
    y, x = reflected(rows, photo.height), reflected(columns, photo.width)
    left, top = int(x.min()), int(y.min())
    seen = np.asarray(photo.crop((left, top, int(x.max()) + 1, int(y.max()) + 1)))
    return seen[y - top][:, x - left]
