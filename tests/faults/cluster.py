"""The whole site as many machines run it: a web server, two workers, PostgreSQL, Redis, a bucket.

All on free ports and in one folder, each with a log of its own. The site's processes write JSON,
and their clocks can be set: see ``clock/``.
"""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.cast import ROOT, free_port, wait_until
from tests.faults.proxy import Proxy
from tests.faults.servers import BUCKET, KEYS, REGION, Bucket, Postgres, Process, Redis

LEASE = 5  # seconds
MANAGE = [sys.executable, str(ROOT / "manage.py")]
MANY = "100000/m/ip"
LIMITS = {
    **{f"RATE_{name}": MANY for name in ("UPLOAD", "PAINT", "DOWNLOAD", "SOCKET")},
    **{f"GUEST_{name}": 0 for name in ("MB", "PICTURES", "SECONDS")},
    **{f"ADDRESS_{name}": 0 for name in ("MB", "PICTURES", "SECONDS")},
}


class Site(Process):
    """A process of the site."""

    def __init__(self, name: str, cluster: Cluster, *command: object) -> None:
        super().__init__(name, cluster.folder, [*MANAGE, *command])
        self.cluster = cluster
        self.clock = cluster.folder / f"{name}.clock"
        self.set_clock(0)

    def set_clock(self, seconds: float) -> None:
        """From now on it is so much ahead, or behind."""
        self.clock.write_text(str(seconds))

    def start(self, **environment: object) -> None:
        super().start(**self.cluster.environment, CLOCK_FILE=self.clock, **environment)

    def lines(self, since: int = 0) -> list[dict[str, Any]]:
        """Of its log, from a byte on. What a command says at its start is no JSON."""
        text = self.log.read_bytes()[since:].decode(errors="replace")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("var", "media", "postgres"):
            (folder / name).mkdir()
        folder.chmod(0o755)  # PostgreSQL is somebody else
        self.media = folder / "media"
        self.port = free_port()
        self.redis, self.postgres = Redis(folder), Postgres(folder / "postgres")
        self.bucket: Bucket | None = None
        self.proxy: Proxy | None = None
        self.storage: dict[str, object] = {}
        self.web = Site("web", self, "serve", "--no-worker", "--port", self.port)
        self.workers = [Site(f"worker-{n}", self, "worker") for n in (1, 2)]

    @property
    def environment(self) -> dict[str, object]:
        return {
            "DJANGO_SETTINGS_MODULE": "webstyle.settings",
            "PYTHONPATH": ROOT / "tests/faults/clock",
            "VAR": self.folder / "var", "MEDIA_ROOT": self.media,
            "DATABASE_URL": self.postgres.url, "CHANNEL_LAYER_URL": self.redis.url(0),
            "CACHE_URL": self.redis.url(1), "LOG_FORMAT": "json", "DEVICE": "cpu",
            "PROVENANCE": "false",  # a second a picture, and nothing of it can be away
            "LEASE_SECONDS": LEASE, "RESCAN_SECONDS": 0.5, "CHECKPOINT_SECONDS": 1,
            "MIN_FREE_MB": 10, **LIMITS, **self.storage,
        }  # fmt: skip

    @property
    def sites(self) -> list[Site]:
        return [self.web, *self.workers]

    def start(self) -> None:
        self.redis.start()
        self.postgres.start()
        self.manage("migrate", "--verbosity=0")
        self.start_site()

    def start_site(self) -> None:
        for site in self.sites:
            site.start()
        self.wait_ready()

    def stop_site(self) -> None:
        for site in self.sites:
            site.kill()

    def wait_ready(self, seconds: float = 60) -> None:
        wait_until(lambda: self.ready()[0] == 200 and self.ready()[1]["status"] == "ok",
                   self.web.log, seconds)  # fmt: skip

    def close(self) -> None:
        self.stop_site()
        self.redis.kill()
        if self.bucket is not None:
            self.bucket.kill()
        if self.proxy is not None:
            self.proxy.close()
        self.postgres.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def move_to_bucket(self) -> Proxy:
        """The site anew, with a bucket for its files, behind a proxy."""
        self.bucket = Bucket(self.folder)
        self.bucket.start(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret")
        self.proxy = Proxy(self.bucket.port)
        self.stop_site()
        self.storage = {"S3_BUCKET": BUCKET, "S3_REGION": REGION, **KEYS,
                        "S3_ENDPOINT": f"http://127.0.0.1:{self.proxy.port}"}  # fmt: skip
        self.start_site()
        return self.proxy

    def move_to_folder(self) -> None:
        self.stop_site()
        self.storage = {}
        self.start_site()

    def manage(self, *command: object, clock: float = 0) -> str:
        """``manage.py`` to its end; what it said."""
        import os

        file = self.folder / "manage.clock"
        file.write_text(str(clock))
        values = {name: str(value) for name, value in self.environment.items()}
        done = subprocess.run(
            [*MANAGE, *map(str, command)], env=os.environ | values | {"CLOCK_FILE": str(file)},
            capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def probe(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return 0, {}
        finally:
            connection.close()

    def ready(self) -> tuple[int, dict[str, Any]]:
        return self.probe("/health/ready")

    def live(self) -> int:
        return self.probe("/health/live")[0]

    def files(self) -> Iterator[str]:
        """The names of all that the storage holds."""
        if self.storage:
            assert self.bucket is not None
            yield from self.bucket.names()
        else:
            for path in self.media.rglob("*"):
                if path.is_file():
                    yield str(path.relative_to(self.media))
