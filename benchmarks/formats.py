"""How far pictures in half precision are from those in float32: every built-in style, two photos.

``python -m benchmarks.formats [PX]``, on the CPU: the rounding is a GPU's too, but for the order of
its sums.
"""

from __future__ import annotations

import sys

import numpy as np
import torch

from webstyle.engine.device import tune_cpu
from webstyle.engine.engines.stylebank import Painter
from webstyle.engine.images import fit
from webstyle.engine.samples import sample_path
from webstyle.engine.training.pictures import open_rgb
from webstyle.engine.weights import styles

PHOTOS = ("coffee.png", "rocket.jpg")
FORMATS = (torch.float16, torch.bfloat16)


def main() -> None:
    tune_cpu()
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    photos = [fit(open_rgb(sample_path(name)), size) for name in PHOTOS]
    painters = {kind: Painter(torch.device("cpu"), kind) for kind in (torch.float32, *FORMATS)}

    def paint(kind: torch.dtype, style: str) -> list[np.ndarray]:
        own = painters[kind]
        pictures = [own.decode(own.apply(own.encode(photo), style)) for photo in photos]
        return [np.asarray(picture).astype(int) for picture in pictures]

    print(f"levels of 255 at {size} px: mean, 99.9 %, most, shift of the mean colour")
    found: dict[torch.dtype, list[tuple[float, ...]]] = {kind: [] for kind in FORMATS}
    for style in styles():
        true = paint(torch.float32, style)
        for kind in FORMATS:
            apart = [one - other for one, other in zip(paint(kind, style), true, strict=True)]
            off = np.abs(np.stack(apart))
            shift = max(float(np.abs(each.mean((0, 1))).max()) for each in apart)
            found[kind].append((off.mean(), np.percentile(off, 99.9), off.max(), shift))
    for kind, rows in found.items():
        worst = np.array(rows).max(0)
        mean = np.array(rows).mean(0)[0]
        told = ", ".join(f"{value:.2f}" for value in worst)
        print(f"{str(kind)[6:]:9} of {len(rows)} styles on average {mean:.2f}; worst: {told}")


if __name__ == "__main__":
    main()
