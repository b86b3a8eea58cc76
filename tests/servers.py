"""Redis and PostgreSQL, started on free ports for tests and benchmarks, and gone with them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.ports import free_port


class MissingError(Exception):
    """A program is not installed."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(f"{program} is not installed: apt-get install {package}")


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Its address. Raises MissingError."""
    program = shutil.which("redis-server")
    if not program:
        raise MissingError("redis-server", "redis-server")
    port = free_port()
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for_redis(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def wait_for_redis(port: int, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            redis.Redis(port=port).ping()
            return
        except redis.ConnectionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


@contextmanager
def postgres_server(*options: str) -> Iterator[str]:
    """Its address. As Debian installs it; it does not run as root, so then as the user it came
    with. ``options`` are as in ``fsync=off``. Raises MissingError."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found:
        raise MissingError("PostgreSQL", "postgresql")
    bin_folder = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="webstyle-postgres-", dir="/tmp"))
    root = os.geteuid() == 0
    if root:
        shutil.chown(folder, "postgres")
    port = free_port()

    def run(program: str, *args: str) -> None:
        become = ["runuser", "-u", "postgres", "--"] if root else []
        subprocess.run(
            [*become, str(bin_folder / program), "-D", str(folder / "data"), *args],
            check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        given = "".join(f" -c {option}" for option in options)
        where = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1{given}"
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", where)
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
