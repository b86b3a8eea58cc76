"""``/health/live`` and ``/health/ready``, for load balancers and whoever restarts processes.

They are answered before Django looks at the request: a probe comes by an address and not by a name
of the site, over plain HTTP, and without a cookie. What is checked, and how, is in checkup.py.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from gallery.operations.checkup import Checkup, checkup

App = Callable[[dict[str, Any], Any, Any], Awaitable[Any]]
LIVE, READY = "/health/live", "/health/ready"


class Probes:
    """Answers the two paths; all others go on to ``app``."""

    def __init__(self, app: App, given: Checkup | None = None) -> None:
        self.app, self.checkup = app, given or checkup()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"].rstrip("/")
        if path not in (LIVE, READY):
            await self.app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await answer(scope, send, 405, {"error": "Ask with GET."}, allow=b"GET, HEAD")
        elif path == LIVE:
            await answer(scope, send, 200, {"status": "ok"})
        else:
            told = await self.checkup.report()
            failing = told["status"] == "failing"
            status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
            await answer(scope, send, status, told)


async def answer(
    scope: dict[str, Any], send: Any, status: int, told: dict[str, Any], **headers: bytes
) -> None:
    body = json.dumps(told).encode() + b"\n"
    given = {
        b"content-type": b"application/json", b"content-length": str(len(body)).encode(),
        b"cache-control": b"no-store", **{name.encode(): value for name, value in headers.items()},
    }  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": list(given.items())})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
