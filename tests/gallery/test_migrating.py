"""The next version's migrations run while this version serves and paints: nothing breaks."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from tests import cast
from tests.backends import site_in
from tests.gallery.test_serving import Browser, answers
from tests.servers import new_database
from tests.sites import OF_ITS_OWN, managed, migrated

pytestmark = [pytest.mark.timeout(280), OF_ITS_OWN]
LATER = {"DJANGO_SETTINGS_MODULE": "tests.later_settings", "PYTHONPATH": cast.ROOT}
KIND = "application/json"
RULED = "0013"  # the last migration from before there were rules


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """Migrated to what this version is."""
    if request.param == "sqlite":
        here = site_in(tmp_path / "var")
    else:
        url = new_database(request.getfixturevalue("postgres_url"), "migrating")
        redis = request.getfixturevalue("redis_url")
        here = site_in(tmp_path / "var", url) | {"CHANNEL_LAYER_URL": redis}
    migrated(here)
    return here | {"RATE_UPLOAD": "", "RATE_PAINT": "", "GUEST_PICTURES": 0, "GUEST_SECONDS": 0,
                   "MAX_JOBS_WAITING": 10_000}  # fmt: skip


@contextlib.contextmanager
def serving(site: dict[str, Any], port: int, log: Path) -> Iterator[None]:
    """One process; with Redis a server and a worker."""
    with contextlib.ExitStack() as processes:
        apart = ["--no-worker"] if site["CHANNEL_LAYER_URL"] else []
        start = [("serve", "--port", port, *apart), *([("worker",)] if apart else [])]
        for args in start:
            processes.enter_context(cast.managing(log, *args, **site))
        cast.wait_until(lambda: answers(port), log)
        yield


class Visitor(threading.Thread):
    """Sends photos, has them painted and looks at pages until it is told to stop."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.browser, self.enough = Browser(port), threading.Event()
        self.said: Counter[int] = Counter()
        self.asked: set[str] = set()
        self.broke: list[str] = []

    def ask(self, *args: Any) -> Any:
        status, told = self.browser.ask(*args)
        self.said[status] += 1
        if status >= 400:
            self.broke.append(f"{args[:2]}: {status} {told}")
        return told

    def run(self) -> None:
        try:
            while not self.enough.is_set():
                photo = self.ask("POST", "/api/v1/photos", cast.encoded("coffee.png"))
                wish = {"photo": photo["id"], "styles": [{"style": "udnie"}], "size": 512}
                job = self.ask("POST", "/api/v1/renderings", json.dumps(wish).encode(), KIND)
                self.asked.add(job["id"])
                for page in ("/api/v1/jobs", "/api/v1/renderings", "/health/ready"):
                    self.ask("GET", page)
                time.sleep(0.2)  # faster than it is painted makes the end long
        except Exception as error:
            self.broke.append(repr(error))


def test_nothing_breaks_and_no_job_is_lost(site: dict[str, Any], tmp_path: Path) -> None:
    port, log = cast.free_port(), tmp_path / "serve.log"
    with serving(site, port, log):
        visitor = Visitor(port)
        visitor.start()
        cast.wait_until(lambda: visitor.asked or visitor.broke, log)
        before = visitor.said.total()
        done = cast.manage("migrate", "gallery", **site | LATER)
        during = visitor.said.total() - before
        assert done.returncode == 0, done.stderr
        assert "a003_index... OK" in done.stdout
        after = visitor.said.total()
        cast.wait_until(lambda: visitor.broke or visitor.said.total() > after + 10, log)
        visitor.enough.set()
        visitor.join(60)
        assert not visitor.broke, (visitor.broke, log.read_text()[-4000:])
        assert during > 5, "nobody was there while it migrated"

        def painted() -> bool:
            states = {j["id"]: j["state"] for j in jobs(visitor) if j["id"] in visitor.asked}
            return set(states) == visitor.asked and set(states.values()) == {"done"}

        cast.wait_until(painted, log)
    assert "Traceback" not in log.read_text()


def jobs(visitor: Visitor) -> list[dict[str, Any]]:
    """All of them, page by page."""
    found, cursor = [], ""
    while True:
        told = visitor.ask("GET", f"/api/v1/renderings?limit=100{cursor}")
        found += told["items"]
        if not told["next"]:
            return found
        cursor = f"&cursor={quote(told['next'])}"


@pytest.fixture
def busy(postgres_url: str, tmp_path: Path) -> dict[str, Any]:
    """A site on PostgreSQL, of this version."""
    return migrated(site_in(tmp_path / "var", new_database(postgres_url, "busy")))


def test_a_migration_that_has_to_wait_lets_all_others_through(
    busy: dict[str, Any], tmp_path: Path
) -> None:
    """Somebody reads a table in a long transaction, as a backup does. Whoever comes behind the
    migration would wait for both."""
    log = tmp_path / "migrate.log"
    with (
        psycopg.connect(busy["DATABASE_URL"]) as long,
        psycopg.connect(busy["DATABASE_URL"], autocommit=True) as visitor,
    ):
        long.execute("SELECT count(*) FROM gallery_rendering")
        visitor.execute("SET statement_timeout = '20s'")
        with cast.managing(log, "migrate", "gallery", **busy | LATER) as process:
            for tries in (1, 2):
                cast.wait_until(
                    lambda n=tries: log.read_text().count("a table is in use") >= n, log
                )
                visitor.execute("SELECT count(*) FROM gallery_rendering")
            assert process.poll() is None
            long.rollback()
            assert process.wait(60) == 0, log.read_text()
        visitor.execute("SELECT count(mood) FROM gallery_rendering")


def test_one_that_waits_in_vain_says_what_helps(busy: dict[str, Any]) -> None:
    script = (
        "from gallery.management.commands import migrate as m\n"
        "m.TRIES, m.PAUSE_SECONDS = 2, 0\n"
        "from django.core.management import execute_from_command_line as run\n"
        "run(['manage.py', 'migrate', 'gallery'])\n"
    )
    with psycopg.connect(busy["DATABASE_URL"]) as long:
        long.execute("SELECT count(*) FROM gallery_rendering")
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=cast.ROOT, capture_output=True, text=True,
            timeout=120, env=cast.environment(**busy | LATER),
        )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "pg_stat_activity" in done.stderr
    assert "Traceback" not in done.stderr


def test_migrations_are_such_that_the_version_before_goes_on(
    postgres_url: str, tmp_path: Path
) -> None:
    """What CONTRIBUTING.md asks of who writes one, as far as a linter can tell from what PostgreSQL
    is told: of all since there is this rule, and of the tests' own."""
    site = site_in(tmp_path / "var", new_database(postgres_url, "lint")) | LATER
    managed(site, "migrate", "gallery", RULED, "-v0")
    done = cast.manage(
        "lintmigrations", "gallery", "--no-cache", "--unapplied-migrations",
        "--sql-analyser=postgresql", "--warnings-as-errors", **site,
    )  # fmt: skip
    assert "(gallery, a003_index)... OK" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
