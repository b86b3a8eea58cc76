"""A batch as one picture: photographs down, styles across, with their names."""

from __future__ import annotations

import io
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db.models.fields.files import FieldFile
from PIL import Image, ImageDraw, ImageFont, ImageOps

from gallery.batches.services import Table
from gallery.provenance import stamp
from webstyle.engine import images

AREA = 24_000_000  # px in all, about
CELL = 512  # px of a picture's long side, at most
PAPER, INK, FAINT = "#fcfaf6", "#1f1c18", "#e0d9cc"
# Each sheet takes some 200 MB for a moment: one at a time. A thread of its own, because files that
# are sent wait for those of the loop.
DRAWER = ThreadPoolExecutor(1, "contact-sheet")
Font = Any  # Pillow has two kinds


def draw(table: Table, title: str, kind: str) -> bytes:
    """JPEG, PNG or WebP. Work of some seconds, for ``DRAWER``."""
    sheet = stamp.marked(drawn(table, title), stamp.NAMELESS)
    claims = stamp.claims_of_sheet(table.done)
    return stamp.sealed(images.encode(sheet, kind, quality=92), kind, claims)


def cell_size(columns: int, rows: int) -> int:
    return min(CELL, math.isqrt(AREA // (columns * rows)))


def drawn(table: Table, title: str) -> Image.Image:
    columns = 1 + len(table.heads)
    side = cell_size(columns, max(1, len(table.rows)))
    gap, line = max(4, side // 16), max(12, side // 14)
    small, large = font(line), font(round(1.6 * line))
    heights = [round(side * min(1, row.photo.height / row.photo.width)) for row in table.rows]
    head = gap + round(2.6 * line) + 2 * line + gap
    width = columns * (side + gap) + gap
    height = head + sum(tall + 2 * line + gap for tall in heights) + gap
    sheet = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    write(pen, (gap, gap), title, large, width - 2 * gap)
    for column, style in enumerate(table.heads, 1):
        at = gap + column * (side + gap), head - gap - line
        write(pen, at, style["title"], small, side)
    top = head
    for row, tall in zip(table.rows, heights, strict=True):
        box = side, tall
        paste(sheet, (gap, top), row.photo.view, box)
        write(pen, (gap, top + tall + line // 3), row.photo.title, small, side)
        for column, cell in enumerate(row.cells, 1):
            at = gap + column * (side + gap), top
            done = cell is not None and cell.state == cell.State.DONE
            paste(sheet, at, cell.view if cell and done else None, box)
        top += tall + 2 * line + gap
    return sheet


def paste(
    sheet: Image.Image, at: tuple[int, int], field: FieldFile | None, box: tuple[int, int]
) -> None:
    """A picture as large as fits, in the middle of its place; what is not there leaves it empty."""
    picture = opened(field) if field else None
    if picture is None:
        sheet.paste(FAINT, (at[0], at[1], at[0] + box[0], at[1] + box[1]))
        return
    picture = ImageOps.contain(picture, box)
    spare = [(room - side) // 2 for room, side in zip(box, picture.size, strict=True)]
    sheet.paste(picture, (at[0] + spare[0], at[1] + spare[1]))


def opened(field: FieldFile) -> Image.Image | None:
    try:
        with field.open("rb") as file:
            return Image.open(io.BytesIO(file.read())).convert("RGB")
    except FileNotFoundError:
        return None


def font(size: int) -> Font:
    """One that knows many scripts, where the machine has it."""
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default(size)


def write(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, letters: Font, room: int
) -> None:
    """Cut short where it is too long."""
    whole = text
    while text and pen.textlength(text if text == whole else f"{text}...", letters) > room:
        text = text[:-1]
    pen.text(at, text if text == whole else f"{text.rstrip()}...", INK, letters)
