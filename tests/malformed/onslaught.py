"""Malformed uploads against a real server, and what became of it."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests import cast
from tests.backends import own_site
from tests.malformed.handmade import handmade
from tests.malformed.mutations import mutated
from tests.malformed.names import header
from tests.sites import migrated

AT_ONCE = 3  # connections
WARM = 1_000  # uploads, after which nothing may grow any more
SLOW = 60  # seconds: longer is a hang
KINDS = ("image/jpeg", "image/png", "application/octet-stream", "text/html", "image/svg+xml", "x")
KEPT = {"original.jpg", "view.webp", "thumb.webp"}  # of an accepted photo


@dataclass
class Report:
    seed: int
    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)  # errors, without the name of the file
    faults: list[str] = field(default_factory=list)  # what must not be
    photos: set[str] = field(default_factory=set)
    slowest: tuple[float, str] = (0, "")
    seconds: float = 0
    memory: dict[int, tuple[float, float]] = field(default_factory=dict)  # MB: site, nursery

    def growth(self) -> tuple[float, float]:
        """MB between the first thousand and the end."""
        (site, nursery), (site_end, nursery_end) = self.memory[WARM], self.memory[max(self.memory)]
        return site_end - site, nursery_end - nursery


def cases(seed: int, number: int) -> Iterator[tuple[int, str, bytes]]:
    """All handmade ones first, then by chance: each depends on the seed and its place alone."""
    for place, (label, data) in enumerate(handmade()):
        if place == number:
            return
        yield place, label, data
    for at in range(place + 1, number):
        yield at, *mutated(Random(f"{seed} {at}"))


class Onslaught:
    """``number`` files in turn from a few connections, by one guest with one cookie."""

    def __init__(self, port: int, site: int, seed: int, number: int) -> None:
        self.port, self.site, self.number = port, site, number
        self.report = Report(seed)
        self.cases = cases(seed, number)
        self.lock = threading.Lock()
        self.cookies = {"csrftoken": "t" * 32}

    def run(self) -> Report:
        began = time.monotonic()
        with self.connection() as line:
            self.send(line, *next(self.cases))  # its answer says who we are
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in [pool.submit(self.work) for _ in range(AT_ONCE)]:
                done.result()
        self.report.seconds = time.monotonic() - began
        return self.report

    def connection(self) -> Line:
        return Line("127.0.0.1", self.port, timeout=SLOW)

    def work(self) -> None:
        with self.connection() as line:
            while True:
                with self.lock:
                    case = next(self.cases, None)
                if case is None:
                    return
                self.send(line, *case)

    def send(self, line: Line, place: int, label: str, data: bytes) -> None:
        chance = Random(f"{self.report.seed} {place} name")
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "X-CSRFToken": self.cookies["csrftoken"], "Accept": "application/json",
            "X-Filename": header(chance), "Content-Type": chance.choice(KINDS),
        }  # fmt: skip
        began = time.monotonic()
        try:
            line.request("POST", "/api/v1/photos", data, headers)
            answer = line.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            line.close()
            self.note(place, label, 0, repr(error).encode(), began)
            return
        for cookie in answer.headers.get_all("Set-Cookie", ()):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        self.note(place, label, answer.status, body, began)

    def note(self, place: int, label: str, status: int, body: bytes, began: float) -> None:
        took = time.monotonic() - began
        with self.lock:
            report = self.report
            report.statuses[status] += 1
            report.sent += 1
            report.slowest = max(report.slowest, (took, f"{place} {label}"))
            try:
                told: dict[str, Any] = json.loads(body)
                if status == 201:
                    report.photos.add(told["id"])
                elif 400 <= status < 500:
                    report.said[kind_of(told["error"])] += 1
                else:
                    raise ValueError(f"status {status}")
            except (ValueError, KeyError, TypeError) as error:
                report.faults.append(f"{place} {label}: {status} {error!r} {body[:200]!r}")
            if report.sent in (WARM, self.number) or report.sent % 10_000 == 0:
                report.memory[report.sent] = memory(self.site)


class Line(http.client.HTTPConnection):
    def __enter__(self) -> Line:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


SENTENCES = (
    "is not a picture we can read", "is empty", "megapixels", "pixels: use one of at least",
    "too long and thin", "damaged or cut short", "too much time or memory", "larger than",
)  # fmt: skip


def kind_of(error: str) -> str:
    return next((text for text in SENTENCES if text in error), re.sub(r"\d+", "n", error))


def nursery_of(site: int) -> int | None:
    """The process that forks the decoders."""
    for task in Path(f"/proc/{site}/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"webstyle.engine.nursery" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    return None


def memory(site: int) -> tuple[float, float]:
    """Resident MB of the site and of its nursery."""
    nursery = nursery_of(site)
    return resident(site), resident(nursery) if nursery else 0.0


def resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1000  # type: ignore[index]


def left_over(var: Path, before: set[Path], photos: set[str]) -> list[str]:
    """Files and folders that are no part of an accepted photo."""
    mine = {var / "media" / "photos" / photo for photo in photos}
    fine = {folder / name for folder in mine for name in KEPT} | mine | {var / "media" / "photos"}
    return sorted(str(path) for path in set(var.rglob("*")) - before - fine)


def assail(folder: Path, seed: int, number: int) -> Report:
    """A site of its own in ``folder`` gets ``number`` uploads, and an ordinary one afterwards. What
    must not be is in the report's ``faults``."""
    var, scraps, log = folder / "var", folder / "tmp", folder / "serve.log"
    scraps.mkdir()
    own = own_site(var) | {
        "TMPDIR": scraps, "DECODE_SECONDS": 5, "RATE_UPLOAD": "",
        "GUEST_MB": 0, "ADDRESS_MB": 0,  # all from one guest
    }  # fmt: skip
    migrated(own)
    port = cast.free_port()
    with cast.managing(log, "serve", "--port", port, **own) as server:
        nursery = cast.wait_until(lambda: nursery_of(server.pid), log)
        cast.wait_until(lambda: answers(port), log)
        (var / "media").mkdir(exist_ok=True)
        before = {*var.rglob("*")} | {var / f"db.sqlite3-{ending}" for ending in ("wal", "shm")}
        onslaught = Onslaught(port, server.pid, seed, number)
        report = onslaught.run()
        if server.poll() is not None or nursery_of(server.pid) != nursery:
            report.faults.append(f"a process died: {log.read_text()[-4000:]}")
        left = left_over(var, before, report.photos) + [str(path) for path in scraps.iterdir()]
        report.faults += [f"left behind: {path}" for path in left]
        if "Traceback" in log.read_text():
            report.faults.append(log.read_text()[-4000:])
        before_it = len(report.photos)
        with onslaught.connection() as line:
            onslaught.send(line, number, "an ordinary photo", cast.encoded("coffee.png"))
        if len(report.photos) != before_it + 1:
            report.faults.append("an ordinary photo did not go through afterwards")
    return report


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
