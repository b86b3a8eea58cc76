"""Connections to the database are few, and nobody holds one while waiting for something else."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gallery import services
from gallery.services import sanitize
from tests import cast
from tests.backends import site_in
from tests.faults.visitors import Visitor
from tests.servers import new_database
from tests.sites import OF_ITS_OWN, migrated
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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(postgres_url: str, folder: Path) -> Iterator[int]:
    """Its port. It has two connections, and pages alone."""
    own = migrated(site_in(folder, new_database(postgres_url, "connections")))
    own |= {"DATABASE_CONNECTIONS": 2, "LANES": ""}
    assert cast.manage("collectstatic", "--noinput", "--verbosity=0", **own).returncode == 0
    port, log = cast.free_port(), folder / "serve.log"
    with cast.managing(log, "serve", "--port", port, **own):
        cast.wait_until(lambda: ask(port) == 200, log)
        yield port


def ask(port: int) -> int:
    """For a page, over a connection of its own. 0 is no answer."""
    visit = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        visit.request("GET", "/gallery/")
        return visit.getresponse().status
    except OSError:
        return 0
    finally:
        visit.close()


@OF_ITS_OWN
def test_thirty_visitors_at_once_share_two_connections_to_postgresql(site: int) -> None:
    with ThreadPoolExecutor(30) as visitors:
        assert set(visitors.map(ask, [site] * 30)) == {200}


@OF_ITS_OWN
async def test_requests_of_one_visitor_each_give_their_connection_back(site: int) -> None:
    """On one connection of HTTP, where a request comes before the last has been cleared away."""
    async with Visitor(site) as visitor:
        address = f"/file/photo/{await visitor.photo()}/thumb"
        for _ in range(500):
            status, _body, _told = await visitor.ask("GET", address, Accept="image/*")
            assert status == 200


@OF_ITS_OWN
async def test_who_asks_for_what_is_not_there_gives_the_connection_back(site: int) -> None:
    """Django would make its page on another thread than the request's."""
    async with Visitor(site) as visitor:
        await visitor.photo()  # from now on a session is looked up
        html = {"Accept": "text/html"}
        pages = [visitor.ask("GET", f"/nowhere/{number}/", **html) for number in range(40)]
        assert {status for status, _body, _told in await asyncio.gather(*pages)} == {404}
    assert ask(site) == 200


def enlarge(media: Path, photo: str) -> None:
    (original,) = media.glob(f"**/{photo}/**/original*")
    original.write_bytes(bytes(30_000_000))


@OF_ITS_OWN
async def test_who_reads_a_large_file_slowly_holds_none(site: int, folder: Path) -> None:
    async with Visitor(site) as visitor, AsyncExitStack() as reading:
        photo = await visitor.photo()
        address = f"{visitor.address}/file/photo/{photo}/original"
        enlarge(folder / "media", photo)
        for _ in range(4):
            answer = await reading.enter_async_context(visitor.session.get(address))
            assert answer.status == 200
        assert ask(site) == 200


@OF_ITS_OWN
async def test_who_waits_for_a_painter_holds_none(site: int) -> None:
    async with Visitor(site) as visitor:
        wish = {"photo": await visitor.photo(), "styles": [{"style": "udnie", "weight": 1}]}
        body, kind = json.dumps(wish), {"Content_Type": "application/json"}
        waiting = [
            asyncio.create_task(visitor.ask("POST", "/api/v1/mixes/still", body, **kind))
            for _ in range(4)
        ]
        await asyncio.sleep(1)
        assert await asyncio.to_thread(ask, site) == 200
        assert not any(each.done() for each in waiting)  # nobody paints on this site
        for each in waiting:
            each.cancel()
