"""What a stranger's file carries: for a process with limits of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from webstyle.engine import credentials, images, watermark


def inspect(source: str, name: str, trust: dict[str, Any]) -> dict[str, Any]:
    """The mark, hexadecimal, and the credentials, either None where there is none. ``trust`` are
    the fields of ``credentials.Trust``. Raises EngineError for what is no picture that we take."""
    path = Path(source)
    picture = images.decode(path, name)
    with Image.open(path, formats=images.FORMATS) as file:
        kind = str(file.format)
    mark = watermark.find(picture)
    found = credentials.read(path, kind, credentials.Trust(**trust))
    return {"mark": mark.hex() if mark else None, "credentials": found}
