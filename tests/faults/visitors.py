"""A guest over the network, as patient as our own pages: what failed in passing is asked again with
the same key, a lost socket is opened again, and meanwhile the jobs are polled."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import time
import uuid
from collections.abc import Mapping
from typing import Any, Self

import aiohttp

from tests import cast

LONG = os.environ.get("FAULTS") == "long"
TOKEN = "t" * 32
ENDED = ("done", "failed", "cancelled")
PASSING = (0, 409, 423, 429, 502, 503, 504)  # statuses that a moment may change; 0 is no answer
BACKOFF = [1, 2, 4, 8, 15]  # seconds, as static/js/sockets.js has them
POLL = 2
PATIENCE = aiohttp.ClientTimeout(total=60)
SMALL = {"styles": [{"style": "udnie"}], "size": 512}
LARGER = {"styles": [{"style": "the-scream"}], "size": 1024}
SLOW = {**SMALL, "engine": "gatys", "params": {"iterations": 20 if LONG else 6}}


class Told:
    """What a page was told of one job."""

    def __init__(self) -> None:
        self.shot: dict[str, Any] = {"seq": -1, "state": ""}
        self.ends: set[tuple[str, str | None]] = set()  # last states, with the picture shown
        self.at = 0.0  # when the last state was heard of

    @property
    def state(self) -> str:
        return self.shot["state"]


class Visitor:
    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.wrong: list[str] = []  # answers that no page should get
        self.photos: list[str] = []
        self.accepted: dict[str, float] = {}  # jobs by id, with when their submission was answered
        self.told: dict[str, Told] = {}
        self.sockets = 0  # opened
        self.closed = 0
        self.open = False
        self.tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        jar = aiohttp.CookieJar(unsafe=True)  # of an address that is a number, too
        self.session = aiohttp.ClientSession(cookie_jar=jar, timeout=PATIENCE)
        jar.update_cookies({"csrftoken": TOKEN}, aiohttp.client.URL(self.address))
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.session.close()

    async def ask(
        self, method: str, path: str, data: Any = None, **headers: str
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Once."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= {"X-CSRFToken": TOKEN, "Accept": headers.get("Accept", "application/json")}
        try:
            async with self.session.request(
                method, self.address + path, data=data, headers=headers, allow_redirects=True
            ) as answer:
                body = await answer.read()
                status, told = answer.status, answer.headers
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            return 0, b"", {}
        if status == 500:
            self.wrong.append(f"{method} {path}: {body[:300]!r}")
        return status, body, told

    async def insist(self, method: str, path: str, data: Any = None, **headers: str) -> bytes:
        """Until it is answered with 2xx. A wish has a key, so it is done once at most."""
        for _ in range(240):
            status, body, _told = await self.ask(method, path, data, **headers)
            if 200 <= status < 300:
                return body
            assert status in (*PASSING, 500), (method, path, status, body[:500])
            await asyncio.sleep(0.5)
        raise AssertionError(f"{method} {path} was refused for two minutes")

    async def post(self, path: str, data: Any, kind: str = "application/json") -> dict[str, Any]:
        headers = {"Content_Type": kind, "Idempotency_Key": uuid.uuid4().hex}
        return json.loads(await self.insist("POST", path, data, **headers))

    async def photo(self, name: str = "coffee.png") -> str:
        item = await self.post("/api/v1/photos", cast.encoded(name), "image/jpeg")
        self.photos.append(item["id"])
        return item["id"]

    async def send_in_pieces(self, data: bytes, piece: int, pause: float = 0.0) -> str:
        """A photo by tus: after each loss it asks how much is there, and goes on from there."""
        tus = {"Tus_Resumable": "1.0.0"}
        name = base64.b64encode(b"cup.jpg").decode()
        place = ""
        while not place:
            length = {"Upload_Length": str(len(data)), "Upload_Metadata": f"filename {name}"}
            status, _body, told = await self.ask("POST", "/uploads/", **tus, **length)
            place = told.get("Location", "") if status == 201 else ""
            if not place:
                await asyncio.sleep(0.3)
        offset = 0
        while offset < len(data):
            headers = {"Upload_Offset": str(offset), **tus,
                       "Content_Type": "application/offset+octet-stream"}  # fmt: skip
            part = data[offset : offset + piece]
            status, _body, told = await self.ask("PATCH", place, part, **headers)
            while status != 204:
                await asyncio.sleep(0.3)
                status, _body, told = await self.ask("HEAD", place, **tus)
                assert status in (200, *PASSING), status
                status = 204 if status == 200 else status
            offset = int(told["Upload-Offset"])
            await asyncio.sleep(pause)
        said = json.dumps({"upload": place.split("/")[-2]})
        body = await self.insist("POST", "/api/v1/photos", said, Content_Type="application/json")
        item = json.loads(body)
        self.photos.append(item["id"])
        return item["id"]

    async def wish(self, photo: str, look: dict[str, Any] = SMALL) -> str:
        """A job, once its submission was answered with 201."""
        job = await self.post("/api/v1/renderings", json.dumps({"photo": photo, **look}))
        self.accepted[job["id"]] = time.monotonic()
        self.hear(job)
        return job["id"]

    def watch(self) -> None:
        """Begin listening, as a page does."""
        self.tasks += [asyncio.create_task(self.listen()), asyncio.create_task(self.poll())]

    async def listen(self) -> None:
        failures = 0
        while True:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                async with self.session.ws_connect(
                    f"{self.address}/ws/jobs/?language=en", origin=self.address
                ) as socket:
                    self.sockets += 1
                    async for message in socket:
                        said = json.loads(message.data)
                        self.open, failures = True, 0
                        if said["type"] == "jobs":
                            await self.hear_all(said["jobs"])
                        else:
                            self.hear(said["job"])
            self.open = False
            self.closed += 1
            await asyncio.sleep(BACKOFF[min(failures, len(BACKOFF) - 1)])
            failures += 1

    async def poll(self) -> None:
        """Only while the socket is down."""
        while True:
            await asyncio.sleep(POLL)
            if not self.open:
                status, body, _told = await self.ask("GET", "/api/v1/jobs")
                if status == 200:
                    await self.hear_all(json.loads(body)["jobs"])

    async def hear_all(self, shots: list[dict[str, Any]]) -> None:
        """An open job that is not listed has ended long ago: then it is looked at by itself."""
        for shot in shots:
            self.hear(shot)
        for pk in set(self.unfinished()) - {shot["id"] for shot in shots}:
            status, body, _told = await self.ask("GET", f"/api/v1/renderings/{pk}")
            if status == 200:
                self.hear(json.loads(body))

    def hear(self, shot: dict[str, Any]) -> None:
        told = self.told.setdefault(shot["id"], Told())
        if shot["seq"] < told.shot["seq"]:
            return
        told.shot = shot
        if shot["state"] in ENDED:
            told.at = told.at or time.monotonic()
            view = (shot["view"] or "").partition("?")[0]
            told.ends.add((shot["state"], f"{view} {shot['seq']}"))

    def unfinished(self) -> list[str]:
        """As far as the page knows."""
        return [pk for pk in self.accepted if self.told[pk].state not in ENDED]

    async def until_told(self, seconds: float = 180) -> None:
        """Until the page knows how every job has ended."""
        end = time.monotonic() + seconds
        while self.unfinished():
            left = {pk: self.told[pk].shot for pk in self.unfinished()}
            assert time.monotonic() < end, f"the page was never told of {left}"
            await asyncio.sleep(0.05)

    async def until_fewer(self, number: int, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while len(self.unfinished()) >= number:
            assert time.monotonic() < end, "nothing gets done"
            await asyncio.sleep(0.05)
