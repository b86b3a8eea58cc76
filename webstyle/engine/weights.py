"""Weights files: where they are, what they are, without importing torch.

A safetensors file begins with the length of a JSON header (8 bytes, little endian) and the header;
its ``__metadata__`` holds what a visitor and a curator want to know of a style.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webstyle.engine.events import EngineError

WEIGHTS = Path(__file__).parent / "weights"
AUTOENCODER = WEIGHTS / "stylebank" / "autoencoder.safetensors"
STATISTICS = "gram."  # in a style's file: what belongs to optimisation, not to the bank
PERCEPTUAL_NAMES = ("compact", "vgg19")  # ours, and the papers' own, which has to be fetched
VGG19_FILE = "vgg19-dcbb9e9d.pth"
STYLES = WEIGHTS / "stylebank" / "styles"


@dataclass(frozen=True)
class WeightsFile:
    """One style of StyleBank, as its file describes it. ``year`` may be about right only."""

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


def fetched(name: str) -> Path:
    """Where a weights file lies that was fetched on request: below ``VAR``, as all that is not
    code."""
    folder = os.environ.get("VAR") or Path(__file__).resolve().parents[2] / "var"
    return Path(folder) / "weights" / name


def read_metadata(path: Path) -> dict[str, str]:
    """The ``__metadata__`` of a safetensors file."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > 1_000_000:
            raise EngineError(f"{path} is not a safetensors file: fetch it again")
        metadata: dict[str, str] = json.loads(file.read(length)).get("__metadata__", {})
    return metadata


@functools.cache
def styles() -> dict[str, WeightsFile]:
    """All styles by slug, in the order of their years."""
    found = []
    for path in STYLES.glob("*.safetensors"):
        m = read_metadata(path)
        training = json.loads(m.get("training", "{}"))
        found.append(
            WeightsFile(
                path, path.stem, m["title"], m["artist"], int(m["year"]), m["licence"], training
            )
        )
    return {w.slug: w for w in sorted(found, key=lambda w: (w.year, w.slug))}


def get_style(slug: str) -> WeightsFile:
    try:
        return styles()[slug]
    except KeyError:
        raise EngineError(
            f"unknown style '{slug}': choose from {', '.join(sorted(styles()))}"
        ) from None
