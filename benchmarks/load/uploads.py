"""Two hundred photographs at once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from benchmarks.load.figures import Report, spread
from benchmarks.load.site import Site
from benchmarks.load.visitors import Cores, Crowd, crowd_of
from webstyle.engine import images
from webstyle.engine.samples import sample_path

NAMES = ("coffee.png", "astronaut.png", "chelsea.png", "rocket.jpg", "hubble_deep_field.jpg",
         "motorcycle_left.png", "retina.jpg")  # fmt: skip
SIDE = 2048  # px on the long side


def photos() -> list[bytes]:
    """Photographs, enlarged: JPEGs of some three megapixels."""
    found = [images.fit(images.decode(sample_path(name), name), SIDE) for name in NAMES]
    return [images.encode(picture, "jpg", quality=90) for picture in found]


async def measure(site: Site, world: dict[str, Any], report: Report, *, quick: bool) -> None:
    number = 6 if quick else 200
    files = await asyncio.to_thread(photos)
    with site.running(LANES="fast"):
        async with crowd_of(site, world) as crowd:
            await crowd.warm()
            before = await asyncio.to_thread(site.web_memory)
            cores = Cores(site).start()
            async with peak_of(site) as peak, crowd.one_looking("/gallery/") as pages:
                began = time.perf_counter()
                took = await asyncio.gather(*(send(crowd, n, files) for n in range(number)))
                seconds = time.perf_counter() - began
            used = cores.said()
    report.table(
        ["photos", "all here after", "one p50 ms", "p95 ms", "p99 ms", "peak of memory",
         "over the start", "gallery p50 ms", "p95 ms", "p99 ms", "cores of"],
        [[str(number), f"{seconds:.1f} s", *spread(took), f"{max(peak):.0f} MB",
          f"{max(peak) - before:.0f} MB", *spread(pages), used]],
    )  # fmt: skip
    report.none("uploads and pages that were refused or lost", crowd.errors, number + len(pages))


async def send(crowd: Crowd, n: int, files: list[bytes]) -> float:
    began = time.perf_counter()
    headers = {"Content-Type": "application/octet-stream", "X-Filename": f"photo-{n}.jpg"}
    await crowd.ask(n, "POST", "/api/v1/photos", data=files[n % len(files)], headers=headers)
    return time.perf_counter() - began


@contextlib.asynccontextmanager
async def peak_of(site: Site) -> Any:
    """What the web processes and their children take, a few times a second."""
    seen = [0.0]

    async def look() -> None:
        while True:
            seen.append(await asyncio.to_thread(site.web_memory))
            await asyncio.sleep(0.3)

    looking = asyncio.create_task(look())
    try:
        yield seen
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
