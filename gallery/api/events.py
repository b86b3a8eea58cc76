"""Server-sent events: the state of jobs as it changes, over plain HTTP.

Every event is a whole numbered state, as over the WebSocket: one that is lost does no harm, and who
connects again needs to say nothing of what came before. A stream has an end, and each owner few of
them; the browser's EventSource connects again by itself.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Router

from gallery.api.auth import Caller, caller, scope
from gallery.api.schemas import wrong
from gallery.api.scopes import READ
from gallery.connections import briefly
from gallery.consumers import jobs_of
from gallery.files import own
from gallery.job import Job
from gallery.models import ApiToken
from gallery.refusals import RefusedError

router = Router()
HEARTBEAT = 15  # seconds without news until a comment says that the line is open
MOST, MOST_OF_ALL = 10, 500  # streams at a time: of one owner, and in this process
AGAIN = 5  # seconds until a refused one should ask again
EVENT = {
    "type": "object",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"const": "job"},
        "id": {"type": "string", "description": "The job's seq."},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"anyOf": [{"$ref": "#/components/schemas/Rendering"},
                                        {"$ref": "#/components/schemas/TaughtStyle"}]},
        },
    },
}  # fmt: skip
STREAM: dict[str, Any] = {
    "responses": {
        200: {
            "description": "Events named job, each with a whole state as JSON.",
            "content": {"text/event-stream": {"schema": EVENT}},
        },
        204: {"description": "Ended, and told already: an EventSource stops asking."},
    },
    "parameters": [
        {
            "name": "Last-Event-ID", "in": "header", "required": False,
            "schema": {"type": "string"},
            "description": "Sent by an EventSource that connects again.",
        }
    ],
}  # fmt: skip

running: Counter[str] = Counter()  # streams by the group of their owner


class Stream:
    """What one program hears: of one job, or of all of its owner's."""

    def __init__(self, listener: Caller, job: Job | None = None) -> None:
        self.listener, self.job = listener, job
        self.language = translation.get_language() or settings.LANGUAGE_CODE
        self.seen: dict[str, int] = {}  # the newest number told of each job
        self.over = False

    @property
    def group(self) -> str:
        return self.listener.owner.group

    async def events(self) -> AsyncIterator[str]:
        layer, loop = get_channel_layer(), asyncio.get_running_loop()
        assert layer is not None
        if running[self.group] >= MOST:  # many asked at the same moment
            return
        running[self.group] += 1
        channel = await layer.new_channel()
        hearing: asyncio.Task[Any] | None = None
        try:
            await layer.group_add(self.group, channel)
            yield "retry: 2000\n\n"
            end = loop.time() + settings.EVENT_SECONDS
            for shot in await self.look():
                yield self.tell(shot)
            while not self.over and loop.time() < end:
                hearing = hearing or asyncio.ensure_future(layer.receive(channel))
                await asyncio.wait({hearing}, timeout=min(HEARTBEAT, settings.EVENT_SECONDS))
                if hearing.done():
                    shots, hearing = self.hear(hearing.result()), None
                else:
                    shots = await self.look()  # what was not heard: a message may get lost
                    yield ": here\n\n"
                for shot in shots:
                    yield self.tell(shot)
        finally:
            running[self.group] -= 1
            if not running[self.group]:
                del running[self.group]
            if hearing:
                hearing.cancel()
            await layer.group_discard(self.group, channel)

    def hear(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        """Of a message to all pages of the owner: the state in it, if it is for this stream."""
        if message["type"] != "job.changed":
            # Signed out, or become a member: whoever may still listen connects again.
            self.over = True
            return []
        shot = json.loads(message["jobs"][self.language])
        return [shot] if self.is_news(shot) else []

    @briefly  # a stream is open for long
    def look(self) -> list[dict[str, Any]]:
        """What the table says, as far as it is news; and whether there is still a right to it."""
        if self.listener.token and not is_valid(self.listener.token):
            self.over = True
            return []
        with translation.override(self.language):
            if self.job is None:
                shots = jobs_of(self.listener.owner)
            else:
                rows = type(self.job).objects.of(self.listener.owner).filter(pk=self.job.pk)
                shots = [row.snapshot() for row in rows]
                self.over = not shots  # deleted
        return [shot for shot in shots if self.is_news(shot)]

    def is_news(self, shot: dict[str, Any]) -> bool:
        if self.job is not None and shot["id"] != str(self.job.pk):
            return False
        return shot["seq"] > self.seen.get(shot["id"], -1)

    def tell(self, shot: dict[str, Any]) -> str:
        self.seen[shot["id"]] = shot["seq"]
        if self.job is not None and shot["state"] not in Job.UNFINISHED:
            self.over = True
        data = json.dumps(shot, cls=DjangoJSONEncoder)
        return f"event: job\nid: {shot['seq']}\ndata: {data}\n\n"


def is_valid(token: ApiToken) -> bool:
    found = ApiToken.objects.select_related("user").filter(pk=token.pk).first()
    return found is not None and not found.is_void


def answer(stream: Stream) -> StreamingHttpResponse:
    """Raises RefusedError."""
    if running[stream.group] >= MOST or running.total() >= MOST_OF_ALL:
        raise RefusedError(
            _("%(most)d streams of yours are open: close one first.") % {"most": MOST}, AGAIN
        )
    return StreamingHttpResponse(
        stream.events(),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def follow(request: HttpRequest, model: type[Any], pk: UUID) -> HttpResponse | Any:
    """Of one job of the caller's."""
    job = await briefly(own)(request, model, pk)
    told = request.headers.get("Last-Event-ID", "")
    if job.state not in Job.UNFINISHED and told == str(job.seq):
        return HttpResponse(status=204)
    return answer(Stream(caller(request), job))


@router.get("", response=wrong(), auth=scope(READ), openapi_extra=STREAM, url_name="events")
async def all_events(request: HttpRequest) -> StreamingHttpResponse:
    """Of all your jobs: those that /jobs lists, then each that changes."""
    return answer(Stream(caller(request)))
