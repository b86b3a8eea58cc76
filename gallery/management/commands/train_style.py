"""Teach StyleBank a new style from the command line: see webstyle/engine/training/teaching.py."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.text import slugify
from PIL import Image

from gallery.management.console import check_writable, draw, write
from webstyle.engine import images
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.recipe import TAUGHT
from webstyle.engine.weights import taught_file

STORE_SECONDS = 30
KINDS = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic"}


class Command(BaseCommand):
    help = (
        "Teach a new style from PAINTING, or from several of one hand. Ctrl-C keeps what is "
        "learned so far."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("paintings", nargs="+", type=Path, metavar="PAINTING")
        add("--name", required=True, help="the style's title")
        add("--artist", default="")
        add("--year", type=int, default=0)
        add("--minutes", type=float, default=8, help="of training (default %(default)s)")
        add("--stroke", type=float, default=1.0, help="scale of the strokes (default %(default)s)")
        add("--region", type=Path, metavar="MASK",
            help="learn from PAINTING where MASK is white")  # fmt: skip
        add("--start", default="", metavar="STYLE",
            help="begin from this style (default: the nearest built-in one)")  # fmt: skip
        add("--photos", type=Path, metavar="FOLDER", help="more photographs to learn from")
        add("-o", "--output", type=Path, help="the file to write (default: on this site's shelf)")
        add("--checkpoint", type=Path, help="store the state here, or go on from it")
        add("--preview", type=Path, help="a PNG with three sample photos, renewed as it learns")
        add("--seed", type=int, default=0)
        add("--device", default="auto", help="auto, cpu or cuda")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.teach(**options)
        except EngineError as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from None

    def teach(
        self, *, paintings: list[Path], region: Path | None, output: Path | None,
        checkpoint: Path | None, preview: Path | None, photos: Path | None, **options: Any,
    ) -> None:  # fmt: skip
        if region and len(paintings) > 1:
            raise EngineError("--region is for one painting: give one, or leave it out")
        output = output or free_place(options["name"])
        for path in filter(None, (output, checkpoint, preview)):
            check_writable(path)
        opened = [images.decode(path, str(path)) for path in paintings]
        if region:
            opened = [cut_out(opened[0], images.decode(region, str(region)), str(region))]
        more = [images.decode(path, str(path)) for path in pictures_in(photos)] if photos else []
        from webstyle.engine.device import pick_device, tune_cpu  # torch, only when needed
        from webstyle.engine.training.teaching import Lesson, Taught, teach

        tune_cpu()
        names = ("artist", "year", "minutes", "stroke", "start", "seed")
        lesson = Lesson(title=options["name"], **{name: options[name] for name in names})
        kept = checkpoint.read_bytes() if checkpoint and checkpoint.exists() else None
        device = pick_device(options["device"])
        work = teach(opened, lesson, photos=more, device=device, checkpoint=kept)
        result = self.watch(work, checkpoint, preview)
        draw(None)
        if not isinstance(result, Taught):
            raise EngineError("Nothing is learned yet: let it work for some seconds")
        write(output, result.weights)
        figures = "  ".join(f"{name} {value}" for name, value in result.figures.items())
        self.stdout.write(f"{output}\n{figures}")
        if output == taught_file(output.stem):
            self.stdout.write(f"Paint with it: stylize PHOTO --style {TAUGHT}{output.stem} -o OUT")

    def watch(self, work: Any, checkpoint: Path | None, preview: Path | None) -> Result | None:
        """To the end, or to Ctrl-C."""
        stored = shown = time.monotonic()
        keep: Callable[[], Result] | None = None
        store: Callable[[], bytes] | None = None
        try:
            for event in work:
                if isinstance(event, Result):
                    return event
                draw(event)
                keep, store, now = event.keep, event.checkpoint, time.monotonic()
                if preview and event.preview and now - shown > STORE_SECONDS / 3:
                    write(preview, images.encode(event.preview(), "png"))
                    shown = now
                if checkpoint and store and now - stored > STORE_SECONDS:
                    write(checkpoint, store())
                    stored = now
                    self.stdout.write(told(event))
        except KeyboardInterrupt:
            if checkpoint and store:
                write(checkpoint, store())
            return keep() if keep else None
        return None


def told(event: Progress) -> str:
    losses = "  ".join(f"{name} {value:.3f}" for name, value in (event.losses or {}).items())
    return f"{event.step} of {event.total} s  {losses}"


def free_place(name: str) -> Path:
    """On this site's shelf. A style that is there already is not overwritten: recipes name it."""
    stem = slugify(name)[:40].replace("_", "-").strip("-") or "style"
    place, number = taught_file(stem), 2
    while place.exists():
        place, number = taught_file(f"{stem}-{number}"), number + 1
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def cut_out(painting: Image.Image, mask: Image.Image, name: str) -> Image.Image:
    """The painting, opaque where the mask is white."""
    images.check_mask(mask.size, painting.size, name)
    painting = painting.copy()
    painting.putalpha(mask.convert("L").resize(painting.size, Image.Resampling.LANCZOS))
    return painting


def pictures_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise EngineError(f"{folder} is not a folder: name one with photographs")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in KINDS)
    if not found:
        raise EngineError(f"{folder} holds no photographs: name a folder with some")
    return found
