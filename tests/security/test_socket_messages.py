"""A socket of a real server: what is too long is refused by its head."""

from __future__ import annotations

import base64
import contextlib
import socket
import struct
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests import cast
from tests.cast import GUEST

KEY = base64.b64encode(bytes(16)).decode()
LIMIT = 32_768


def shaken(port: int, path: str, cookie: str) -> socket.socket:
    """An open WebSocket, by hand."""
    page = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket",
            "Connection: Upgrade", f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13",
            f"Origin: http://127.0.0.1:{port}", f"Cookie: sessionid={cookie}", "", ""]  # fmt: skip
    page.sendall("\r\n".join(head).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += page.recv(1)
    assert b" 101 " in answer, answer
    return page


def frame(length: int, kind: int = 1) -> bytes:
    """The head of a text of that length, and nothing of it. Bytes are ``kind`` 2."""
    head = 0x80 | kind
    if length < 1 << 16:  # has to be written the short way
        return struct.pack(">BBH", head, 0x80 | 126, length) + bytes(4)
    return struct.pack(">BBQ", head, 0x80 | 127, length) + bytes(4)


def ends(page: socket.socket) -> bool:
    """Whether the server hangs up; it does not, where it answers a ping, or waits for more."""
    data = b""
    page.settimeout(10)
    with contextlib.suppress(ConnectionError):
        page.sendall(struct.pack(">BB", 0x89, 0x80) + bytes(4))
        try:
            while piece := page.recv(4096):
                data += piece
                if b"\x8a\x00" in data:
                    return False
        except TimeoutError:
            return False
    return True


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/jobs", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_a_message_that_is_too_long_ends_its_socket_before_it_is_sent(tmp_path: Path) -> None:
    port, log = cast.free_port(), tmp_path / "serve.log"
    with cast.managing(log, "serve", "--port", port):
        cast.wait_until(lambda: answers(port), log)
        cookie = cast.client_of(GUEST).cookies["sessionid"].value
        for sent in (frame(LIMIT + 1, kind=2), frame(2**40, kind=2)):
            with shaken(port, "/ws/jobs/", cookie) as page:
                page.sendall(sent)
                assert ends(page)
        with shaken(port, "/ws/jobs/", cookie) as page:
            page.sendall(frame(30_000) + bytes(30_000))
            assert not ends(page)
        assert answers(port)
