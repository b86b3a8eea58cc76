"""Before the first visitor a process is ready; told to end, it ends, whoever it was talking to."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import cast
from tests.backends import site_in
from tests.gallery.test_serving import Browser, answers
from tests.sites import OF_ITS_OWN, migrated

pytestmark = OF_ITS_OWN
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
    """Whose threads wait for its loop, as for the answer of a painter where there is none."""
    own = migrated(site_in(tmp_path)) | {"LANES": ""}
    port, log = cast.free_port(), tmp_path / "serve.log"
    visitor = Browser(port)

    def mix() -> int:
        try:
            return visitor.ask("POST", "/api/v1/mixes/still", wish, "application/json")[0]
        except (OSError, http.client.HTTPException, ValueError):
            return 0

    with cast.managing(log, "serve", "--port", port, **own) as server:
        cast.wait_until(lambda: answers(port), log)
        status, photo = visitor.ask("POST", "/api/v1/photos", cast.encoded("coffee.png"))
        assert status == 201
        wish = json.dumps({"photo": photo["id"], "styles": [{"style": "udnie"}]}).encode()
        with ThreadPoolExecutor(3) as visitors:
            asked = [visitors.submit(mix) for _ in range(3)]
            time.sleep(2)
            assert visitor.ask("GET", "/api/v1/jobs")[0] == 200
            assert not any(each.done() for each in asked), [each.result() for each in asked]
            server.send_signal(signal.SIGTERM)
            assert server.wait(60) == 0, log.read_text()
