"""What it costs to tell a thousand pages of one owner that a job has changed, in one process.

Channels' own layer in memory with the state as a dictionary, which each page makes into JSON,
against ours with the texts that ``gallery.notify`` writes: processor time from the sending until the
last page has heard. Run it with ``python -m benchmarks.news``.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from channels.layers import InMemoryChannelLayer

from gallery.layer import MemoryLayer

ROUNDS = 5
CURVE = [(n / 5, {"content": 1.5, "style": 2.5, "smooth": 0.5}) for n in range(100)]
JOB = {"id": "5b2f", "state": "running", "step": 40, "total": 300, "curve": CURVE}
WORDS = {code: {"stage": "512 px", "title": "Starry Night"} for code in ("en", "zh-hans")}


async def took(
    layer: InMemoryChannelLayer, pages: int, message: Callable[[], dict[str, Any]],
    text: Callable[[dict[str, Any]], str],
) -> float:  # fmt: skip
    """Milliseconds for one change."""
    channels = [await layer.new_channel() for _ in range(pages)]
    for channel in channels:
        await layer.group_add("owner", channel)
    heard = 0

    async def hear(channel: str) -> None:
        nonlocal heard
        while True:
            assert text(await layer.receive(channel))
            heard += 1

    listening = [asyncio.create_task(hear(channel)) for channel in channels]
    await asyncio.sleep(0)
    began = time.process_time()
    for n in range(1, ROUNDS + 1):
        await layer.group_send("owner", message())
        while heard < n * pages:
            await asyncio.sleep(0)
    spent = time.process_time() - began
    for task in listening:
        task.cancel()
    return 1000 * spent / ROUNDS


def main() -> None:
    for pages in (1, 20, 1000):
        peer = asyncio.run(
            took(InMemoryChannelLayer(), pages, lambda: {"type": "n", "job": JOB, "words": WORDS},
                 lambda message: json.dumps(message["job"] | message["words"]["en"]))
        )  # fmt: skip
        ours = asyncio.run(
            took(MemoryLayer(), pages,
                 lambda: {"type": "n", "jobs": {c: json.dumps(JOB | w) for c, w in WORDS.items()}},
                 lambda message: str(message["jobs"]["en"]))
        )  # fmt: skip
        print(f"{pages:5} pages: {peer:7.1f} ms before, {ours:6.1f} ms now, {ours / peer:.3f}")


if __name__ == "__main__":
    main()
