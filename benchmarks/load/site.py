"""The site under load: its processes, started and ended here, and what they take of the machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gallery.limits.defaults import QUOTAS, RATES
from tests import servers
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
LEAVE_SECONDS = 30  # for the job that is being painted, which is given back
TICK = os.sysconf("SC_CLK_TCK")
# One machine plays all visitors: what is limited for each address would be measured otherwise.
NO_LIMITS = {
    **{f"RATE_{name}".upper(): "" for name in RATES},
    **{f"{who}_{name}".upper(): "0" for who, names in QUOTAS.items() for name in names},
    "SOCKETS_PER_ADDRESS": "0",
    "MAX_JOBS_WAITING": "100000",
}


class TroubleError(Exception):
    """The site does not do what it has to before anything can be measured."""


@dataclass
class Process:
    """One of the site's, and what has become of it."""

    name: str
    popen: subprocess.Popen[bytes]
    port: int = 0

    @property
    def pid(self) -> int:
        return self.popen.pid

    def cpu(self) -> float:
        """Seconds so far, in all of its threads; its children's once they have ended."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / TICK

    def memory(self) -> float:
        """MB of its own and its share of what it shares with its children, theirs included; without
        the code of libraries, of which the kernel keeps or drops what it likes."""
        return sum(map(pss, [self.pid, *descendants(self.pid)]))


def pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) / 1000


def descendants(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(n) for task in tasks for n in (task / "children").read_text().split()]
    except OSError:
        return []
    return [*children, *(each for child in children for each in descendants(child))]


@dataclass
class Site:
    """Database, files, and the processes that stand on them."""

    name: str
    folder: Path
    web: int = 1  # processes with pages
    workers: int = 0  # beside them; none: the one web process paints as well
    services: dict[str, str] = field(default_factory=dict)  # environment
    processes: list[Process] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        own = {"DJANGO_SETTINGS_MODULE": "webstyle.settings", "VAR": str(self.folder),
               "DEVICE": "cpu", "LOG_LEVEL": "WARNING", "DEBUG": "false"}  # fmt: skip
        return os.environ | NO_LIMITS | own | self.services

    def prepare(self, pictures: int, guests: int) -> dict[str, Any]:
        self.manage("migrate", "--verbosity=0")
        self.manage("collectstatic", "--noinput", "--verbosity=0")
        return self.seed("world", pictures, guests)

    def manage(self, *command: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True
        )

    def seed(self, *what: Any) -> dict[str, Any]:
        command = [sys.executable, "-m", "benchmarks.load.seed", *map(str, what)]
        done = subprocess.run(
            command, cwd=ROOT, check=True, stdout=subprocess.PIPE,
            env=self.environment | {"LOG_LEVEL": "ERROR"},  # bells that nobody here hears
        )  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def web_processes(self) -> list[Process]:
        return [process for process in self.processes if process.port]

    @property
    def addresses(self) -> list[str]:
        return [f"http://127.0.0.1:{process.port}" for process in self.web_processes]

    def address(self, n: int) -> str:
        """Visitors are spread over the web processes, as a proxy would."""
        return self.addresses[n % len(self.addresses)]

    @contextmanager
    def running(self, **environment: str) -> Iterator[Site]:
        with ExitStack() as stack:
            for n in range(self.web):
                port = free_port()
                command = ["serve", "--port", str(port)]
                command += ["--no-worker"] if self.workers else []
                self.start(stack, f"web {n + 1}", port, command, environment)
            for n in range(self.workers):
                self.start(stack, f"worker {n + 1}", 0, ["worker"], environment)
            try:
                self.wait_until_ready()
                yield self
            finally:
                self.processes = []

    def start(
        self, stack: ExitStack, name: str, port: int, command: list[str], given: dict[str, str]
    ) -> None:
        with self.log.open("ab") as out:
            popen = subprocess.Popen(
                [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment | given,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=out,
            )  # fmt: skip
        self.processes.append(Process(name, popen, port))
        stack.callback(end, popen)

    def wait_until_ready(self, seconds: float = 60) -> None:
        end_of_wait = time.monotonic() + seconds
        for address in self.addresses:
            while (said := ready(address)) != "ok":
                if time.monotonic() > end_of_wait:
                    raise TroubleError(f"{address} is {said} after {seconds:g} s: {self.said()}")
                time.sleep(0.2)
        self.log.write_bytes(b"")  # that no worker was there yet, who asked was told

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def cpu(self) -> dict[str, float]:
        return {process.name: process.cpu() for process in self.processes}

    def web_memory(self) -> float:
        return sum(process.memory() for process in self.web_processes)


def end(popen: subprocess.Popen[bytes]) -> None:
    popen.send_signal(signal.SIGTERM)
    try:
        popen.wait(LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        popen.kill()
        popen.wait()
        raise TroubleError(f"a process did not end within {LEAVE_SECONDS} s of SIGTERM") from None


def ready(address: str) -> str:
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as answer:
            return str(json.load(answer)["status"])
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")
    except OSError as error:
        return str(error)


@contextmanager
def one_process(folder: Path) -> Iterator[Site]:
    """``manage.py serve`` and nothing else."""
    yield Site("one process: SQLite, in-memory layer", folder)


@contextmanager
def several(folder: Path) -> Iterator[Site]:
    """Two web processes, two workers, PostgreSQL and Redis."""
    if told := servers.missing("postgresql", "redis"):
        raise TroubleError(told)
    with servers.redis() as redis, servers.postgresql(careful=True) as postgres:
        services = {
            "DATABASE_URL": postgres, "CHANNEL_LAYER_URL": f"{redis}/0", "CACHE_URL": f"{redis}/1",
        }  # fmt: skip
        yield Site("two web processes, two workers: PostgreSQL, Redis", folder, 2, 2, services)


SITES = {"one": one_process, "several": several}
