"""Between the site and its bucket: passes on, answers with 500, is slow, or is not there."""

from __future__ import annotations

import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.cast import free_port

BROKEN = b'<?xml version="1.0"?><Error><Code>InternalError</Code><Message>no</Message></Error>'
HOP = {"connection", "transfer-encoding", "keep-alive"}


class Proxy:
    def __init__(self, behind: int) -> None:
        self.behind, self.port = behind, free_port()
        self.fails = False
        self.delay = 0.0  # seconds before each answer
        self.server: ThreadingHTTPServer | None = None
        self.failed = 0  # requests answered with 500
        self.open()

    def open(self) -> None:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                proxy.answer(self)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        ThreadingHTTPServer.allow_reuse_address = True
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Connections are refused from now on; those that are open fail at their next request."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = self.body_of(request)
        time.sleep(self.delay)
        if self.server is None:
            request.close_connection = True
            return
        if self.fails:
            self.failed += 1
            self.reply(request, 500, [("Content-Type", "application/xml")], BROKEN)
            return
        behind = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=60)
        headers = {k: v for k, v in request.headers.items() if k.lower() not in HOP | {"expect"}}
        headers.pop("Transfer-Encoding", None)
        headers["Content-Length"] = str(len(body))
        behind.request(request.command, request.path, body, headers)
        response = behind.getresponse()
        data = response.read()
        self.reply(request, response.status, response.getheaders(), data)
        behind.close()

    def body_of(self, request: BaseHTTPRequestHandler) -> bytes:
        if "chunked" in request.headers.get("Transfer-Encoding", ""):
            parts = []
            while size := int(request.rfile.readline().split(b";")[0], 16):
                parts.append(request.rfile.read(size))
                request.rfile.readline()
            request.rfile.readline()
            return b"".join(parts)
        return request.rfile.read(int(request.headers.get("Content-Length") or 0))

    def reply(self, request, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
        request.send_response_only(status)
        length = str(len(data))
        for name, value in headers:
            if name.lower() == "content-length" and request.command == "HEAD":
                length = value
            elif name.lower() not in HOP | {"content-length"}:
                request.send_header(name, value)
        request.send_header("Content-Length", length)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(data)
