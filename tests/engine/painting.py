"""Painting and measuring for the tests of StyleBank."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from PIL import Image

from webstyle.engine.device import pick_device
from webstyle.engine.engines.stylebank import Painter, StyleBank, get_painter
from webstyle.engine.events import Result
from webstyle.engine.recipe import Recipe


def painter() -> Painter:
    return get_painter(pick_device("cpu"))


def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """From now on, how often a photo is encoded ("encode") and each style's bank is run."""
    counts: Counter[str] = Counter()
    encode, apply = painter().encode, painter().apply

    def counting_encode(photo: Image.Image) -> Any:
        counts["encode"] += 1
        return encode(photo)

    def counting_apply(photo: Any, slug: str) -> Any:
        counts[slug] += 1
        return apply(photo, slug)

    monkeypatch.setattr(painter(), "encode", counting_encode)
    monkeypatch.setattr(painter(), "apply", counting_apply)
    return counts


def painting(photo: Image.Image, style: str) -> Image.Image:
    """At the photo's own size, with nothing but the bank."""
    return painter().decode(painter().apply(painter().encode(photo), style))


def rendered(photo: Image.Image, style: str = "udnie", **values: object) -> Image.Image:
    """By the whole engine, from a recipe."""
    recipe = Recipe(**{"styles": ((style, 1.0),), "size": max(photo.size)} | values)
    *_, last = StyleBank().run(photo, recipe, device=pick_device("cpu"))
    assert isinstance(last, Result)
    return last.picture


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture).astype(np.float64)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean over all values, 0..255."""
    return float(np.abs(pixels(one) - pixels(other)).mean())


def psnr(one: Image.Image, other: Image.Image) -> float:
    """Peak signal to noise ratio in dB."""
    error = float(np.mean((pixels(one) - pixels(other)) ** 2))
    return 10 * np.log10(255**2 / error)
