"""Somebody else's tus client, and lines that break, against the whole site."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient

from tests import cast
from tests.backends import own_site
from tests.gallery.test_serving import TOKEN, Browser
from tests.malformed.onslaught import answers
from tests.sites import migrated

PIECE = "application/offset+octet-stream"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    log, port = tmp_path / "serve.log", cast.free_port()
    own = migrated(own_site(tmp_path / "var"))
    with cast.managing(log, "serve", "--port", port, **own):
        cast.wait_until(lambda: answers(port), log)
        yield port


@pytest.fixture
def visitor(port: int) -> Browser:
    """Somebody whom the site knows already."""
    browser = Browser(port)
    assert browser.ask("POST", "/api/v1/photos", cast.encoded("rocket.jpg"))[0] == 201
    return browser


def client_of(visitor: Browser) -> TusClient:
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    headers = {"Cookie": cookies, "X-CSRFToken": TOKEN}
    return TusClient(f"http://127.0.0.1:{visitor.port}/uploads/", headers=headers)


def made(visitor: Browser, url: str) -> tuple[int, Any]:
    body = b'{"upload": "%s"}' % url.strip("/").rpartition("/")[2].encode()
    return visitor.ask("POST", "/api/v1/photos", body, "application/json")


def test_tuspy_sends_a_photo_stops_and_goes_on(visitor: Browser, tmp_path: Path) -> None:
    path = tmp_path / "cup.jpg"
    path.write_bytes(cast.encoded("coffee.png", size=1024))
    asked: dict[str, Any] = {"file_path": str(path), "metadata": {"filename": "cup.jpg"},
                             "chunk_size": 50_000}  # fmt: skip
    first = client_of(visitor).uploader(**asked)
    first.upload_chunk()
    assert first.offset == 50_000
    second = client_of(visitor).uploader(**asked, url=first.url)
    assert second.offset == 50_000
    second.upload()
    status, photo = made(visitor, first.url)
    assert (status, photo["width"], photo["title"]) == (201, 1024, "cup")


def test_tuspy_sends_with_checksums(visitor: Browser, tmp_path: Path) -> None:
    path = tmp_path / "cup.jpg"
    path.write_bytes(cast.encoded("coffee.png"))
    sender = client_of(visitor).uploader(
        str(path), chunk_size=5_000, upload_checksum=True, metadata={"filename": "cup.jpg"}
    )
    sender.upload()
    assert made(visitor, sender.url)[0] == 201


def patch_head(visitor: Browser, url: str, offset: int, length: int) -> bytes:
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    lines = [f"PATCH {url} HTTP/1.1", "Host: localhost", f"Cookie: {cookies}",
             f"X-CSRFToken: {TOKEN}", "Tus-Resumable: 1.0.0", f"Upload-Offset: {offset}",
             f"Content-Type: {PIECE}", f"Content-Length: {length}", "", ""]  # fmt: skip
    return "\r\n".join(lines).encode()


def test_a_line_that_breaks_loses_no_more_than_one_piece(visitor: Browser, tmp_path: Path) -> None:
    data = cast.encoded("coffee.png", size=1024)
    path = tmp_path / "cup.jpg"
    path.write_bytes(data)
    sender = client_of(visitor).uploader(str(path), chunk_size=10_000)
    sender.upload_chunk()
    url = sender.url.partition(str(visitor.port))[2]
    with socket.create_connection(("127.0.0.1", visitor.port), timeout=20) as line:
        line.sendall(patch_head(visitor, url, 10_000, len(data) - 10_000) + data[10_000:30_000])
    assert sender.get_offset() == 10_000
    sender.upload()
    assert made(visitor, url)[0] == 201


def test_of_many_pieces_at_once_exactly_one_counts(visitor: Browser, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(8) + b"tail")
    sender = client_of(visitor).uploader(str(path), chunk_size=4)
    sender.upload_chunk()
    url = sender.url.partition(str(visitor.port))[2]
    said: list[bytes] = []

    def send() -> None:
        with socket.create_connection(("127.0.0.1", visitor.port), timeout=20) as line:
            line.sendall(patch_head(visitor, url, 4, 4) + b"abcd")
            said.append(line.recv(4096).split(b" ")[1])

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count(b"204") == 1
    assert set(said) <= {b"204", b"409", b"423"}
    assert sender.get_offset() == 8


def test_of_many_who_ask_for_the_photo_at_once_none_gets_a_second(
    visitor: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "cup.jpg"
    path.write_bytes(cast.encoded("coffee.png"))
    sender = client_of(visitor).uploader(str(path), metadata={"filename": "cup.jpg"})
    sender.upload()
    said: list[tuple[int, Any]] = []
    threads = [
        threading.Thread(target=lambda: said.append(made(visitor, sender.url))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _ in said} <= {201, 423}
    assert len({photo["id"] for status, photo in said if status == 201}) == 1
    assert made(visitor, sender.url)[0] == 201
