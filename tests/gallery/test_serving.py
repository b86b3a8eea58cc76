"""The whole site in one process: killed while work waits and started again, it loses nothing."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests import cast
from tests.backends import own_site, site_in
from tests.sites import OF_ITS_OWN, migrated

pytestmark = pytest.mark.timeout(240)
TOKEN = "t" * 32
PHOTOS = 6


class Browser:
    """Cookies and all, over HTTP."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies = {"csrftoken": TOKEN}
        self.more: dict[str, str] = {}  # headers, as a proxy adds them

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "image/jpeg"
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Cookie": self.cookie,
            "X-CSRFToken": TOKEN, "X-Filename": "cup.jpg", "Content-Type": kind,
            "Accept": "application/json", **self.more,
        }  # fmt: skip
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        data = answer.read()
        connection.close()
        return answer.status, json.loads(data)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{k}={v}" for k, v in self.cookies.items())

    def jobs(self) -> list[dict[str, Any]]:
        return self.ask("GET", "/api/v1/jobs")[1]["jobs"]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def site(tmp_path: Path) -> dict[str, Any]:
    """A folder of its own with an empty database, as on a fresh machine."""
    return migrated(own_site(tmp_path / "var"))


def test_killed_while_pictures_wait_and_started_again_it_paints_them_all(
    site: dict[str, Any], tmp_path: Path
) -> None:
    port, log = cast.free_port(), tmp_path / "serve.log"
    visitor = Browser(port)
    with cast.managing(log, "serve", "--port", port, **site) as server:
        cast.wait_until(lambda: answers(port), log)
        asked = set()
        photos = []
        for _ in range(PHOTOS):
            status, photo = visitor.ask("POST", "/api/v1/photos", cast.encoded("coffee.png"))
            assert status == 201
            photos.append(photo)
        for photo in photos:
            wish = {"photo": photo["id"], "styles": [{"style": "udnie"}], "size": 1024}
            body = json.dumps(wish).encode()
            status, job = visitor.ask("POST", "/api/v1/renderings", body, "application/json")
            assert status == 201
            asked.add(job["id"])
        cast.wait_until(lambda: any(job["state"] == "running" for job in visitor.jobs()), log)
        os.kill(server.pid, signal.SIGKILL)
        server.wait()

    with cast.managing(log, "serve", "--port", port, **site) as server:
        cast.wait_until(lambda: answers(port), log)
        jobs = visitor.jobs()
        assert {job["id"] for job in jobs} == asked
        assert sum(job["state"] == "queued" for job in jobs) >= PHOTOS - 2

        def ended() -> list[dict[str, Any]]:
            jobs = visitor.jobs()
            return jobs if not any(j["state"] in ("queued", "running") for j in jobs) else []

        jobs = cast.wait_until(ended, log, seconds=150)
        assert {job["id"] for job in jobs} == asked
        assert {job["state"] for job in jobs} == {"done"}
        server.terminate()
        assert server.wait(60) == 0, log.read_text()


def head(port: int, lines: list[str]) -> bytes:
    """What comes back when only the head of a request has been sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall("\r\n".join(["POST /api/v1/photos HTTP/1.1", "Host: localhost", *lines,
                                        "", ""]).encode())  # fmt: skip
        return connection.recv(4096)


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(
    site: dict[str, Any], tmp_path: Path
) -> None:
    port, log = cast.free_port(), tmp_path / "serve.log"
    with cast.managing(log, "serve", "--port", port, MAX_UPLOAD_MB=1, **site):
        cast.wait_until(lambda: answers(port), log)
        for kind, size in (("image/jpeg", 3_000_000), ("multipart/form-data; boundary=x", 10**9)):
            answer = head(port, [f"Content-Type: {kind}", f"Content-Length: {size}"])
            assert answer.startswith(b"HTTP/1.1 413 "), answer
            assert b'"error"' in answer
        answer = head(port, ["Content-Type: image/jpeg", "Transfer-Encoding: chunked"])
        assert answer.startswith(b"HTTP/1.1 413 "), answer
        assert Browser(port).ask("GET", "/api/v1/jobs")[0] == 401


def test_a_crowd_that_comes_in_one_moment_is_let_in(site: dict[str, Any], tmp_path: Path) -> None:
    """Though the server is busy just then: here it does not run at all."""
    port, log = cast.free_port(), tmp_path / "serve.log"
    with cast.managing(log, "serve", "--port", port, **site) as server, ExitStack() as opened:
        cast.wait_until(lambda: answers(port), log)
        os.kill(server.pid, signal.SIGSTOP)
        crowd = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            for _ in range(200)
        ]
        for each in crowd:
            each.settimeout(60)
            each.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        os.kill(server.pid, signal.SIGCONT)
        assert {each.recv(4096)[:12] for each in crowd} == {b"HTTP/1.1 200"}


def memory(pid: int) -> int:
    """MB that the process has of its own."""
    told = Path(f"/proc/{pid}/status").read_text()
    return int(told.partition("RssAnon:")[2].split()[0]) // 1024


@pytest.fixture
def large(tmp_path: Path) -> Iterator[tuple[int, int, str, dict[str, str], Path]]:
    """A site that keeps a file: its process and port, and of the file the address, the cookies of
    who may see it, and where it lies."""
    site = migrated(site_in(tmp_path / "var"))
    port, log = cast.free_port(), tmp_path / "serve.log"
    visitor = Browser(port)
    with cast.managing(log, "serve", "--port", port, **site) as server:
        cast.wait_until(lambda: answers(port), log)
        status, photo = visitor.ask("POST", "/api/v1/photos", cast.encoded("coffee.png"))
        assert status == 201
        (original,) = (tmp_path / "var").glob("media/**/original*")
        address = f"/file/photo/{photo['id']}/original"
        yield server.pid, port, address, {"Cookie": visitor.cookie}, original


@OF_ITS_OWN
def test_a_file_waits_on_the_disk_for_who_reads_slowly(large: Any) -> None:
    pid, port, address, cookies, original = large
    size, number = 30_000_000, 8
    original.write_bytes(os.urandom(size))
    before = memory(pid)
    with ExitStack() as opened:
        reading = []
        for _ in range(number):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            opened.callback(connection.close)
            connection.request("GET", address, headers=cookies)
            reading.append(connection.getresponse())
        time.sleep(2)  # in which all of it would have been read
        assert memory(pid) - before < size * number / 4_000_000
        assert reading[-1].read() == original.read_bytes()


@OF_ITS_OWN
def test_no_body_follows_in_answer_to_head(large: Any) -> None:
    _, port, address, cookies, original = large
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for length in (3_000_000, 200_000):  # in pieces, and as a whole
        original.write_bytes(os.urandom(length))
        kept.request("HEAD", address, headers=cookies)
        answer = kept.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
        assert answer.headers["Content-Length"] == str(length)
        kept.request("GET", "/health/live")
        assert kept.getresponse().read().strip() == b'{"status": "ok"}'
    kept.close()
