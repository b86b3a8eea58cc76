"""What the site stands on: PostgreSQL, Redis and a bucket, which can be stopped and started."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3
import psycopg
import redis

from tests.cast import free_port, wait_until
from tests.gallery.conftest import missing

BUCKET, REGION = "pictures", "eu-central-1"
KEYS = {"S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "secret"}


class Process:
    """A program in the background with a log of its own."""

    def __init__(self, name: str, folder: Path, command: Sequence[object]) -> None:
        self.name, self.command = name, [str(part) for part in command]
        self.log = folder / f"{name}.log"
        self.running: subprocess.Popen[bytes] | None = None

    def start(self, **environment: object) -> None:
        values = os.environ | {name: str(value) for name, value in environment.items()}
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(
                self.command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=values
            )

    @property
    def pid(self) -> int:
        assert self.running is not None
        return self.running.pid

    @property
    def lives(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def children(self) -> list[int]:
        """Of a living one; on Linux."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/children")
        return [int(pid) for thread in threads for pid in thread.read_text().split()]

    def kill(self, with_signal: int = signal.SIGKILL) -> None:
        if self.running is not None:
            with contextlib.suppress(ProcessLookupError):
                self.running.send_signal(with_signal)
            self.running.wait(60)


class Redis(Process):
    """Without a file: what it knew is gone when it stops."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server") or missing("redis-server", "redis-server")
        self.port = free_port()
        options = ["--port", self.port, "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        super().__init__("redis", folder, [program, *options])

    def start(self, **environment: object) -> None:
        super().start(**environment)
        wait_until(self.answers, self.log, seconds=20)

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.ConnectionError:
            return False

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port)

    def url(self, database: int) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"


class Postgres:
    """As Debian installs it. It does not run as root, so then as the user it came with."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        if not found:
            missing("PostgreSQL", "postgresql")
        self.programs, self.folder, self.port = found[-1].parent, folder, free_port()
        self.root = os.geteuid() == 0
        if self.root:
            shutil.chown(folder, "postgres")
        self.control("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    def control(self, program: str, *options: str) -> None:
        become = ["runuser", "-u", "postgres", "--"] if self.root else []
        subprocess.run(
            [*become, self.programs / program, "-D", self.folder / "data", *options],
            check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.control("pg_ctl", "start", "-w", "-l", str(self.folder / "log"), "-o", options)

    def stop(self, mode: str) -> None:
        """``fast`` ends what is under way, ``immediate`` is a crash: it recovers at the start."""
        self.control("pg_ctl", "stop", "-w", "-m", mode)

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def ask(self, query: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []


class Bucket(Process):
    """moto's server stands in for S3."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        options = ["-H", "127.0.0.1", "-p", self.port]
        super().__init__("bucket", folder, [sys.executable, "-m", "moto.server", *options])

    def start(self, **environment: object) -> None:
        super().start(**environment)
        wait_until(self.create, self.log, seconds=60)

    def create(self) -> bool:
        with contextlib.suppress(Exception):  # whatever boto3 raises until it answers
            where = {"LocationConstraint": REGION}
            self.resource().create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
            return True
        return False

    def resource(self):
        from botocore.config import Config

        return boto3.resource(
            "s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name=REGION,
            aws_access_key_id="key", aws_secret_access_key="secret",
            config=Config(connect_timeout=1, retries={"max_attempts": 0}),
        )  # fmt: skip

    def names(self) -> list[str]:
        return [item.key for item in self.resource().Bucket(BUCKET).objects.all()]
