"""WebSockets for people, and the worker's ear for the bell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db.models import Q
from django.utils import timezone

from gallery.models import Rendering
from gallery.owners import Owner, owner_of
from gallery.worker import Worker

RECENT = timedelta(minutes=10)


def jobs_of(owner: Owner) -> list[dict[str, Any]]:
    """Snapshots of an owner's jobs: those to be finished and those that ended a short while ago."""
    recent = Q(state__in=Rendering.UNFINISHED) | Q(finished__gt=timezone.now() - RECENT)
    return [r.snapshot() for r in Rendering.objects.of(owner).filter(recent)[:100]]


class JobsConsumer(AsyncJsonWebsocketConsumer):
    """All jobs of one owner: everything on connect, then each row that changes.

    The page sends nothing. Whoever owns nothing yet is told so with code 4404 and connects again
    after the first upload.
    """

    owner = Owner()

    async def connect(self) -> None:
        self.owner = await self.find_owner()
        await self.accept()
        if not self.owner:
            await self.close(4404)
            return
        await self.channel_layer.group_add(self.owner.group, self.channel_name)
        await self.send_json(
            {"type": "jobs", "jobs": await database_sync_to_async(jobs_of)(self.owner)}
        )

    @database_sync_to_async
    def find_owner(self) -> Owner:
        return owner_of(self.scope["user"], self.scope["session"])

    async def disconnect(self, code: int) -> None:
        if self.owner:
            await self.channel_layer.group_discard(self.owner.group, self.channel_name)

    async def receive(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is expected from the page, and nothing it sends is believed, or even read."""

    async def job_changed(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "job", "job": event["job"]})

    async def owner_gone(self, event: dict[str, Any]) -> None:
        await self.close(4401)


class StylizeConsumer(AsyncConsumer):
    """Hears the bell. It only wakes the lanes: a handler that worked, or raised, would hold up or
    drop every message behind it."""

    async def stylize_bell(self, event: dict[str, Any]) -> None:
        if Worker.current is not None:
            Worker.current.ring()
