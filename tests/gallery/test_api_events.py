"""Server-sent events: the whole state on connecting, then each change, until the job ends."""

from __future__ import annotations

import asyncio
import gc
import http.client
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import AsyncClient, Client

from gallery import notify, services
from gallery.api import events
from gallery.models import ApiToken, Rendering
from gallery.owners import Owner
from tests import cast
from tests.api import bearer, make_token
from tests.gallery.test_serving import answers
from tests.members import make_member, owner

pytestmark = pytest.mark.django_db(transaction=True)
ALL = "/api/v1/events"


def browser(client: Client) -> AsyncClient:
    """With the same cookies."""
    other = AsyncClient()
    other.cookies = client.cookies
    return other


class Listener:
    """Reads a stream, event by event."""

    def __init__(self, response: Any) -> None:
        assert response.status_code == 200, response.content
        assert response["Content-Type"] == "text/event-stream"
        assert response["X-Accel-Buffering"] == "no"
        self.parts: AsyncIterator[bytes] = aiter(response.streaming_content)

    async def part(self) -> str:
        """As it came; empty at the end."""
        try:
            return (await asyncio.wait_for(anext(self.parts), 20)).decode()
        except StopAsyncIteration:
            return ""

    async def job(self) -> dict[str, Any]:
        """The next state."""
        while (part := await self.part()) and not part.startswith("event: job\n"):
            pass
        assert part, "the stream has ended"
        (data,) = [line for line in part.splitlines() if line.startswith("data: ")]
        found: dict[str, Any] = json.loads(data.removeprefix("data: "))
        assert f"id: {found['seq']}" in part.splitlines()
        return found

    async def close(self) -> None:
        """As who goes away: the stream is taken from under it, and cleaned up by the loop."""
        await self.parts.aclose()  # type: ignore[attr-defined]
        del self.parts
        gc.collect()


async def listening(number: int) -> bool:
    """That so many streams are open, in a moment."""
    for _ in range(200):
        if events.running.total() == number:
            return True
        await asyncio.sleep(0.02)
    return False


async def listen(client: AsyncClient, job: Rendering, **headers: Any) -> Listener:
    return Listener(await client.get(f"{job.api_url}/events", **headers))


change = sync_to_async(lambda job, **values: job.change(**values) and notify.publish(job))


async def test_the_state_comes_at_once_then_each_change_and_it_ends_with_the_job(
    guest: Client, rendering: Rendering
) -> None:
    stream = await listen(browser(guest), rendering)
    assert (await stream.part()).startswith("retry: ")
    assert (await stream.job())["state"] == "queued"
    await change(rendering, state="running", step=1, total=4)
    assert (await stream.job())["step"] == 1
    await change(rendering, state="paused")
    assert (await stream.job())["state"] == "paused"
    await sync_to_async(services.job_cancel)(rendering)
    assert (await stream.job())["state"] == "cancelled"
    assert await stream.part() == ""
    assert not events.running


async def test_of_a_job_that_has_ended_the_end_is_told_once(
    guest: Client, painted: Rendering
) -> None:
    stream = await listen(browser(guest), painted)
    told = await stream.job()
    assert told["state"] == "done"
    assert await stream.part() == ""
    headers = {"headers": {"Last-Event-ID": str(told["seq"])}}
    again = await browser(guest).get(f"{painted.api_url}/events", **headers)
    assert again.status_code == 204, "an EventSource would ask for ever"
    headers = {"headers": {"Last-Event-ID": "nonsense"}}
    stream = await listen(browser(guest), painted, **headers)
    assert (await stream.job())["state"] == "done"
    await stream.close()


async def test_other_jobs_are_not_told_of(guest: Client, rendering: Rendering) -> None:
    (other,) = await sync_to_async(cast.copies)(rendering, 1)
    stream = await listen(browser(guest), rendering)
    await stream.job()
    await change(other, step=3)
    await change(rendering, step=2)
    assert (await stream.job())["id"] == str(rendering.pk)
    await stream.close()


async def test_all_of_ones_jobs_are_heard_at_one_place(guest: Client, rendering: Rendering) -> None:
    (other,) = await sync_to_async(cast.copies)(rendering, 1)
    stream = Listener(await browser(guest).get(ALL))
    assert {(await stream.job())["id"] for _ in range(2)} == {str(rendering.pk), str(other.pk)}
    await change(other, state="done")
    told = await stream.job()
    assert (told["id"], told["state"]) == (str(other.pk), "done")
    await change(rendering, step=2)
    assert (await stream.job())["step"] == 2, "it goes on"
    await stream.close()


async def test_what_others_do_is_not_heard(
    guest: Client, stranger: Client, rendering: Rendering
) -> None:
    answer = await browser(stranger).get(f"{rendering.api_url}/events")
    assert answer.status_code == 404
    stream = Listener(await browser(stranger).get(ALL))
    waiting = asyncio.ensure_future(stream.job())
    await asyncio.sleep(0.1)
    await change(rendering, step=2)
    await asyncio.sleep(0.3)
    assert not waiting.done()
    waiting.cancel()


async def test_who_hears_nothing_hears_that_the_line_is_open(
    guest: Client, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.05)
    stream = await listen(browser(guest), rendering)
    await stream.job()
    assert await stream.part() == ": here\n\n"
    await stream.close()


async def test_a_change_that_was_not_heard_is_seen_with_the_next_heartbeat(
    guest: Client, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.1)
    stream = await listen(browser(guest), rendering)
    await stream.job()
    await sync_to_async(rendering.change)(state="failed", error="Oh")  # and no word of it
    assert (await stream.job())["state"] == "failed"
    assert await stream.part() == ""


async def test_a_deleted_job_ends_its_stream(
    guest: Client, painted: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.05)
    await sync_to_async(painted.change)(state="paused")
    stream = await listen(browser(guest), painted)
    await stream.job()
    await sync_to_async(Rendering.objects.filter(pk=painted.pk).delete)()
    assert "" in [await stream.part() for _ in range(5)]


async def test_it_ends_after_a_while(
    guest: Client, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "EVENT_SECONDS", 0.2)
    monkeypatch.setattr(events, "HEARTBEAT", 0.05)
    stream = await listen(browser(guest), rendering)
    while await stream.part():
        pass
    assert not events.running


async def test_a_revoked_token_hears_no_more(user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.1)
    photo = await sync_to_async(cast.make_photo)(owner(user))
    job = await sync_to_async(cast.submit)(photo)
    secret = await sync_to_async(make_token)(user, "read")
    stream = await listen(AsyncClient(), job, **bearer(secret))
    await stream.job()
    await sync_to_async(ApiToken.objects.all().delete)()
    parts = [await stream.part() for _ in range(5)]
    assert parts[-1] == "", "it goes on"
    assert not any(part.startswith("event:") for part in parts)


@pytest.mark.parametrize("how", ["gone", "moved"])
async def test_who_signs_out_or_in_hears_no_more(
    guest: Client, rendering: Rendering, how: str
) -> None:
    stream = await listen(browser(guest), rendering)
    await stream.job()
    if how == "gone":
        await sync_to_async(notify.close_sockets)(cast.GUEST.group)
    else:
        await sync_to_async(notify.move_sockets)(cast.GUEST.group, Owner(user_id=1))
    assert await stream.part() == ""


async def test_their_number_is_limited(
    guest: Client, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST", 2)
    client = browser(guest)
    streams = [await listen(client, rendering) for _ in range(2)]
    for stream in streams:
        await stream.job()
    refused = await client.get(f"{rendering.api_url}/events")
    assert (refused.status_code, refused["Retry-After"]) == (429, "5")
    await streams.pop().close()
    assert await listening(1)
    another = await listen(client, rendering)
    assert (await another.job())["state"] == "queued"
    for stream in (*streams, another):
        await stream.close()
    assert await listening(0)


async def test_those_that_ask_at_the_same_moment_are_no_more(
    guest: Client, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST", 2)
    streams = [await listen(browser(guest), rendering) for _ in range(5)]
    first = [await stream.part() for stream in streams]
    assert sum(map(bool, first)) == 2
    for stream in streams:
        await stream.close()
    assert await listening(0)


async def test_the_words_are_in_the_language_of_who_asks(
    guest: Client, rendering: Rendering
) -> None:
    chinese = {"headers": {"Accept-Language": settings.LANGUAGES[1][0]}}
    await change(rendering, stage="Looking at the photo")
    stream = await listen(browser(guest), rendering, **chinese)
    assert (await stream.job())["stage"] == "正在观察照片"
    await change(rendering, stage="Drying")
    told = (await stream.job())["stage"]
    assert told
    assert told.isascii() is False
    await stream.close()


def test_who_goes_away_is_forgotten_by_the_server(tmp_path: Path) -> None:
    """More streams than anybody may have, one after the other, each left in the middle."""
    user: Any = make_member()
    cast.submit(cast.make_photo(owner(user)))
    port, log = cast.free_port(), tmp_path / "serve.log"
    headers = {"Authorization": f"Bearer {make_token(user, 'read')}"}

    def open_one() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", ALL, headers=headers)
        answer = connection.getresponse()
        if answer.status == 200:
            assert answer.read1(10).startswith(b"retry: ")
        connection.close()
        return answer.status

    with cast.managing(log, "serve", "--port", port, LANES=""):
        cast.wait_until(lambda: answers(port), log)
        for _ in range(3 * events.MOST):
            cast.wait_until(lambda: open_one() == 200, log, seconds=20)


def test_many_listen_and_pages_are_answered_all_the_same(tmp_path: Path) -> None:
    """A stream holds no thread."""
    users = [make_member(f"member-{number}") for number in range(8)]
    port, log = cast.free_port(), tmp_path / "serve.log"
    open_ones = []
    with cast.managing(log, "serve", "--port", port, LANES=""):
        cast.wait_until(lambda: answers(port), log)
        for user in users:
            headers = {"Authorization": f"Bearer {make_token(user, 'read')}"}
            for _ in range(events.MOST):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                connection.request("GET", ALL, headers=headers)
                answer = connection.getresponse()
                assert answer.status == 200
                open_ones.append((connection, answer))
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        plain.request("GET", "/api/v1/styles")
        assert plain.getresponse().status == 200
        assert len(open_ones) == 80
        for connection, _ in open_ones:
            connection.close()
