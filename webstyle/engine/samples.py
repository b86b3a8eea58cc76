"""Photographs that come inside the scikit-image package: on every machine that has the program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def sample_path(name: str) -> Path:
    return Path(str(files("skimage") / "data" / name))
