"""The tests' own servers: gone with whoever started them, and missed in words."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import redis

from tests import cast, servers
from tests.gallery.conftest import missing

pytestmark = pytest.mark.local("it is about the servers, not about what runs on them")
STARTS = """
import time
from tests import servers
print(servers.start("redis")["redis"], flush=True)
time.sleep(60)
"""


def answers(address: str) -> bool:
    try:
        return bool(redis.Redis.from_url(address).ping())
    except redis.ConnectionError:
        return False


def test_a_server_ends_when_the_tests_are_killed() -> None:
    if servers.missing("redis"):
        missing("redis-server", "redis-server")
    tests = subprocess.Popen(
        [sys.executable, "-c", STARTS], cwd=cast.ROOT, stdout=subprocess.PIPE, text=True
    )
    assert tests.stdout is not None
    address = tests.stdout.readline().strip()
    assert answers(address)
    tests.kill()
    tests.wait()
    cast.wait_until(lambda: not answers(address), seconds=20)


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_without_them_the_scaled_pass_is_skipped_and_fails_in_ci(ci: str, code: int) -> None:
    """``PATH`` leads to no redis-server here."""
    environment = os.environ | {"BACKENDS": "scaled", "CI": ci, "PATH": "/nowhere"}
    environment.pop("WEBSTYLE_TEST_SERVERS", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         "tests/gallery/test_decoding.py", "-k", "nursery or child or limit"],
        cwd=cast.ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert "is not installed: apt-get install" in done.stdout + done.stderr
    assert "passed" not in done.stdout
