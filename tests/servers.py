"""PostgreSQL, Redis and S3 for the tests, on free ports, gone with whoever started them.

``python -m tests.servers KIND...`` starts them, writes their addresses as one line of JSON, and
stops them when its standard input ends. A process that is killed closes the pipe too: so nothing is
left behind, however the tests end.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"postgresql": "postgresql", "redis": "redis-server"}  # of Debian; moto is pip's
REGION, ACCESS_KEY, SECRET_KEY = "eu-central-1", "key", "secret"
DATABASES = 10_000  # of Redis: sites of the tests take one number after the other
TRIES = 3  # a free port may be somebody else's a moment later
# Nothing of a test outlives a loss of power, so nothing waits for the disk.
CARELESS = "fsync=off synchronous_commit=off full_page_writes=off max_connections=200"


def free_port() -> int:
    """Below those that the kernel gives to whoever connects: a server that is started again finds
    its own free."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def program(kind: str) -> Path | None:
    """What has to be installed for a server of this kind; None if it is not."""
    if kind == "postgresql":
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        return found[-1] if found else None
    return Path(found) if (found := shutil.which("redis-server")) else None


def missing(*kinds: str) -> str | None:
    """What to install, in words, before servers of these kinds can be started."""
    for kind, package in PACKAGES.items():
        if kind in kinds and program(kind) is None:
            return f"{kind} is not installed: apt-get install {package}"
    return None


@functools.cache
def start(*kinds: str) -> dict[str, str]:
    """Addresses by kind (``postgresql``, ``redis``, ``s3``) of servers that this process alone
    uses; they end with it."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.servers", *kinds], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the tests
    )  # fmt: skip
    _keepers.append(keeper)
    assert keeper.stdout is not None
    line = keeper.stdout.readline()
    if not line:
        raise RuntimeError(f"{', '.join(kinds)} did not start: see above")
    return json.loads(line)


_keepers: list[subprocess.Popen[str]] = []  # a pipe that is collected is a pipe that is closed


def new_database(postgres_url: str, name: str, template: str = "template1") -> str:
    """An empty one on this server, or a copy; its address."""
    import psycopg

    server = postgres_url.rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server}/{name}"


def main(kinds: list[str]) -> None:
    with ExitStack() as running:
        addresses = {kind: running.enter_context(SERVERS[kind]()) for kind in kinds}
        print(json.dumps(addresses), flush=True)
        sys.stdin.read()


@contextmanager
def postgresql(*, careful: bool = False) -> Iterator[str]:
    """As Debian installs it; ``careful``, it waits for the disk, as it does where it
    matters. It does not run as root, so then as the user it came with."""
    found = program("postgresql")
    assert found is not None
    folder = Path(tempfile.mkdtemp(prefix="webstyle-postgres-", dir="/tmp"))
    root = os.geteuid() == 0
    if root:
        shutil.chown(folder, "postgres")

    def run(name: str, *args: str) -> None:
        become = ["runuser", "-u", "postgres", "--"] if root else []
        subprocess.run(
            [*become, str(found.with_name(name)), "-D", str(folder / "data"), *args],
            check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip

    def try_port(port: int) -> None:
        options = [f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"]
        options += [f"-c {option}" for option in ([] if careful else CARELESS.split())]
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", " ".join(options))

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        port = on_free_port(try_port)
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    import redis

    with tempfile.TemporaryDirectory(prefix="webstyle-redis-") as folder, ExitStack() as running:

        def try_port(port: int) -> None:
            command = [str(program("redis")), "--port", str(port), "--bind", "127.0.0.1"]
            command += ["--save", "", "--dir", folder, "--databases", str(DATABASES)]
            server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )  # not the pipe's: its end is ours
            running.callback(server.wait)
            running.callback(server.terminate)
            end = time.monotonic() + 20
            while time.monotonic() < end:
                if server.poll() is not None:
                    raise subprocess.SubprocessError(f"redis-server ended with {server.returncode}")
                try:
                    redis.Redis(port=port).ping()
                    return
                except redis.ConnectionError:
                    time.sleep(0.02)
            raise subprocess.SubprocessError("redis-server does not answer")

        yield f"redis://127.0.0.1:{on_free_port(try_port)}"


@contextmanager
def s3() -> Iterator[str]:
    """moto's stands in for it."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # not a line for each request
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def on_free_port(start: Callable[[int], None]) -> int:
    for left in reversed(range(TRIES)):
        port = free_port()
        try:
            start(port)
            return port
        except subprocess.SubprocessError:
            if not left:
                raise
    raise AssertionError


SERVERS = {"postgresql": postgresql, "redis": redis, "s3": s3}

if __name__ == "__main__":
    main(sys.argv[1:])
