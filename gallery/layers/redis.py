"""The channel layer of several processes."""

from __future__ import annotations

import asyncio
from typing import Any

from channels_redis.core import RedisChannelLayer


class RedisLayer(RedisChannelLayer):
    """On Python 3.11 redis-py sends within an ``asyncio.wait_for``, which forgets that it was
    cancelled in the moment when all was sent. A socket that closed then went on listening, until
    daphne killed it."""

    async def _brpop_with_clean(self, *args: Any, **kwargs: Any) -> Any:
        """What was popped is in the backup queue by now, from where the next who listens has it."""
        member = await super()._brpop_with_clean(*args, **kwargs)
        task = asyncio.current_task()
        if task and task.cancelling():
            raise asyncio.CancelledError
        return member
