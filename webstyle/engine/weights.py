"""Weights files: where they are, what they are, without importing torch.

A safetensors file begins with the length of a JSON header (8 bytes, little endian) and the header;
its ``__metadata__`` holds what a visitor and a curator want to know of a style. Built-in styles
come with the program; those that were taught here lie below ``VAR``.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webstyle.engine.events import EngineError, UnknownError
from webstyle.engine.recipe import TAUGHT, is_taught

WEIGHTS = Path(__file__).parent / "weights"
AUTOENCODER = WEIGHTS / "stylebank" / "autoencoder.safetensors"
STATISTICS = "gram."  # in a style's file: what belongs to optimisation, not to the bank
PERCEPTUAL_NAMES = ("compact", "vgg19")  # ours, and the papers' own, which has to be fetched
VGG19_FILE = "vgg19-dcbb9e9d.pth"
STYLES = WEIGHTS / "stylebank" / "styles"
FORMAT = "webstyle.stylebank/1"
TAUGHT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class WeightsFile:
    """One style of StyleBank, as its file describes it. ``year`` may be about right only, and is 0
    where nobody knows it."""

    path: Path
    slug: str
    title: str
    artist: str
    year: int
    licence: str
    training: dict[str, Any]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


@functools.cache
def autoencoder_fingerprint() -> str:
    """Banks work with the auto-encoder they were trained with, and with no other."""
    return hashlib.sha256(AUTOENCODER.read_bytes()).hexdigest()[:16]


def fetched(name: str, folder: str = "weights") -> Path:
    """Where a weights file lies that was fetched or made on request: below ``VAR``, as all that is
    not code."""
    var = os.environ.get("VAR") or Path(__file__).resolve().parents[2] / "var"
    return Path(var) / folder / name


def taught_file(name: str) -> Path:
    """Where the style lies that recipes call ``taught:NAME``. It never changes: taught on, a style
    gets another name."""
    if not TAUGHT_NAME.fullmatch(name):
        raise EngineError(f"'{name}' is no name of a taught style: use a-z, 0-9 and hyphens")
    return fetched(f"{name}.safetensors", "styles")


def read_metadata(path: Path) -> dict[str, str]:
    """The ``__metadata__`` of a safetensors file."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > 1_000_000:
            raise EngineError(f"{path} is not a safetensors file: fetch it again")
        metadata: dict[str, str] = json.loads(file.read(length)).get("__metadata__", {})
    return metadata


def describe(path: Path, slug: str) -> WeightsFile:
    """Of the file of a style. Raises EngineError where it is none."""
    try:
        m = read_metadata(path)
        training = json.loads(m.get("training", "{}"))
        year = int(m.get("year") or 0)
        return WeightsFile(path, slug, m["title"], m["artist"], year, m["licence"], training)
    except (OSError, ValueError, KeyError, AttributeError, TypeError, struct.error) as error:
        if isinstance(error, EngineError):
            raise
        raise EngineError(f"{path.name} is not the file of a style: choose another") from error


@functools.cache
def styles() -> dict[str, WeightsFile]:
    """All built-in styles by slug, in the order of their years."""
    found = [describe(path, path.stem) for path in STYLES.glob("*.safetensors")]
    return {w.slug: w for w in sorted(found, key=lambda w: (w.year, w.slug))}


@functools.lru_cache(1000)
def taught(path: Path) -> WeightsFile:
    return describe(path, f"{TAUGHT}{path.stem}")


def get_style(slug: str) -> WeightsFile:
    """A built-in style, or one that was taught here. Raises EngineError."""
    if is_taught(slug):
        path = taught_file(slug.removeprefix(TAUGHT))
        if not path.exists():
            raise EngineError(f"style '{slug}' is not here any more: choose another")
        return taught(path)
    try:
        return styles()[slug]
    except KeyError:
        raise UnknownError(
            f"unknown style '{slug}': choose from {', '.join(sorted(styles()))}"
        ) from None
