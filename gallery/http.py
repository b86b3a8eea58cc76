"""Daphne with limits of ours on what a request may send, answers as fast as they are read, and each
request apart from others."""

from __future__ import annotations

import asyncio
import time
from contextvars import Context
from typing import Any

import daphne.server
from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings
from twisted.internet import reactor
from twisted.web.http import HTTPChannel

FORM_EXTRA = 1_000_000  # a multipart form is a little larger than the files in it
PATIENCE = 60  # seconds, for the head of a request and for each piece of ENOUGH bytes of its body
ENOUGH = 64 * 1024
READING = 240  # seconds, for each part of what we say: a kilobyte of a file a second
# Bytes of a frame from a page: a wish for a mixture is the longest, and no browser cuts it up. That
# of whole messages stays Daphne's, a megabyte: it holds for what is sent too, and a picture of a
# mixture is larger than any wish. Sockets without an answer to a ping, every 20 s, are closed after
# 30 s.
SOCKET_LIMITS = {"websocket_max_frame_size": 32_768}
# Connections that wait while the loop is busy. With Twisted's 50, ten of two hundred uploads that
# began in one moment were reset: Linux, which runs out of places, answers some with a cookie, and
# knows them no more when their second packet comes.
BACKLOG = 1024

# Twisted asks the wall clock how long to wait. Once that was set back by an hour, nothing that
# Daphne does each second was done for an hour: sockets whose consumer had failed stayed open.
reactor.seconds = time.monotonic  # type: ignore[attr-defined]


class Pace:
    """Whether more may be written to a connection, as Twisted tells it to an ``IPushProducer``."""

    def __init__(self, *, waits: bool = False) -> None:
        self.free = asyncio.Event()
        if not waits:
            self.free.set()

    def pauseProducing(self) -> None:  # noqa: N802  Twisted's names
        self.free.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self.free.set()

    stopProducing = resumeProducing  # noqa: N815  nobody is there any more: nothing to wait for


async def keep_pace(protocol: Any) -> None:
    """Returns when more may be written. Who does not read is cut off."""
    pace: Pace | None = getattr(protocol, "pace", None)
    if pace is None or pace.free.is_set():
        return
    try:
        await asyncio.wait_for(pace.free.wait(), READING)
    except TimeoutError:
        protocol.transport.abortConnection()


class LimitedRequest(WebRequest):
    """Refuses a body that is too large before reading it, and leaves forms to Django.

    Twisted would parse a multipart body in memory before Django sees it: a 300 MB upload took
    3.7 GB, even when the view refused it.
    """

    pace: Pace | None = None  # of an answer in parts

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)

    def gotLength(self, length: int | None) -> None:  # noqa: N802  Twisted's name
        """``length`` None is a chunked body: no browser sends one, and it has no limit."""
        limit = 20 * settings.MAX_UPLOAD_BYTES if self.is_form() else settings.MAX_UPLOAD_BYTES
        if length is None or length > limit + FORM_EXTRA:
            self.channel.transport.write(
                b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"
                b"Content-Type: application/json\r\n\r\n"
                b'{"error": "The file is too large: make it smaller."}'
            )
            self.channel.loseConnection()
            length = 0
        super().gotLength(length)

    def is_form(self) -> bool:
        kind: bytes = self.requestHeaders.getRawHeaders(b"content-type", [b""])[0]
        return kind.startswith(b"multipart/")

    def handle_reply(self, message: dict[str, Any]) -> None:
        if self.method == b"HEAD" and "body" in message:
            # Daphne goes past what Twisted does against it: from the second part on it was sent,
            # and whoever kept the connection read it as the next answer.
            message = message | {"body": b""}
        if message.get("more_body") and self.pace is None and self.channel is not None:
            self.pace = Pace(waits=self.channel._waitingForTransport)  # with an answer before
            self.registerProducer(self.pace, True)
        super().handle_reply(message)

    def finish(self) -> None:
        if self.pace is not None and self.channel is not None:
            self.unregisterProducer()
        super().finish()


class LimitedChannel(HTTPChannel):
    """A connection whose patience is not won back with a byte now and then.

    Twisted's begins anew with every byte: one that sends a head of a request for hours holds its
    connection for hours. No head has ENOUGH bytes, so it has to be there in time; a body comes with
    a kilobyte a second or more.
    """

    heard = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  Twisted's name
        self.heard += len(data)
        super().dataReceived(data)

    def resetTimeout(self) -> None:  # noqa: N802
        if self.heard >= ENOUGH:
            self.heard = 0
            super().resetTimeout()

    def requestDone(self, request: Any) -> None:  # noqa: N802
        self.heard = 0
        super().requestDone(request)


class LimitedFactory(HTTPFactory):
    protocol = LimitedChannel

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timeOut = PATIENCE

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802  Twisted's name
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = LimitedRequest
        return protocol


class LimitedServer(daphne.server.Server):
    def __init__(self, *args: Any, endpoints: list[str], **kwargs: Any) -> None:
        endpoints = [f"{each}:backlog={BACKLOG}" for each in endpoints]
        super().__init__(*args, endpoints=endpoints, **SOCKET_LIMITS, **kwargs)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Each request has a context of its own.

        On a connection that is kept, asyncio reads the next request in the context of the one
        before. asgiref then gives both one thread, takes it away when the first has ended, and the
        database connection of the second is never given back: after some thousand requests none
        was left.
        """
        return Context().run(super().create_application, protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Returns when more may be said: Daphne keeps in memory what nobody reads, be it a file or
        pictures of a mixture."""
        await super().handle_reply(protocol, message)
        if message["type"] == "websocket.accept":
            protocol.pace = Pace()
            protocol.transport.unregisterProducer()  # which was HTTP's
            protocol.transport.registerProducer(protocol.pace, True)
        await keep_pace(protocol)

    def run(self) -> None:
        daphne.server.HTTPFactory = LimitedFactory  # run() takes it from its module
        super().run()
