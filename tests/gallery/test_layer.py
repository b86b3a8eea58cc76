"""The layer in memory forgets what nobody heard, and does not look for it at each message."""

from __future__ import annotations

import time

import pytest
from channels.layers import InMemoryChannelLayer

from gallery.layer import MemoryLayer


async def hear(layer: MemoryLayer, number: int) -> None:
    for n in range(number):
        await layer.send("page", {"type": "news", "n": n})
        assert await layer.receive("page") == {"type": "news", "n": n}


async def test_many_messages_in_a_moment_are_tidied_up_after_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = []
    monkeypatch.setattr(InMemoryChannelLayer, "_clean_expired", lambda self: looks.append(self))
    layer = MemoryLayer()
    await hear(layer, 50)
    assert looks == [layer]
    layer.tidied -= 2
    await hear(layer, 50)
    assert looks == [layer] * 2


async def test_a_page_that_does_not_listen_is_left_out_in_the_end() -> None:
    layer = MemoryLayer(expiry=0)
    await layer.group_add("owner", "page")
    await layer.send("page", {"type": "news"})
    time.sleep(0.01)  # noqa: ASYNC251  the message is old now
    await layer.group_send("owner", {"type": "more"})
    assert "page" not in layer.groups["owner"]
    assert "page" not in layer.channels
