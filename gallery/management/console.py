"""What commands share: a bar for a person who watches, and files that can be written."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from webstyle.engine.events import EngineError, Progress


def check_writable(output: Path) -> None:
    """Before any work is done for it. Raises EngineError."""
    if not output.parent.is_dir():
        raise EngineError(f"{output.parent} is not a folder: create it first")
    if not os.access(output.parent, os.W_OK) or output.is_dir():
        raise EngineError(f"{output} cannot be written: choose another place")


def write(output: Path, data: bytes) -> None:
    """Whole or not at all. Raises EngineError."""
    part = output.with_name(f"{output.name}.part")
    try:
        part.write_bytes(data)
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise EngineError(
            f"{output} cannot be written ({error.strerror}): choose another place"
        ) from error


def draw(event: Progress | None) -> None:
    """A bar on stderr, where a person looks; nothing in a log file."""
    if not sys.stderr.isatty():
        return
    text = ""
    if event is not None:
        done = round(30 * event.step / max(1, event.total))
        text = f"{'#' * done}{'.' * (30 - done)} {event.step}/{event.total} {event.stage}"
    columns = shutil.get_terminal_size().columns - 1
    print(f"\r{text[:columns]:{columns}}", end="" if event else "\r", file=sys.stderr, flush=True)
