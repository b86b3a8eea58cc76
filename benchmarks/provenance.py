"""What the mark and the credentials cost beside the painting they are put on, in one run.

The three take turns and the fastest turn of each counts. The bound for the mark is a half of the
painting's time. Run it with ``make bench-provenance``.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from PIL import Image

from gallery.provenance.certificate import make
from webstyle.engine import images, watermark
from webstyle.engine.credentials import Claims, signed
from webstyle.engine.device import pick_device, tune_cpu
from webstyle.engine.engines.stylebank import Painter, get_painter
from webstyle.engine.samples import sample_path
from webstyle.engine.weights import styles

SIZES = {512: 12, 1024: 8, 2048: 4}  # px, and turns
BOUND = 0.5
MARK = b"a mark"
Made = TypeVar("Made")


def timed(times: list[float], function: Callable[[], Made]) -> Made:
    began = time.perf_counter()
    made = function()
    times.append(1000 * (time.perf_counter() - began))
    return made


def painting(painter: Painter, picture: Image.Image, style: str) -> Image.Image:
    return painter.decode(painter.apply(painter.encode(picture), style))


def main() -> None:
    tune_cpu()
    painter, certificate = get_painter(pick_device("cpu")), make()
    style = next(iter(styles()))
    claims = Claims("stylebank", "StyleBank", ((style, ""),), datetime.now(UTC), True)
    photo = images.decode(sample_path("astronaut.png"), "astronaut.png")
    print(f"{'px':>5} {'paint ms':>9} {'mark ms':>8} {'ratio':>6} {'find ms':>8} {'sign ms':>8}")
    for size, turns in SIZES.items():
        picture = images.fit(photo, size)
        paint: list[float] = []
        mark: list[float] = []
        find: list[float] = []
        sign: list[float] = []
        for _ in range(turns):
            painted = timed(paint, partial(painting, painter, picture, style))
            marked = timed(mark, partial(watermark.mark, painted, MARK))
            assert timed(find, partial(watermark.find, marked)) == MARK
            data = images.encode(marked, "png")
            with_it = timed(sign, partial(signed, data, "png", claims, certificate))
        best = [min(times) for times in (paint, mark, find, sign)]
        ratio = best[1] / best[0]
        print(
            f"{size:5} {best[0]:9.1f} {best[1]:8.1f} {ratio:6.2f} {best[2]:8.1f} {best[3]:8.1f}"
            f"   {len(with_it) - len(data)} bytes{'' if ratio < BOUND else '   OVER THE BOUND'}"
        )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    large = images.fit(photo, 8192)
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    watermark.mark(large, MARK)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    own = large.width * large.height * 3 / 1e6
    print(f"8192 px ({own:.0f} MB): {(after - max(before, whole)) / 1e3:.0f} MB more while marking")


if __name__ == "__main__":
    main()
