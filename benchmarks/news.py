"""What it costs to tell a thousand pages of one owner that a job has changed, in one process.

Channels' own layer in memory with the state as a dictionary, which each page makes into JSON,
against ours with the texts that ``gallery.notify`` writes: processor time from the sending until
the last page has heard. Run it with ``python -m benchmarks.news``.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from channels.layers import InMemoryChannelLayer

from gallery.layers.memory import MemoryLayer

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
    spent = 0.0
    for _ in range(ROUNDS):
        heard = asyncio.gather(*(layer.receive(channel) for channel in channels))
        await asyncio.sleep(0)  # all of them listen
        began = time.process_time()
        await layer.group_send("owner", message())
        assert all(text(each) for each in await heard)
        spent += time.process_time() - began
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
