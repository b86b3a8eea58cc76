"""HTTP to Django, WebSockets and the worker's bell to their consumers."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webstyle.settings")
http = get_asgi_application()

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
