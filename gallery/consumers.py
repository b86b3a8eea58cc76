"""WebSockets for people, and the worker's ears for the bell and for wishes."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from itertools import chain
from typing import Any

from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from gallery import mixing
from gallery.job import Job, kinds
from gallery.languages import language_of
from gallery.limits import addresses, rates, sockets
from gallery.limits.line import lined_up
from gallery.models import Photo
from gallery.moderation.bans import banned
from gallery.operations import context
from gallery.owners import Owner, owner_of
from gallery.refusals import RefusedError
from gallery.told import told
from gallery.worker import Worker
from webstyle.engine.events import EngineError

log = logging.getLogger(__name__)
RECENT = timedelta(minutes=10)
REJOIN = 20  # seconds between two times that a socket says that it is there
PATIENCE = 10  # seconds until a wish that nobody answers is sent again


def lately(owner: Owner) -> list[QuerySet[Any]]:
    """An owner's jobs of each kind: those to be finished and those that ended a short while ago."""
    recent = Q(state__in=Job.UNFINISHED) | Q(finished__gt=Now() - RECENT)
    return [kind.objects.of(owner).filter(recent)[:100] for kind in kinds()]


def jobs_of(owner: Owner) -> list[dict[str, Any]]:
    """Snapshots of them."""
    return [job.snapshot() for job in lined_up(chain.from_iterable(lately(owner)))]


def numbers_of(owner: Owner) -> dict[str, int]:
    """Which they are, and how often each has changed."""
    found = chain.from_iterable(jobs.values_list("pk", "seq") for jobs in lately(owner))
    return {str(pk): seq for pk, seq in found}


class OwnersConsumer(AsyncJsonWebsocketConsumer):
    """A socket of one owner. Whoever has no business here is told so with code 4404, and with 4401
    once the owner has logged out; 4429 is for too many sockets, or too much that comes over one.
    """

    owner = Owner()
    language = ""  # of who looks
    place: sockets.Place | None = None  # among those that are open
    staying: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        self.language = language_of(self.scope)
        owner = await self.find_owner()
        await self.accept()
        if not owner:
            await self.close(4404)
            return
        address = addresses.key_of(addresses.of_scope(self.scope))
        self.place = await self.admitted(owner, address)
        if self.place is None:
            await self.refuse(_("Too many pages of this site are open from here: close some."))
            return
        self.owner = owner
        context.note(owner=context.owner_mark(owner.group))
        await self.channel_layer.group_add(owner.group, self.channel_name)
        await self.begin()
        self.staying = asyncio.create_task(self.stay())

    async def stay(self) -> None:
        """A Redis that lost its memory knows of no group, and one that did not forgets who joined a
        day ago: without this an open socket would hear nothing any more."""
        while True:
            await asyncio.sleep(REJOIN)
            try:
                await self.channel_layer.group_add(self.owner.group, self.channel_name)
                await self.catch_up()
            except Exception as error:
                log.warning("a socket cannot be told whether it missed something: %s", error)

    async def catch_up(self) -> None:
        """What was told while this socket was in no group."""

    @database_sync_to_async
    def find_owner(self) -> Owner:
        owner = owner_of(self.scope["user"], self.scope["session"])
        return owner if self.admits(owner) and not banned(owner) else Owner()

    def admits(self, owner: Owner) -> bool:
        return bool(owner)

    async def admitted(self, owner: Owner, address: str) -> sockets.Place | None:
        try:
            await self.count_opened(address)
        except RefusedError:
            return None
        return sockets.Place.take(owner.group, address)

    @database_sync_to_async
    def count_opened(self, address: str) -> None:
        rates.take_all("socket", rates.counters("socket", address=address))

    async def refuse(self, reason: Any) -> None:
        """Told, because a close code has no words, and closed. The page tries again later."""
        with translation.override(self.language):
            said = str(reason)
        await self.send_json({"type": "refused", "error": said})
        await self.close(sockets.TOO_MANY)

    async def begin(self) -> None:
        """The first word to the page."""

    async def disconnect(self, code: int) -> None:
        if self.place:
            self.place.leave()
        if self.staying:
            self.staying.cancel()
        if self.owner:
            await self.channel_layer.group_discard(self.owner.group, self.channel_name)

    async def job_changed(self, event: dict[str, Any]) -> None:
        """Told to all sockets of the owner."""

    async def owner_gone(self, event: dict[str, Any]) -> None:
        await self.close(4401)

    async def owner_moved(self, event: dict[str, Any]) -> None:
        """The guest has signed in, and all of the guest's is the member's."""
        await self.channel_layer.group_discard(self.owner.group, self.channel_name)
        self.owner = Owner(user_id=event["user"])
        if self.place:
            self.place.move(self.owner.group)
        await self.channel_layer.group_add(self.owner.group, self.channel_name)


class JobsConsumer(OwnersConsumer):
    """All jobs of one owner: everything on connect, then each row that changes.

    The page sends nothing. Whoever owns nothing yet connects again after the first upload.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pace = sockets.silent()
        self.heard: dict[str, int] = {}  # the newest number that was told of each job
        self.open: set[str] = set()  # those of them that are to be finished

    async def begin(self) -> None:
        jobs = await self.look()
        self.heard, self.open = {}, set()
        for job in jobs:
            self.note(job)
        await self.send_json({"type": "jobs", "jobs": jobs})

    async def look(self) -> list[dict[str, Any]]:
        with translation.override(self.language):
            return await database_sync_to_async(jobs_of)(self.owner)

    def note(self, job: dict[str, Any]) -> None:
        """``job``: at least ``id``, ``state`` and ``seq`` of a snapshot."""
        self.heard[job["id"]] = max(job["seq"], self.heard.get(job["id"], 0))
        if job["state"] in Job.UNFINISHED:
            self.open.add(job["id"])
        else:
            self.open.discard(job["id"])

    async def catch_up(self) -> None:
        """Even when nothing is waited for: of a job that began and ended while this socket was in
        no group it has never heard. All of them are looked at only if there is news."""
        known = set(self.heard)
        numbers = await database_sync_to_async(numbers_of)(self.owner)
        if self.open & known - numbers.keys():  # ended long ago, or deleted
            await self.begin()
            return
        for pk in known - numbers.keys():
            self.heard.pop(pk, None)
        if all(self.heard.get(pk, -1) >= seq for pk, seq in numbers.items()):
            return
        for job in await self.look():
            if job["seq"] > self.heard.get(job["id"], -1):
                self.note(job)
                await self.send_json({"type": "job", "job": job})

    async def owner_moved(self, event: dict[str, Any]) -> None:
        await super().owner_moved(event)
        await self.begin()  # what changed between the two groups was heard in neither

    async def receive(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is expected from the page, and nothing it sends is believed, or even read."""
        if not self.pace.allows():
            await self.close(sockets.TOO_MANY)

    async def job_changed(self, event: dict[str, Any]) -> None:
        self.note(event)
        await self.send(text_data=f'{{"type": "job", "job": {event["jobs"][self.language]}}}')


class MixConsumer(OwnersConsumer):
    """Mixtures of one photo of the owner's: wishes in, pictures out.

    The page may wish as fast as it likes: one wish at a time is under way, and of those that come
    meanwhile only the newest is next. A picture is 4 bytes ``n``, big-endian, and a JPEG. No hand
    is as fast as the limit of wishes: whoever gets past it is a program, and is shown out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pace = sockets.Pace.of("mix")
        self.newest: dict[str, Any] = {}  # the wish that is next
        self.wished = asyncio.Event()
        self.asked = -1  # n of the wish that is under way
        self.answer: asyncio.Future[dict[str, Any]] | None = None
        self.mixing: asyncio.Task[None] | None = None

    def admits(self, owner: Owner) -> bool:
        return Photo.objects.of(owner).filter(pk=self.photo).exists()

    @property
    def photo(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["pk"])

    async def __call__(self, *args: Any, **kwargs: Any) -> None:
        """However it ends: a server that ends does not wait for the page to disconnect."""
        try:
            await super().__call__(*args, **kwargs)
        finally:
            self.stop()

    async def begin(self) -> None:
        await self.send_json({"type": "ready"})
        self.mixing = asyncio.create_task(self.mix())

    async def owner_gone(self, event: dict[str, Any]) -> None:
        self.stop()
        await super().owner_gone(event)

    def stop(self) -> None:
        if self.mixing:
            self.mixing.cancel()

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        if not self.pace.allows():
            await self.refuse(_("Too many wishes in a short time. Wait a minute, then go on."))
            return
        n = None
        try:
            wish = mixing.read_wish(text_data)
            n = wish["n"]
            self.newest = {"n": n, "recipe": mixing.recipe_of(wish).to_json()}
            self.wished.set()
        except EngineError as error:
            await self.send_json({"n": n, "error": self.told(error)})

    async def mix(self) -> None:
        """Wish after wish, until the socket closes."""
        while True:
            await self.wished.wait()
            self.wished.clear()
            wish = self.newest
            answer = await self.ask(wish)
            if "image" in answer:
                await self.send(bytes_data=wish["n"].to_bytes(4, "big") + answer["image"])
            else:
                await self.send_json({"n": wish["n"], "error": self.told(answer["error"])})

    async def ask(self, wish: dict[str, Any]) -> dict[str, Any]:
        """The answer of a worker; a message may get lost, so it is asked twice."""
        message = {"type": "mix.wish", "page": self.channel_name, "photo": self.photo, **wish}
        self.asked = wish["n"]
        for __ in range(2):
            self.answer = asyncio.get_running_loop().create_future()
            try:
                await self.channel_layer.send(mixing.WISHES, message)
                return await asyncio.wait_for(self.answer, PATIENCE)
            except TimeoutError:
                log.warning("no worker answered a wish within %s s", PATIENCE)
            except Exception as error:  # the layer is full, or away
                log.warning("channel layer did not take a wish: %s", error)
                break
        return {"error": "The painters do not answer just now. Try again in a moment."}

    def told(self, said: object) -> str:
        with translation.override(self.language):
            return told(said)

    async def mix_answer(self, event: dict[str, Any]) -> None:
        """What comes a second time, or too late, is for no wish that is under way."""
        if self.answer and not self.answer.done() and event["n"] == self.asked:
            self.answer.set_result(event)


class StylizeConsumer(AsyncConsumer):
    """Hears the bell. It only wakes the lanes: a handler that worked, or raised, would hold up or
    drop every message behind it."""

    async def stylize_bell(self, event: dict[str, Any]) -> None:
        if Worker.current is not None:
            Worker.current.ring()


class WishConsumer(AsyncConsumer):
    """Hears what pages wish to have mixed, and only hands it on."""

    async def mix_wish(self, event: dict[str, Any]) -> None:
        if Worker.current is not None:
            await Worker.current.mixtures.take(event)
