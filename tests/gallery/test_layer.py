"""The layer in memory forgets what nobody heard, and does not look for it at each message;
with Redis a socket ends when it closes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from channels.layers import InMemoryChannelLayer
from channels_redis.core import RedisChannelLayer
from redis import Redis

from gallery.layers.memory import MemoryLayer
from gallery.layers.redis import RedisLayer


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


async def test_a_socket_that_closes_while_something_is_sent_to_redis_ends(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pop, waiting = RedisChannelLayer._brpop_with_clean, asyncio.Event()

    async def cancelled_as_it_was_sent(self: RedisChannelLayer, *args: Any, **kwargs: Any) -> Any:
        """As redis-py does it on Python 3.11."""
        try:
            waiting.set()
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            monkeypatch.setattr(RedisChannelLayer, "_brpop_with_clean", pop)
        return await pop(self, *args, **kwargs)

    monkeypatch.setattr(RedisChannelLayer, "_brpop_with_clean", cancelled_as_it_was_sent)
    monkeypatch.setattr(RedisLayer, "brpop_timeout", 1)
    layer = RedisLayer(hosts=[redis_url])
    page, other = await layer.new_channel(), await layer.new_channel()
    listening = asyncio.create_task(layer.receive(page))
    await waiting.wait()
    await layer.send(other, {"type": "news"})
    listening.cancel()
    await asyncio.wait([listening], timeout=5)
    assert listening.cancelled()
    assert await layer.receive(other) == {"type": "news"}, "what it took is there for others"
    await layer.close_pools()


async def test_what_is_sent_after_redis_was_started_again_is_not_lost(redis_url: str) -> None:
    """Nor is a socket closed that joins its group: connections of before are not taken at their
    word."""
    layer = RedisLayer(hosts=[redis_url])
    page = await layer.new_channel()
    await layer.group_add("owner", page)
    Redis.from_url(redis_url).client_kill_filter(_type="normal")
    await layer.group_add("owner", page)
    Redis.from_url(redis_url).client_kill_filter(_type="normal")
    await layer.group_send("owner", {"type": "news"})
    assert await asyncio.wait_for(layer.receive(page), 10) == {"type": "news"}
