"""A line in the log when a WebSocket opens and one when it closes; and how many are open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from autobahn.exception import Disconnected

from gallery.operations import context
from gallery.operations.requests import NO_ROUTE, secrets_of

log = logging.getLogger("gallery.access")
LOST, BROKEN = 1006, 1011  # without a word; by a fault of ours: the page opens it again
App = Callable[[dict[str, Any], Any, Any], Awaitable[Any]]


class SocketLog:
    """Around all that opens a socket. Everything runs on one loop, so nothing is locked."""

    open = 0  # of this process

    def __init__(self, app: App, patterns: list[Any]) -> None:
        self.app, self.patterns = app, patterns

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        about = context.begin(context.Context(socket=context.new_id()))
        route = self.route_of(scope["path"])
        about.secrets = secrets_of(scope["path"], route)
        began = time.perf_counter()
        code: int | None = None  # while it is open

        async def hear() -> dict[str, Any]:
            nonlocal code
            message: dict[str, Any] = await receive()
            if message["type"] == "websocket.disconnect":
                code = message.get("code", LOST)
            return message

        async def say(message: dict[str, Any]) -> None:
            nonlocal code
            if message["type"] == "websocket.accept":
                log.info("socket %s opened", route)
            elif message["type"] == "websocket.close":
                code = message.get("code", 1000)
            with contextlib.suppress(Disconnected):  # just now: that is heard next
                await send(message)

        SocketLog.open += 1
        try:
            await self.app(scope, hear, say)
        except asyncio.CancelledError:
            if code is None:  # Daphne would leave it open, and its page would wait for ever
                await say({"type": "websocket.close", "code": BROKEN})
            raise
        finally:
            SocketLog.open -= 1
            seconds = round(time.perf_counter() - began, 1)
            facts = {"code": code or LOST, "seconds": seconds}
            log.info("socket %s closed", route, extra={"facts": facts})

    def route_of(self, path: str) -> str:
        found = (each.pattern for each in self.patterns if each.pattern.match(path.lstrip("/")))
        return next((f"/{pattern}" for pattern in found), NO_ROUTE)
