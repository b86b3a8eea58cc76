"""A worker by itself, for when the channel layer is Redis."""

from __future__ import annotations

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from gallery.operations import starting


class Command(starting.StartingCommand):
    help = "Paint what is in the queue. SIGTERM gives the running jobs back and ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--lane", action="append", choices=["fast", "slow"],
                            help="only this lane (repeatable; default: LANES)")  # fmt: skip

    def handle(self, *args: Any, lane: list[str] | None, **options: Any) -> None:
        if not settings.CHANNEL_LAYER_URL:
            self.give_up(
                "worker needs CHANNEL_LAYER_URL (redis://host:6379/0): an in-memory layer reaches "
                "no other process; for one process use `manage.py serve`"
            )
        if not (lanes := lane or settings.LANES):
            self.give_up("LANES is empty: use LANES=fast,slow or one of the two, or --lane")
        if why := starting.refusal(paints=True):
            self.give_up(why)
        asyncio.run(self.work(lanes))

    async def work(self, lanes: list[str]) -> None:
        from gallery.settling import settle
        from gallery.worker import Worker
        from webstyle.asgi import application

        worker = Worker(lanes)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, lambda: loop.create_task(worker.stop()))
        settle()
        self.stdout.write(f"worker {worker.name} paints lanes {', '.join(lanes)}")
        await worker.run(application)
