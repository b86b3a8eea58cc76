"""Download weights that are not in the repository: only ever when asked to."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand

from webstyle.engine.events import EngineError
from webstyle.engine.weights import VGG19_FILE, fetched

# The beginning of the sha256 is part of the name, as torchvision publishes it.
URLS = {"vgg19": f"https://download.pytorch.org/models/{VGG19_FILE}"}
CHUNK = 1 << 20
TIMEOUT = 20  # seconds without a byte


class Command(BaseCommand):
    help = "Download weights: vgg19 (548 MB), the network the papers on optimisation use."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(URLS))
        parser.add_argument("--url", help="a mirror: the file has to be the same")

    def handle(self, *args: Any, name: str, url: str | None, **options: Any) -> None:
        try:
            path = self.fetch(url or URLS[name], fetched(Path(URLS[name]).name))
        except EngineError as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from None
        self.stdout.write(f"{name} is at {path}")

    def fetch(self, url: str, path: Path) -> Path:
        """Nothing takes the file's place before its sha256 is right."""
        wanted = path.stem.rpartition("-")[2]
        if path.exists() and sha256(path).startswith(wanted):
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name) as part:
            try:
                with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
                    self.copy(answer, part, int(answer.headers.get("Content-Length") or 0))
            except (urllib.error.URLError, OSError, ValueError) as error:
                reason = getattr(error, "reason", error)
                raise EngineError(
                    f"{url} cannot be fetched ({reason}): check the network, or copy the file "
                    f"to {path} by hand"
                ) from error
            part.flush()
            found = sha256(Path(part.name))
            if not found.startswith(wanted):
                raise EngineError(
                    f"{url} gave another file (sha256 {found[:8]}, not {wanted}): try again"
                )
            shutil.copyfile(part.name, path)
        return path

    def copy(self, answer: BinaryIO, file: Any, length: int) -> None:
        done = 0
        while chunk := answer.read(CHUNK):
            file.write(chunk)
            done += len(chunk)
            if sys.stderr.isatty():
                of = f" of {length / 1e6:.0f}" if length else ""
                print(f"\r{done / 1e6:.0f}{of} MB", end="", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            print(file=sys.stderr)
        if length and done != length:
            raise OSError(f"it ended after {done} of {length} bytes")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
