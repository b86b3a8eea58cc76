"""Paints a picture of SIDE px with so many MB of memory left, and says how. For a process of its
own: the limit stays."""

from __future__ import annotations

import json
import resource
import sys

import numpy as np
import torch
from PIL import Image

from webstyle.engine.engines.stylebank import StyleBank
from webstyle.engine.events import Result
from webstyle.engine.fallback import Fallback
from webstyle.engine.recipe import Recipe

CPU = torch.device("cpu")


def taken(what: str = "VmSize") -> int:
    """Bytes of address space."""
    with open("/proc/self/status") as status:
        (line,) = [line for line in status if line.startswith(f"{what}:")]
    return int(line.split()[1]) * 1024


def paint(photo: Image.Image, size: int) -> Result:
    work = Fallback(StyleBank(), photo, Recipe((("udnie", 1.0),), size=size), device=CPU)
    *_, last = work.run()
    assert isinstance(last, Result)
    return last


def main(side: int, left: int) -> None:
    torch.set_num_threads(1)
    noise = np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)
    photo = Image.fromarray(noise)
    paint(photo.resize((256, 256)), 256)  # all is loaded
    before = taken()
    if left:
        limit = before + left * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        last = paint(photo, side)
        told = {**last.figures, "size": list(last.picture.size)}
    except MemoryError as error:
        told = {"error": str(error)}
    print(json.dumps(told | {"peak_mb": (taken("VmPeak") - before) // 1_000_000}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
