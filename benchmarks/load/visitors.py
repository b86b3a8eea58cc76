"""People with browsers: connections that are kept, a session each, and a token for what they send.

All of them live in this one process, on the machine that is measured; how much of the processor it
takes is told with the figures.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks.load.site import Site

TOKEN = "b" * 32  # of CSRF: whoever may set the cookie may choose it
PATIENCE = 120  # seconds for an answer


@dataclass
class Crowd:
    """Guests of a site, and what they were refused."""

    site: Site
    world: dict[str, Any]
    session: aiohttp.ClientSession
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def guests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.world["guests"]
        return found

    def headers(self, n: int) -> dict[str, str]:
        cookie = f"{self.guests[n % len(self.guests)]['cookie']}; csrftoken={TOKEN}"
        return {"Cookie": cookie, "X-CSRFToken": TOKEN, "Accept-Language": "en",
                "Origin": self.site.address(n)}  # fmt: skip

    async def ask(self, n: int, method: str, path: str, **what: Any) -> tuple[int, bytes]:
        """Guest ``n`` asks; the answer, with a status of 0 where there was none."""
        headers = self.headers(n) | what.pop("headers", {})
        try:
            async with self.session.request(
                method, self.site.address(n) + path, headers=headers, **what
            ) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.errors[f"{method} {path}: {error!r}"[:200]] += 1
            return 0, b""
        if answer.status >= 300:
            self.errors[f"{method} {path}: {answer.status} {body[:100]!r}"] += 1
        return answer.status, body

    def socket(self, n: int, path: str) -> Any:
        address = self.site.address(n)
        return self.session.ws_connect(
            address.replace("http", "ws", 1) + path, headers=self.headers(n), origin=address,
            max_msg_size=0, compress=0,
        )  # fmt: skip

    async def visit(self, paths: Sequence[str], seconds: float) -> list[float]:
        """A visitor for each path asks again and again, each as soon as they have the answer. How
        long each answer took."""
        times: list[float] = []
        over = time.perf_counter() + seconds

        async def one(n: int, path: str) -> None:
            while (began := time.perf_counter()) < over:
                status, _ = await self.ask(n, "GET", path)
                if status == 200:
                    times.append(time.perf_counter() - began)

        await asyncio.gather(*(one(n, path) for n, path in enumerate(paths)))
        return times

    async def warm(self) -> None:
        """What is imported or read once, is, in each web process; a socket and its news too."""
        await self.visit(["/gallery/"] * 4 * len(self.site.addresses), 1)
        for n in range(len(self.site.addresses)):
            await self.ask(n, "GET", "/api/v1/jobs")
            async with self.socket(n, "/ws/jobs/") as socket:
                await socket.receive_json(timeout=60)

    @contextlib.asynccontextmanager
    async def one_looking(self, path: str) -> AsyncIterator[list[float]]:
        """Meanwhile somebody asks for a page four times a second."""
        times: list[float] = []

        async def look() -> None:
            while True:
                began = time.perf_counter()
                status, _ = await self.ask(0, "GET", path)
                if status == 200:
                    times.append(time.perf_counter() - began)
                await asyncio.sleep(max(0.0, began + 0.25 - time.perf_counter()))

        looking = asyncio.create_task(look())
        try:
            yield times
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking


@contextlib.asynccontextmanager
async def crowd_of(site: Site, world: dict[str, Any]) -> AsyncIterator[Crowd]:
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, cookie_jar=jar
    ) as session:
        yield Crowd(site, world, session)


@dataclass
class Cores:
    """How many cores each process used between two looks."""

    site: Site
    before: dict[str, float] = field(default_factory=dict)
    began: float = 0.0
    own: float = 0.0

    def start(self) -> Cores:
        self.before, self.began = self.site.cpu(), time.perf_counter()
        self.own = time.process_time()
        return self

    def used(self) -> dict[str, float]:
        passed = time.perf_counter() - self.began
        now = self.site.cpu()
        found = {name: (now[name] - self.before[name]) / passed for name in self.before}
        return found | {"load": (time.process_time() - self.own) / passed}

    def said(self) -> str:
        return ", ".join(f"{name} {cores:.2f}" for name, cores in self.used().items())
