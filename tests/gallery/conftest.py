"""Members, and real servers, started for the tests on free ports."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.test import Client

from gallery.models import Photo, Rendering
from tests.cast import free_port, submit, wait_until
from tests.members import make_member, signed_in
from tests.pencil import Pencil, recipe
from webstyle.engine import registry


@pytest.fixture
def pencil(monkeypatch: pytest.MonkeyPatch) -> type[Pencil]:
    """The tests' slow engine, registered for one test."""
    monkeypatch.setitem(registry._engines, "pencil", Pencil)  # type: ignore[arg-type]
    for record in (Pencil.at, Pencil.told, Pencil.seen):
        record.clear()
    return Pencil


@pytest.fixture
def drawing(pencil: type[Pencil], photo: Photo) -> Rendering:
    """Waiting in the slow lane."""
    return submit(photo, recipe())


@pytest.fixture
def hung(painted: Rendering) -> Rendering:
    """Done, and published."""
    painted.change(public=True, published=painted.created)
    return painted


@pytest.fixture
def user(db: None) -> Any:
    return make_member("vincent")


@pytest.fixture
def vincent(user: Any) -> Client:
    """Signed in."""
    return signed_in(user)


def missing(program: str, package: str) -> None:
    """Skips; but where everything is meant to be installed, fails."""
    reason = f"{program} is not installed: apt-get install {package}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server")
    if not program:
        missing("redis-server", "redis-server")
    port = free_port()
    folder = tmp_path_factory.mktemp("redis")
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip

    def answers() -> bool:
        try:
            return bool(redis.Redis(port=port).ping())
        except redis.ConnectionError:
            return False

    wait_until(answers, seconds=20)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """As Debian installs it. It does not run as root, so then as the user it came with."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found:
        missing("PostgreSQL", "postgresql")
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
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", options)
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
