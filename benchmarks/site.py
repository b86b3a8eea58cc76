"""Twenty photos at once in one process: how long pages take meanwhile, and whether any is lost.

Starts ``manage.py serve`` on a free port with a database of its own, uploads and paints twenty
photos as fast as they are taken, asks for pages all the while, kills the process in the middle with
SIGKILL and starts it again. The bound for a page is one second. Run it with ``make bench``.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from webstyle.engine.samples import sample_path

ROOT = Path(__file__).resolve().parents[1]
PHOTOS = 20
BOUND = 1.0  # seconds for a page
PAGES = ("/", "/gallery/", "/me/")


class Visitor:
    """A guest with cookies, over plain HTTP."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.token = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        headers["X-CSRFToken"] = self.token
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        if found := re.search(rb'data-csrf="(\w+)"', content):
            self.token = found[1].decode()
        return response.status, content


class Site:
    """The server process, which can be killed and started again on the same data."""

    def __init__(self, folder: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.environment = os.environ | {"VAR": folder, "LOG_LEVEL": "ERROR"}
        self.manage("migrate", "--verbosity=0")
        self.manage("collectstatic", "--noinput", "--verbosity=0")
        self.start()

    def manage(self, *command: str) -> None:
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment,
                       check=True)  # fmt: skip

    def start(self) -> None:
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL
        )
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(folder)
        try:
            measure(site)
        finally:
            site.process.terminate()
            site.process.wait(30)


def measure(site: Site) -> None:
    visitor = Visitor(site.port)
    visitor.ask("GET", "/")
    photo = sample_path("coffee.png").read_bytes()
    first = upload(visitor, photo)  # gives the visitor a session
    jobs: list[str] = [paint(visitor, first)]
    page_seconds: list[float] = []
    alive, over = threading.Event(), threading.Event()
    alive.set()

    def look() -> None:
        while not over.is_set():
            for page in PAGES:
                alive.wait()
                began = time.perf_counter()
                try:
                    status, _ = visitor.ask("GET", page)
                except OSError:
                    continue  # the moment of the kill
                assert status == 200, (page, status)
                page_seconds.append(time.perf_counter() - began)
            time.sleep(0.05)

    watcher = threading.Thread(target=look)
    watcher.start()
    began = time.perf_counter()
    senders = [
        threading.Thread(target=lambda: jobs.append(paint(visitor, upload(visitor, photo))))
        for _ in range(PHOTOS - 1)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    accepted = time.perf_counter() - began
    alive.clear()
    site.process.send_signal(signal.SIGKILL)
    site.process.wait()
    finished = count(site, visitor, jobs, restart=True)
    alive.set()
    while count(site, visitor, jobs) < PHOTOS:
        time.sleep(0.2)
    total = time.perf_counter() - began
    over.set()
    watcher.join()
    slowest, middle = max(page_seconds), sorted(page_seconds)[len(page_seconds) // 2]
    print(f"{PHOTOS} photos accepted in {accepted:.1f} s, all painted after {total:.1f} s")
    print(f"killed with {finished} of {PHOTOS} done; {PHOTOS} of {PHOTOS} done after the restart")
    print(
        f"{len(page_seconds)} pages meanwhile: median {1000 * middle:.0f} ms, "
        f"slowest {1000 * slowest:.0f} ms, ratio to the bound of {BOUND:g} s: {slowest / BOUND:.2f}"
    )


def upload(visitor: Visitor, photo: bytes) -> str:
    status, content = visitor.ask(
        "POST", "/api/v1/photos", photo, Content_Type="application/octet-stream", X_Filename="c.png"
    )
    assert status == 201, content
    return str(json.loads(content)["id"])


def paint(visitor: Visitor, photo: str) -> str:
    wish = json.dumps({"photo": photo, "styles": [{"style": "the-scream"}]})
    status, content = visitor.ask(
        "POST", "/api/v1/renderings", wish, Content_Type="application/json"
    )
    assert status == 201, content
    return str(json.loads(content)["api"])


def count(site: Site, visitor: Visitor, jobs: list[str], *, restart: bool = False) -> int:
    """How many of the jobs are done."""
    if restart:
        site.start()
    states = [json.loads(visitor.ask("GET", job)[1])["state"] for job in jobs]
    assert not {"failed", "cancelled"} & set(states), states
    return states.count("done")


if __name__ == "__main__":
    main()
