"""The units of systemd in deploy/, with the environment of docs/deploy/one-machine.md."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import cast, deployed
from tests.gallery.conftest import missing
from tests.sites import OF_ITS_OWN
from webstyle.engine.weights import styles

UNITS = cast.ROOT / "deploy" / "systemd"
SERVICES = ["webstyle-web", "webstyle-worker", "webstyle-cleanup"]
HOST = "paint.example.org"
pytestmark = [pytest.mark.timeout(280), OF_ITS_OWN]


def unit(name: str) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string((UNITS / name).read_text())
    return read


def command(service: str, port: int = 8000) -> list[str]:
    """Its ExecStart, with this machine's Python."""
    line = unit(f"{service}.service")["Service"]["ExecStart"]
    places = {"/srv/webstyle/.venv/bin/python": str(deployed.PYTHON)}
    if service == "webstyle-web":
        places["--port 8000"] = f"--port {port}"
    return shlex.split(deployed.placed(line, places))


def environment() -> dict[str, str]:
    return deployed.variables(deployed.block("deploy/one-machine.md", "webstyle.env"))


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if not program:
        missing("systemd-analyze", "systemd")
    files = [tmp_path / path.name for path in UNITS.iterdir()]
    for file in files:
        text = (UNITS / file.name).read_text()
        file.write_text(text.replace("/srv/webstyle/.venv/bin/python", str(deployed.PYTHON)))
    assert len(files) == len(SERVICES) + 1
    done = subprocess.run([str(program), "verify", *map(str, files)], capture_output=True,
                          text=True, timeout=60)  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "webstyle" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_writes_to_one_folder_alone(name: str) -> None:
    service = unit(f"{name}.service")["Service"]
    assert service["ProtectSystem"] == "strict"
    assert service["EnvironmentFile"] == "/etc/webstyle.env"
    folder = Path("/var/lib") / service["StateDirectory"]
    given = environment()
    assert Path(given["VAR"]) == folder
    for setting in ("MEDIA_ROOT", "UPLOAD_ROOT", "STATIC_ROOT"):  # else they are within VAR
        assert setting not in given


def test_a_wrong_setting_is_not_tried_again_and_sigterm_is_for_one_process() -> None:
    for name in ("webstyle-web", "webstyle-worker"):
        service = unit(f"{name}.service")["Service"]
        assert service["RestartPreventExitStatus"] == "2"
        assert service["KillMode"] == "mixed"
    assert "PrivateDevices" not in unit("webstyle-worker.service")["Service"], "a GPU is a device"


@pytest.fixture
def site(postgres_url: str, redis_url: str, tmp_path: Path) -> Iterator[deployed.Site]:
    """Migrated, with the document's settings."""
    with deployed.empty_database(postgres_url) as database:
        given = environment()
        redis = redis_url.removeprefix("redis://").removesuffix("/0")
        places = {"127.0.0.1:5432": database, "127.0.0.1:6379": redis}
        for name in ("DATABASE_URL", "CHANNEL_LAYER_URL", "CACHE_URL"):
            for was, now in places.items():
                given[name] = given[name].replace(was, now)
        site = deployed.Site(tmp_path, given | {"VAR": str(tmp_path / "var")})
        done = site.run([str(deployed.PYTHON), "manage.py", "check", "--deploy",
                         "--fail-level", "WARNING"])  # fmt: skip
        assert done.returncode == 0, done.stderr
        done = site.run([str(deployed.PYTHON), "manage.py", "migrate", "--verbosity", "0"])
        assert done.returncode == 0, done.stderr
        yield site


def test_as_units_the_site_paints_and_a_job_is_given_back_in_time(site: deployed.Site) -> None:
    port = cast.free_port()
    stop_within = int(unit("webstyle-worker.service")["Service"]["TimeoutStopSec"])
    with ExitStack() as stack:
        web = stack.enter_context(site.running(command("webstyle-web", port)))
        worker = stack.enter_context(site.running(command("webstyle-worker")))
        site.wait_until(lambda: deployed.is_well(port))
        visitor = deployed.Visitor(port, HOST, tls=True)
        small = visitor.wish()
        site.wait_until(lambda: visitor.state(small) == "done")

        large = visitor.wish(2048, tuple(styles())[:4])
        site.wait_until(lambda: visitor.state(large) == "running")
        worker.terminate()
        assert worker.wait(stop_within) == 0, site.log.read_text()
        assert visitor.state(large) == "queued", "it was given back"

        web.terminate()
        assert web.wait(int(unit("webstyle-web.service")["Service"]["TimeoutStopSec"])) == 0
    assert "Traceback" not in site.log.read_text()
    done = site.run(command("webstyle-cleanup"))
    assert (done.returncode, done.stderr) == (0, "")
