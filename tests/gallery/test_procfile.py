"""Every line of the Procfile is run as a platform runs it: by a shell, with ``PORT``."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import cast, deployed
from tests.sites import OF_ITS_OWN

BUILD = "python manage.py collectstatic --noinput"  # as docs/deploy/containers.md has it
pytestmark = [pytest.mark.timeout(280), OF_ITS_OWN]
LINES = dict(
    line.split(": ", 1) for line in (cast.ROOT / "Procfile").read_text().splitlines() if line
)


def test_its_processes_are_a_site_that_paints(
    postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    assert LINES.keys() == {"release", "web", "worker"}
    port = cast.free_port()
    with deployed.empty_database(postgres_url) as database, ExitStack() as stack:
        site = deployed.Site(tmp_path, {
            "DATABASE_URL": f"postgres://webstyle@{database}/webstyle", "SECRET_KEY": "k" * 50,
            "CHANNEL_LAYER_URL": redis_url, "CACHE_URL": redis_url, "PORT": str(port),
            "VAR": str(tmp_path / "var"), "PROVENANCE": "false",
        })  # fmt: skip
        for line in (BUILD, LINES["release"]):
            done = site.run(["sh", "-c", line])
            assert done.returncode == 0, done.stderr
        processes = [stack.enter_context(site.running(["sh", "-c", f"exec {LINES[name]}"]))
                     for name in ("web", "worker")]  # fmt: skip
        site.wait_until(lambda: deployed.is_well(port))
        assert deployed.page(port, "/")[0] == 200
        visitor = deployed.Visitor(port)
        job = visitor.wish()
        site.wait_until(lambda: visitor.state(job) == "done")
        for process in processes:
            process.terminate()
            assert process.wait(60) == 0, site.log.read_text()
