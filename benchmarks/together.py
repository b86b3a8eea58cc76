"""Eight small pictures at once against one after the other, in one run.

``python -m benchmarks.together [DEVICE]``. Decoded photos in, pictures out; the two take turns, and
the fastest turn of each counts. On a CPU that is busy with one picture the ratio is about 1; a GPU
is what it is for.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from PIL import Image

from webstyle.engine.device import pick_device, tune_cpu
from webstyle.engine.engines.stylebank import StyleBank
from webstyle.engine.events import Result
from webstyle.engine.images import fit
from webstyle.engine.recipe import Recipe
from webstyle.engine.samples import sample_path
from webstyle.engine.training.pictures import open_rgb
from webstyle.engine.weights import styles

NUMBER = 8
TURNS = {128: 12, 256: 10, 512: 6, 1024: 3}


def seconds(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def main() -> None:
    tune_cpu()
    device = pick_device(sys.argv[1] if len(sys.argv) > 1 else "auto")
    photo = open_rgb(sample_path("astronaut.png"))
    print(f"{NUMBER} pictures on {device}")
    print(f"{'px':>5} {'at once ms':>11} {'one by one ms':>14} {'ratio':>6}")
    for size, turns in TURNS.items():
        recipe = Recipe(styles=((next(iter(styles())), 1.0),), size=size)
        photos = [fit(photo, size)] * NUMBER

        def at_once(recipe: Recipe = recipe, photos: list[Image.Image] = photos) -> None:
            assert len(StyleBank().run_many(photos, recipe, device=device)) == NUMBER

        def one_by_one(recipe: Recipe = recipe, photos: list[Image.Image] = photos) -> None:
            for each in photos:
                *_, last = StyleBank().run(each, recipe, device=device)
                assert isinstance(last, Result)

        at_once()
        one_by_one()  # and both are warm now
        times = [(seconds(at_once), seconds(one_by_one)) for _ in range(turns)]
        many, ones = (min(column) for column in zip(*times, strict=True))
        print(f"{size:5} {1000 * many:11.1f} {1000 * ones:14.1f} {many / ones:6.2f}")


if __name__ == "__main__":
    main()
