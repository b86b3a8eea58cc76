"""Connections to the database are few, and nobody holds one while waiting for something else."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gallery import services
from gallery.services import sanitize
from tests import cast
from webstyle.engine.samples import sample_path


@pytest.mark.django_db(transaction=True)
def test_an_upload_that_waits_to_be_opened_holds_no_connection(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    def opened(*args: Any) -> dict[str, Any]:
        held.append(connection.connection)
        return sanitize(*args)

    monkeypatch.setattr(services, "sanitize", opened)
    with sample_path("coffee.png").open("rb") as photo:
        assert client.post("/upload/", {"photo": photo}).status_code == 302
    assert held == [None]


def test_thirty_visitors_at_once_share_two_connections_to_postgresql(
    postgres_url: str, tmp_path: Path
) -> None:
    own = {"VAR": tmp_path, "MEDIA_ROOT": tmp_path / "media", "CHANNEL_LAYER_URL": "",
           "DATABASE_URL": postgres_url, "DATABASE_CONNECTIONS": 2, "LANES": ""}  # fmt: skip
    assert cast.manage("migrate", "--verbosity=0", **own).returncode == 0
    assert cast.manage("collectstatic", "--noinput", "--verbosity=0", **own).returncode == 0
    port, log = cast.free_port(), tmp_path / "serve.log"

    def ask(_: int = 0) -> int:
        visit = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            visit.request("GET", "/gallery/")
            return visit.getresponse().status
        except OSError:
            return 0
        finally:
            visit.close()

    with cast.managing(log, "serve", "--port", port, **own):
        cast.wait_until(lambda: ask() == 200, log)
        with ThreadPoolExecutor(30) as visitors:
            assert set(visitors.map(ask, range(30))) == {200}, log.read_text()
