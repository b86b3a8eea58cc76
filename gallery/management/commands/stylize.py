"""Paint one photo from the command line."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from webstyle.engine import images
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.recipe import Recipe


def style_share(text: str) -> tuple[str, float]:
    """SLUG or SLUG:WEIGHT."""
    slug, colon, weight = text.partition(":")
    try:
        return slug, float(weight) if colon else 1.0
    except ValueError:
        raise EngineError(
            f"weight '{weight}' of style '{slug}' is not a number: write it as in {slug}:0.5"
        ) from None


class Command(BaseCommand):
    help = "Paint PHOTO in one style, or several mixed linearly, and write OUT."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("photo", type=Path)
        parser.add_argument("-o", "--output", type=Path, required=True,
                            help="the picture to write: .jpg, .png or .webp")  # fmt: skip
        parser.add_argument("--style", action="append", required=True, metavar="SLUG[:WEIGHT]",
                            help="see `manage.py styles`; repeat to mix")  # fmt: skip
        parser.add_argument("--size", type=int, default=Recipe.size,
                            help="long side of the result in px (default %(default)s)")  # fmt: skip
        parser.add_argument("--strength", type=float, default=Recipe.strength,
                            help="0 is the photo, 1 the style (default %(default)s)")  # fmt: skip
        parser.add_argument("--keep-color", action="store_true", help="keep the photo's colours")
        parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self.paint(**options)
        except EngineError as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from None
        if options["json"]:
            self.stdout.write(json.dumps(report))

    def paint(self, *, photo: Path, output: Path, **options: Any) -> dict[str, Any]:
        recipe = Recipe(
            styles=tuple(style_share(text) for text in options["style"]),
            size=options["size"],
            strength=options["strength"],
            keep_color=options["keep_color"],
        )
        kind = output.suffix.lower().lstrip(".").replace("jpeg", "jpg")
        if kind not in images.ENCODINGS:
            raise EngineError(f"{output}: unknown kind of picture, end it with .jpg, .png or .webp")
        folder = output.parent
        if not folder.is_dir():
            raise EngineError(f"{folder} is not a folder: create it first")
        if not os.access(folder, os.W_OK) or output.is_dir():
            raise EngineError(f"{output} cannot be written: choose another place")
        content = images.decode(photo, str(photo))
        from webstyle.engine.device import limit_threads, pick_device  # torch, only when needed
        from webstyle.engine.registry import get_engine

        limit_threads()
        device = pick_device(options["device"])
        began = time.monotonic()
        for event in get_engine(recipe.engine)().run(content, recipe, device=device):
            if isinstance(event, Result):
                picture = event.picture
            else:
                draw(event)
        seconds = time.monotonic() - began
        draw(None)
        try:
            output.write_bytes(images.encode(picture, kind, quality=95))
        except OSError as error:
            raise EngineError(
                f"{output} cannot be written ({error.strerror}): choose another place"
            ) from error
        return {
            "output": str(output),
            "size": list(picture.size),
            "styles": dict(recipe.shares()),
            "engine": recipe.engine,
            "seconds": round(seconds, 3),
            "device": str(device),
        }


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
