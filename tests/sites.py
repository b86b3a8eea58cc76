"""Sites with a folder and a database of their own, looked at from outside."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests import cast
from tests.backends import site_in
from tests.servers import new_database

OF_ITS_OWN = pytest.mark.local("starts sites on backends of its own")  # the same in both passes


def migrated(site: dict[str, Any]) -> dict[str, Any]:
    """``site``, whose database is empty, with empty tables: copied, which spares some seconds."""
    url = str(site["DATABASE_URL"])
    _, _, path = url.partition("sqlite:///")
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(empty_tables().name) / "db.sqlite3", path)
    else:
        server, _, name = url.rpartition("/")
        new_database(url, name, template=empty_tables_on(server))
    return site


@functools.cache
def empty_tables() -> tempfile.TemporaryDirectory[str]:
    """Gone with this process."""
    folder = tempfile.TemporaryDirectory(prefix="webstyle-tables-")
    managed(site_in(Path(folder.name)), "migrate", "--verbosity=0")
    return folder


@functools.cache
def empty_tables_on(server: str) -> str:
    """The name of a database of this process on this server of PostgreSQL."""
    url = new_database(f"{server}/postgres", f"tables{os.getpid()}")
    with tempfile.TemporaryDirectory(prefix="webstyle-tables-") as folder:
        managed(site_in(Path(folder), url), "migrate", "--verbosity=0")
    return url.rpartition("/")[2]


def contents(site: dict[str, Any]) -> dict[str, Any]:
    """Every column of every row, and the sum of every file."""
    done = subprocess.run(
        [sys.executable, "tests/gallery/contents.py"], cwd=cast.ROOT, capture_output=True,
        text=True, timeout=120, env=cast.environment(**site, PYTHONPATH=cast.ROOT),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def managed(site: dict[str, Any], *args: Any) -> str:
    """``manage.py`` on this site, which must do what it is told; what it says."""
    done = cast.manage(*args, **site)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(site: dict[str, Any], *args: Any) -> str:
    """The one line of ``manage.py`` on this site, which must refuse."""
    done = cast.manage(*args, **site)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr
