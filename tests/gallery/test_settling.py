"""Before the first visitor a process is ready; told to end, it ends, whoever it was talking to."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import cast
from tests.backends import site_in
from tests.sites import migrated

READY = """
import gc, sys
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
from gallery.settling import settle
settle()
assert {"torch", "webstyle.engine.mixer", "gallery.views"} <= set(sys.modules)
assert gc.get_freeze_count() > 100_000, gc.get_freeze_count()
"""


def test_all_is_imported_before_the_first_visitor_and_left_alone_by_the_collector(
    tmp_path: Path,
) -> None:
    own = site_in(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", READY], cwd=cast.ROOT, env=cast.environment(**own),
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_told_to_end_with_requests_under_way_a_server_ends(tmp_path: Path) -> None:
    own = migrated(site_in(tmp_path))
    assert cast.manage("collectstatic", "--noinput", "--verbosity=0", **own).returncode == 0
    port, log = cast.free_port(), tmp_path / "serve.log"

    def ask() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/gallery/")
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    with cast.managing(log, "serve", "--port", port, **own) as server:
        cast.wait_until(lambda: ask() == 200, log)
        with ThreadPoolExecutor(40) as visitors:
            asked = [visitors.submit(ask) for _ in range(40)]
            cast.wait_until(lambda: any(each.done() for each in asked), log)
            assert not all(each.done() for each in asked), "nothing is under way"
            server.send_signal(signal.SIGTERM)
            assert server.wait(60) == 0, log.read_text()
