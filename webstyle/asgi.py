"""HTTP to Django, WebSockets and the worker's bell to their consumers."""

import os
from collections.abc import AsyncIterator
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from gallery.connections import give_back

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webstyle.settings")
django.setup(set_prefix=False)


class OneThreadHandler(ASGIHandler):
    """Middleware and view on the request's one thread. Django's goes to and fro between it and the
    loop for each middleware that could do with either, and once more for the view: a fifth of what
    a small request costs. A view that is a coroutine function still runs on the loop.

    What is sent piece by piece is sent without the connection to the database that it began with,
    and in answer to HEAD it is not read at all."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        answer: Any = await sync_to_async(self.respond)(request)
        return answer

    def respond(self, request: HttpRequest) -> HttpResponseBase:
        answer: HttpResponseBase = self.get_response(request)
        if isinstance(answer, StreamingHttpResponse):
            give_back()
            if request.method == "HEAD":
                answer.streaming_content = nothing()
        return answer


async def nothing() -> AsyncIterator[bytes]:
    for _ in ():
        yield b""


http = OneThreadHandler()

from channels.auth import AuthMiddlewareStack  # noqa: E402  after the apps are ready
from channels.routing import ChannelNameRouter, ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from gallery.operations.health import Probes  # noqa: E402
from gallery.operations.sockets import SocketLog  # noqa: E402
from gallery.routing import channels, websockets  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": Probes(http),
        "websocket": SocketLog(
            AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websockets))), websockets
        ),
        "channel": ChannelNameRouter(channels),
    }
)
