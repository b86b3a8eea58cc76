"""What the documents and files of deployment say, and processes that are started just as they say:
with their environment and no other, on servers of this machine in place of those they name."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests import cast
from tests.gallery.test_serving import Browser

PYTHON = Path(sys.executable)


def block(document: str, name: str) -> str:
    """The text that stands behind ``<!-- name -->`` in a document."""
    text = (cast.ROOT / "docs" / document).read_text()
    (found,) = re.findall(rf"<!-- {re.escape(name)} -->\n```\w*\n(.*?)```", text, re.DOTALL)
    return str(found)


def variables(text: str) -> dict[str, str]:
    """Of a file of ``NAME=value`` lines, as systemd and Compose read it: no comments behind."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    given = dict(line.split("=", 1) for line in lines)
    assert all(re.fullmatch(r"[A-Z0-9_]+", name) for name in given), given
    assert not any(" #" in value for value in given.values()), "it would be a part of the value"
    return given


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """Of the name and the user that our documents have, on the server of ``postgres_url``: its
    host and port. Whatever the password, it lets everybody in."""
    with psycopg.connect(server, autocommit=True) as line:
        name = sql.Identifier("webstyle")
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)
        line.execute(drop)
        line.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))
        line.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        line.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
        try:
            yield f"{line.info.host}:{line.info.port}"
        finally:
            line.execute(drop)


class Site:
    """Processes of one site."""

    def __init__(self, folder: Path, env: dict[str, str], root: Path = cast.ROOT) -> None:
        self.folder, self.root, self.log = folder, root, folder / "site.log"
        # As a service manager starts them: little more than what is said.
        self.env = {"PATH": f"{PYTHON.parent}:/usr/bin:/bin", "HOME": str(folder)} | env

    def run(self, command: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
        """To its end."""
        return subprocess.run(command, cwd=self.root, env=self.env | more, capture_output=True,
                              text=True, timeout=240, stdin=subprocess.DEVNULL)  # fmt: skip

    @contextmanager
    def running(self, command: list[str], **more: Any) -> Iterator[subprocess.Popen[bytes]]:
        with self.log.open("ab") as out:
            process = subprocess.Popen(command, cwd=self.root, env=self.env | more, stdout=out,
                                       stderr=out, stdin=subprocess.DEVNULL)  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def wait_until(self, true: Any, seconds: float = 90) -> Any:
        return cast.wait_until(true, self.log, seconds)


def page(port: int, path: str) -> tuple[int, str]:
    """Status and text; 0 as long as nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def is_well(port: int) -> bool:
    """With everything that it stands on, and a worker for each lane."""
    status, told = page(port, "/health/ready")
    return status == 200 and json.loads(told)["status"] == "ok"


class Visitor(Browser):
    """A browser beyond the proxy of ``site``."""

    def __init__(self, port: int, host: str = "localhost", *, tls: bool = False) -> None:
        super().__init__(port)
        self.more = {"Host": host}
        if tls:
            self.more |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1",
                          "Origin": f"https://{host}", "Referer": f"https://{host}/"}  # fmt: skip

    def wish(self, size: int = 512, styles: tuple[str, ...] = ("udnie",)) -> dict[str, Any]:
        """A photograph of theirs, to be painted."""
        status, photo = self.ask("POST", "/api/v1/photos", cast.encoded("coffee.png"))
        assert status == 201, photo
        asked = {"photo": photo["id"], "size": size, "styles": [{"style": s} for s in styles]}
        body = json.dumps(asked).encode()
        status, job = self.ask("POST", "/api/v1/renderings", body, "application/json")
        assert status == 201, job
        return dict(job)

    def state(self, job: dict[str, Any]) -> str:
        return next(str(each["state"]) for each in self.jobs() if each["id"] == job["id"])


def placed(text: str, places: dict[str, str]) -> str:
    """``text`` with what it names replaced by what there is here; each is in it."""
    for was, now in places.items():
        assert was in text, was
        text = text.replace(was, now)
    return text
