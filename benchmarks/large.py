"""A picture of 100 megapixels by StyleBank on the CPU: how long, and the peak of memory against its
bound.

``python -m benchmarks.large``. The command line paints it, from a photograph of 54 megapixels to a
signed PNG, in a process of its own. Ends with 1 when the peak is above the bound.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from webstyle.engine.samples import sample_path
from webstyle.engine.training.pictures import open_rgb

PHOTO = (9000, 6000)  # px
SIDE = 12_247  # px: 12,247 x 8,165 are 100 megapixels
BOUND = 3000  # MB


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        photo, painted = Path(folder) / "photo.jpg", Path(folder) / "painted.png"
        open_rgb(sample_path("coffee.png")).resize(PHOTO, Image.Resampling.BICUBIC).save(photo)
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "manage.py", "stylize", photo, "--style", "udnie", "--size", str(SIDE),
             "--device", "cpu", "-o", painted],
            check=True,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        Image.MAX_IMAGE_PIXELS = None
        with Image.open(painted) as picture:
            size = f"{picture.width} x {picture.height} px"
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1_000_000
    print(f"{size} in {seconds:.0f} s, peak {peak:.0f} MB, bound {BOUND}: {peak / BOUND:.2f}")
    sys.exit(peak > BOUND)


if __name__ == "__main__":
    main()
