"""The whole site in one process: Daphne, the channel layer and the worker on one event loop."""

from __future__ import annotations

import asyncio
import logging
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings

from gallery.operations import starting

log = logging.getLogger(__name__)


class Command(starting.StartingCommand):
    help = "Serve the site, and paint in the same process unless --no-worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-worker", action="store_true",
                            help="paint elsewhere, with `manage.py worker`")  # fmt: skip

    def handle(self, *args: Any, host: str, port: int, no_worker: bool, **options: Any) -> None:
        if not settings.CHANNEL_LAYER_URL and no_worker:
            self.give_up(
                "serve --no-worker needs CHANNEL_LAYER_URL: "
                "an in-memory layer reaches no other process"
            )
        if why := starting.refusal(paints=not no_worker):
            self.give_up(why)
        # The reactor has to be installed, on a loop of our own, before Daphne imports one.
        from twisted.internet import asyncioreactor

        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        asyncioreactor.install(loop)
        from daphne.endpoints import build_endpoint_description_strings
        from twisted.internet import reactor
        from twisted.internet.defer import Deferred
        from twisted.internet.threads import deferToThread

        from gallery import notify, settling
        from gallery.decoding import nursery
        from gallery.http import LimitedServer
        from gallery.jobs import worker_name
        from gallery.operations import presence
        from gallery.worker import Worker
        from webstyle.asgi import application

        if not settings.CHANNEL_LAYER_URL:
            notify.use_loop(loop)
        if not no_worker:
            worker = Worker(settings.LANES)
            worker.serves = True
            painting = loop.create_task(worker.run(application))
            painting.add_done_callback(tell)

            def stop() -> Any:
                return Deferred.fromFuture(asyncio.ensure_future(worker.stop(), loop=loop))

            reactor.addSystemEventTrigger("before", "shutdown", stop)  # type: ignore[attr-defined]
        else:
            telling = loop.create_task(presence.report_for_ever(worker_name()))
            leave = partial(presence.leave, worker_name())
            reactor.addSystemEventTrigger("before", "shutdown", telling.cancel)  # type: ignore[attr-defined]
            reactor.addSystemEventTrigger("before", "shutdown", deferToThread, leave)  # type: ignore[attr-defined]
        settling.settle()
        loop.run_in_executor(None, nursery.running)  # else the first upload waits for it
        endpoints = build_endpoint_description_strings(host=host, port=port)
        self.stdout.write(f"webstyle is at http://{host}:{port}/  (Ctrl-C ends it)")
        LimitedServer(application, endpoints=endpoints, server_name="webstyle").run()
        settling.leave()


def tell(painting: asyncio.Task[None]) -> None:
    """Without this a worker that died would take its reason with it."""
    if not painting.cancelled() and (error := painting.exception()):
        log.critical("the worker ended: start the server again", exc_info=error)
