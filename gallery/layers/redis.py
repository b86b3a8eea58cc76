"""The channel layer of several processes."""

from __future__ import annotations

import asyncio
from typing import Any

from channels_redis.core import RedisChannelLayer
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostError


class RedisLayer(RedisChannelLayer):
    """On Python 3.11 redis-py sends within an ``asyncio.wait_for``, which forgets that it was
    cancelled in the moment when all was sent. A socket that closed then went on listening, until
    daphne killed it.

    And after Redis was started again its pool of connections gives those of before, which are dead:
    what was sent over the first of them was lost, or closed the socket that sent it. It is sent
    once more, over a new one."""

    def create_pool(self, index: int) -> Any:
        pool = super().create_pool(index)
        pool.connection_kwargs["retry"] = Retry(NoBackoff(), 1, supported_errors=(LostError,))
        return pool

    async def _brpop_with_clean(self, *args: Any, **kwargs: Any) -> Any:
        """What was popped is in the backup queue by now, from where the next who listens has it."""
        member = await super()._brpop_with_clean(*args, **kwargs)
        task = asyncio.current_task()
        if task and task.cancelling():
            raise asyncio.CancelledError
        return member
