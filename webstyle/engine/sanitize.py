"""Open a stranger's file and write clean copies of it: for a process with limits of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from webstyle.engine import images

VIEW, THUMB = 2048, 480  # px on the long side


def sanitize(source: str, folder: str, name: str) -> dict[str, Any]:
    """Write ``original.jpg`` (full size), ``view.webp`` (for the screen) and ``thumb.webp`` into
    ``folder``; gives width, height and mean colour.

    Raises EngineError, with ``name``, when it is not a picture we take.
    """
    place = Path(folder)
    picture = images.decode(Path(source), name)
    (place / "original.jpg").write_bytes(images.encode(picture, "jpg", quality=95))
    view = images.shrink(picture, VIEW)
    (place / "view.webp").write_bytes(images.encode(view, "webp", quality=85))
    thumb = images.shrink(view, THUMB)
    (place / "thumb.webp").write_bytes(images.encode(thumb, "webp", quality=80))
    colour = images.average_color(thumb)
    return {"width": picture.width, "height": picture.height, "colour": colour}
