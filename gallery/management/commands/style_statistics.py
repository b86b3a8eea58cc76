"""Put the paintings' statistics into the weights files of their styles."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from webstyle.engine import images
from webstyle.engine.events import EngineError
from webstyle.engine.weights import get_style, styles


class Command(BaseCommand):
    help = (
        "Compute the Gram matrices of the styles' paintings under the compact perceptual network "
        "and keep them in the weights files: needed after the network has changed."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="all styles without any")
        parser.add_argument("--paintings", type=Path, required=True, help="folder with SLUG.jpg")

    def handle(self, *args: Any, slugs: list[str], paintings: Path, **options: Any) -> None:
        from webstyle.engine.statistics import attach

        try:
            for slug in slugs or styles():
                path = paintings / f"{slug}.jpg"
                attach(get_style(slug).path, images.decode(path, str(path)))
                size = get_style(slug).path.stat().st_size
                self.stdout.write(f"{slug}: {size / 1e6:.3f} MB")
        except EngineError as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from None
