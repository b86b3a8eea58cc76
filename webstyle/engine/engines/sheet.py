"""Many mixtures of one photo on one sheet, to choose from.

The whole sheet costs one look at the photo, one run of each bank and, for every picture on it, one
of the decoder.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace

import torch
from PIL import Image

from webstyle.engine.engines.stylebank import Encoded, get_painter
from webstyle.engine.events import Progress, Result
from webstyle.engine.images import fit, shrink
from webstyle.engine.recipe import Recipe
from webstyle.engine.registry import NO_PICTURES, check_size, make_params, param, register
from webstyle.engine.weights import get_style

GAP = 0.01  # of a picture, between two
WALL = "#f7f4ee"  # behind the pictures
PREVIEW = 512  # px
# Which style is at the top left, top right, bottom left and bottom right, by how many there are.
CORNERS = {2: (0, 1, 0, 1), 3: (0, 1, 2, 2), 4: (0, 1, 2, 3)}


@register
class Sheet:
    """A grid between styles at its corners, or a strip from the photo to the full recipe."""

    name = "sheet"
    title = "Sheet of mixtures"
    lane = "fast"
    takes_paintings = takes_masks = False
    offered = False
    largest = 4096

    @dataclass(frozen=True)
    class Params:
        layout: str = param(
            "grid", "Layout",
            "A grid between the first four styles, or a strip from the photo to the full recipe.",
            choices=("grid", "strip"),
        )  # fmt: skip
        columns: int = param(5, "Columns", "Pictures side by side.", low=2, high=9, step=1)

    def thriftier(self, content: Image.Image, recipe: Recipe) -> None:
        """There is none."""

    def run(
        self,
        content: Image.Image,
        recipe: Recipe,
        *,
        device: torch.device,
        paintings: Mapping[str, Image.Image] = NO_PICTURES,
        masks: Mapping[str, Image.Image] = NO_PICTURES,
        checkpoint: bytes | None = None,
    ) -> Generator[Progress | Result]:
        params = make_params(type(self), recipe.params)
        check_size(type(self), recipe)
        for slug, _ in recipe.styles:
            get_style(slug)  # an unknown style is refused before any work
        lay_out = grid if params.layout == "grid" else strip
        cells = lay_out(recipe, params.columns)
        slugs = list(dict.fromkeys(slug for cell in cells for slug, _ in cell.shares()))
        total = 1 + len(slugs) + len(cells)

        yield Progress(0, total, "Opening the paint box")
        painter = get_painter(device)
        photo, sheet, places = arrange(content, params.columns, len(cells), recipe.size)
        seen = painter.encode(photo)
        painted: dict[str, Encoded] = {}
        for done, slug in enumerate(slugs, 1):
            yield Progress(done, total, f"Painting: {get_style(slug).title}")
            painted[slug] = painter.apply(seen, slug)
        for done, (cell, place) in enumerate(zip(cells, places, strict=True)):
            yield Progress(
                1 + len(slugs) + done, total, f"Mixing {done + 1} of {len(cells)}",
                preview=lambda: shrink(sheet.copy(), PREVIEW),
            )  # fmt: skip
            sheet.paste(painter.finish(photo, seen, painted, cell), place)
        yield Result(sheet)


def strip(recipe: Recipe, columns: int) -> list[Recipe]:
    """From the photo to the full recipe."""
    last = columns - 1
    return [replace(recipe, strength=recipe.strength * i / last) for i in range(columns)]


def grid(recipe: Recipe, columns: int) -> list[Recipe]:
    """Row by row: the weights are bilinear between the corners, whatever those of the recipe.

    A third style alone has the whole lower edge. Two styles need one row only; one is a strip.
    """
    slugs = [slug for slug, _ in recipe.shares()][:4]
    if len(slugs) == 1:
        return strip(recipe, columns)
    corners = [slugs[i] for i in CORNERS[len(slugs)]]
    across = [i / (columns - 1) for i in range(columns)]
    cells = []
    for y, x in itertools.product(across if len(slugs) > 2 else [0.0], across):
        weights = ((1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y)
        styles = tuple(pair for pair in zip(corners, weights, strict=True) if pair[1] > 0)
        cells.append(replace(recipe, styles=styles))
    return cells


def arrange(
    content: Image.Image, columns: int, number: int, size: int
) -> tuple[Image.Image, Image.Image, list[tuple[int, int]]]:
    """The photo as large as one of ``number`` pictures, the empty sheet with its long side of
    ``size`` px, and where the pictures go, row by row. What is left over by rounding goes into the
    gaps; a picture of a few px is not made smaller, rather the sheet a little larger."""
    counts = columns, number // columns
    gap = max(1, round(GAP * size / columns))
    long_side = min(
        (size - (count - 1) * gap) * max(content.size) // (count * side)
        for count, side in zip(counts, content.size, strict=True)
    )
    photo = fit(content, long_side)
    whole = [n * side + (n - 1) * gap for n, side in zip(counts, photo.size, strict=True)]
    whole = [max(side, size) if side == max(whole) else side for side in whole]
    x, y = (
        [round(i * (all_ - side) / max(1, count - 1)) for i in range(count)]
        for all_, side, count in zip(whole, photo.size, counts, strict=True)
    )
    sheet = Image.new("RGB", (whole[0], whole[1]), WALL)
    return photo, sheet, [(left, top) for top in y for left in x]
