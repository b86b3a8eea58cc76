"""A connection that sends or reads a byte now and then does not stay open for ever, whatever the
clock."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from unittest.mock import Mock

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web.http import Request

from gallery import http
from gallery.http import (
    ENOUGH,
    PATIENCE,
    LimitedChannel,
    LimitedRequest,
    LimitedServer,
    reactor,
)

HEAD = b"POST /api/v1/photos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def channel(clock: Clock) -> LimitedChannel:
    opened = LimitedChannel()
    opened.callLater = clock.callLater
    opened.timeOut = PATIENCE
    opened.requestFactory = Request
    opened.makeConnection(StringTransport())
    return opened


def is_closed(channel: LimitedChannel) -> bool:
    return bool(channel.transport.disconnecting)


def drip(channel: LimitedChannel, clock: Clock, data: bytes, pause: float, times: int) -> None:
    for _ in range(times):
        channel.dataReceived(data)
        clock.advance(pause)


def test_a_head_that_comes_byte_by_byte_has_a_minute(channel, clock) -> None:
    channel.dataReceived(b"GET / HTTP/1.1\r\n")
    drip(channel, clock, b"X", 10, 5)
    assert not is_closed(channel)
    drip(channel, clock, b"X", 10, 2)
    assert is_closed(channel)


def test_a_body_that_hardly_comes_has_no_longer(channel, clock) -> None:
    channel.dataReceived(HEAD)
    drip(channel, clock, b"x" * 100, 10, 7)
    assert is_closed(channel)


def test_a_slow_one_that_comes_may_take_its_time(channel, clock) -> None:
    channel.dataReceived(HEAD)
    drip(channel, clock, b"x" * ENOUGH, 50, 20)
    assert not is_closed(channel)


@pytest.fixture
def server() -> LimitedServer:
    made = LimitedServer(None, endpoints=["tcp:port=0"])  # it does not listen before it runs
    made.connections = {}
    return made


@pytest.fixture(params=["answer", "socket"])
def reader(request, server, channel) -> Any:
    """Of an answer in parts, or with a socket that is open."""
    channel.factory = Mock(server=server)  # which is told of each request
    if request.param == "answer":
        opened = LimitedRequest(channel)
        opened.method = b"GET"
    else:
        opened = Mock(transport=channel.transport, pace=None)
        server.connections[opened] = {}
    return opened


async def test_who_does_not_read_is_waited_for_and_then_cut_off(
    reader, server, channel, monkeypatch
) -> None:
    monkeypatch.setattr(http, "READING", 0.1)
    if isinstance(reader, LimitedRequest):
        start = {"type": "http.response.start", "status": 200}
        part = {"type": "http.response.body", "body": b"part", "more_body": True}
    else:
        start, part = {"type": "websocket.accept"}, {"type": "websocket.send", "bytes": b"part"}
    for message in (start, part):
        await server.handle_reply(reader, message)
    reader.pace.pauseProducing()
    asyncio.get_running_loop().call_later(0.05, reader.pace.resumeProducing)
    began = time.monotonic()
    await server.handle_reply(reader, part)
    assert time.monotonic() - began > 0.04
    assert not is_closed(channel)
    reader.pace.pauseProducing()
    await server.handle_reply(reader, part)
    assert is_closed(channel)


def test_what_waits_does_not_ask_a_clock_that_may_be_set() -> None:
    later = reactor.callLater(50, lambda: None)
    try:
        assert later.getTime() == pytest.approx(time.monotonic() + 50, abs=5)
    finally:
        later.cancel()
