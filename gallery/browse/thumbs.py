"""The small files of a picture for walls: AVIF in two sizes, beside the WebP that every browser
shows and that old rows have alone."""

from __future__ import annotations

from typing import Any

from PIL import Image

from webstyle.engine import images

SIDES = (400, 800)  # px on the long side
KIND = "thumb-"  # with the side: in names of files and in addresses
QUALITY = 50


def encoded(picture: Image.Image) -> dict[str, tuple[str, bytes]]:
    """The files as a craft gives them, none larger than the picture."""
    sides = [side for side in SIDES if side < max(picture.size)] or [min(SIDES)]
    return {
        f"{KIND}{side}": ("avif", images.encode(images.shrink(picture, side), "avif",
                                                quality=QUALITY))
        for side in sides
    }  # fmt: skip


def columns(names: dict[str, str]) -> dict[str, Any]:
    """Of a row, from the names of its files: those of walls are together in one."""
    small = {kind.removeprefix(KIND): n for kind, n in names.items() if kind.startswith(KIND)}
    rest = {kind: name for kind, name in names.items() if not kind.startswith(KIND)}
    return rest | {"thumbs": small} if small else rest


def width_at(size: tuple[int, int], side: int) -> int:
    return images.fitted(size, side)[0] if side < max(size) else size[0]


def sizes_of(width: int, height: int) -> str:
    """How wide it is going to be on a wall: a row's height, as the style sheet says, by its ratio;
    on a phone nearly always a row of its own."""
    ratio = width / height if height else 1.0
    low, share, high = (round(part * ratio, 1) for part in (170, 19, 290))
    return f"(max-width: 560px) 92vw, clamp({low}px, {share}vw, {high}px)"
