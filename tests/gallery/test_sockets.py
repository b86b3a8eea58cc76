"""A page hears of its owner's jobs, of nobody else's, and cannot do anything by talking."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from autobahn.exception import Disconnected
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from gallery import consumers, notify, services
from gallery.models import Photo, Rendering
from gallery.operations.sockets import SocketLog
from tests import backends, cast

pytestmark = pytest.mark.django_db(transaction=True)


def socket(client: Client | None = None, **values: Any) -> WebsocketCommunicator:
    return cast.socket_of(client, "/ws/jobs/", **values)


async def connected(client: Client) -> tuple[WebsocketCommunicator, list[dict[str, Any]]]:
    page = socket(client)
    accepted, _ = await page.connect(timeout=5)
    assert accepted
    told = await page.receive_json_from(timeout=5)
    assert told["type"] == "jobs"
    return page, told["jobs"]


async def test_on_connect_a_page_is_told_of_all_its_jobs(
    guest: Client, rendering: Rendering
) -> None:
    page, jobs = await connected(guest)
    assert [job["id"] for job in jobs] == [str(rendering.pk)]
    assert jobs[0]["state"] == "queued"
    await page.disconnect()


async def test_then_each_change_arrives_as_a_whole_snapshot(
    guest: Client, rendering: Rendering
) -> None:
    page, jobs = await connected(guest)
    await sync_to_async(services.job_cancel)(rendering)
    told = await page.receive_json_from(timeout=5)
    assert told["type"] == "job"
    assert told["job"].keys() == jobs[0].keys()
    assert told["job"]["state"] == "cancelled"
    assert told["job"]["seq"] > jobs[0]["seq"]
    await page.disconnect()


async def test_a_painting_is_heard_from_start_to_end(guest: Client, rendering: Rendering) -> None:
    page, _ = await connected(guest)
    await sync_to_async(cast.run_all)()
    states, numbers = [], []
    while "done" not in states:
        job = (await page.receive_json_from(timeout=5))["job"]
        states.append(job["state"])
        numbers.append(job["seq"])
    assert states[0] == "running"
    assert numbers == sorted(set(numbers))
    await page.disconnect()


async def test_a_new_job_is_heard_on_every_page_of_its_owner(guest: Client, photo: Photo) -> None:
    pages = [(await connected(guest))[0] for _ in range(2)]
    rendering = await sync_to_async(cast.submit)(photo)
    for page in pages:
        assert (await page.receive_json_from(timeout=5))["job"]["id"] == str(rendering.pk)
        await page.disconnect()


async def test_a_stranger_hears_nothing_of_it(
    guest: Client, stranger: Client, rendering: Rendering
) -> None:
    other, jobs = await connected(stranger)
    assert jobs == []
    page, _ = await connected(guest)
    await sync_to_async(services.job_cancel)(rendering)
    assert (await page.receive_json_from(timeout=5))["type"] == "job"  # it was sent
    assert await other.receive_nothing(timeout=0.3)
    for each in (page, other):
        await each.disconnect()


async def test_a_member_hears_of_the_accounts_jobs(member: Client, photo: Photo) -> None:
    user = await get_user_model().objects.aget(username="member")
    await Photo.objects.aupdate(owner=user, guest="")
    rendering = await sync_to_async(lambda: cast.submit(Photo.objects.get()))()
    page, jobs = await connected(member)
    assert [job["id"] for job in jobs] == [str(rendering.pk)]
    await page.disconnect()


async def test_who_owns_nothing_yet_is_told_so(client: Client, transactional_db: None) -> None:
    page = socket(client)
    accepted, _ = await page.connect(timeout=5)
    assert accepted
    closed = await page.receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4404)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", None])
async def test_a_page_of_another_site_is_refused(guest: Client, origin: str | None) -> None:
    accepted, _ = await socket(guest, origin=origin).connect(timeout=5)
    assert not accepted


@pytest.mark.parametrize(
    "message",
    [
        {"text": "not json {"},
        {"text": '{"type": "job.changed", "job": {"state": "done"}}'},
        {"text": '{"type": "owner.gone"}'},
        {"text": "[" * 50_000},
        {"text": ""},
        {"bytes": b"\x00\xff\xfe"},
    ],
    ids=["no JSON", "a snapshot", "a command", "deep", "empty", "bytes"],
)
async def test_what_a_page_sends_does_no_harm(
    guest: Client, rendering: Rendering, message: dict[str, Any]
) -> None:
    page, _ = await connected(guest)
    await page.send_input({"type": "websocket.receive"} | message)
    assert await page.receive_nothing(timeout=0.1)
    await sync_to_async(services.job_cancel)(rendering)
    told = await page.receive_json_from(timeout=5)
    assert told["job"]["state"] == "cancelled"
    await page.disconnect()


async def test_a_page_that_has_gone_hears_nothing_more(guest: Client, rendering: Rendering) -> None:
    page, _ = await connected(guest)
    await page.disconnect()
    await sync_to_async(services.job_cancel)(rendering)
    assert await page.receive_nothing(timeout=0.1)


async def test_all_pages_of_an_owner_can_be_closed(guest: Client, rendering: Rendering) -> None:
    page, _ = await connected(guest)
    await sync_to_async(notify.close_sockets)(cast.GUEST.group)
    closed = await page.receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4401)


async def test_long_ended_jobs_are_not_told_again(guest: Client, rendering: Rendering) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    await sync_to_async(rendering.change)(state="done", finished=long_ago)
    page, jobs = await connected(guest)
    assert jobs == []
    await page.disconnect()


def forget_groups() -> None:
    """As a Redis that was flushed, or came back empty."""
    if settings.CHANNEL_LAYER_URL:
        backends.redis_at(settings.CHANNEL_LAYER_URL).flushdb()
    else:
        get_channel_layer().groups.clear()


async def heard_until_it_ended(page: WebsocketCommunicator, rendering: Rendering) -> dict[str, Any]:
    job: dict[str, Any] = {"id": "", "state": ""}
    while job["id"] != str(rendering.pk) or job["state"] in Rendering.UNFINISHED:
        told = await page.receive_json_from(timeout=5)
        assert told["type"] == "job"
        job = told["job"]
    return job


async def test_a_page_in_no_group_is_told_of_a_job_that_it_never_heard_of(
    guest: Client, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began and ended while nobody knew where to tell it."""
    monkeypatch.setattr(consumers, "REJOIN", 1)
    page, jobs = await connected(guest)
    assert jobs == []
    forget_groups()
    rendering = await sync_to_async(cast.submit)(photo)
    await sync_to_async(services.job_cancel)(rendering)
    assert (await heard_until_it_ended(page, rendering))["state"] == "cancelled"
    assert await page.receive_nothing(timeout=2.5)  # once
    await page.disconnect()


async def test_nor_does_it_wait_for_one_while_it_hears_of_another(
    guest: Client, photo: Photo, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "REJOIN", 1)
    page, _jobs = await connected(guest)  # waits for the first
    forget_groups()
    second = await sync_to_async(cast.submit)(photo)
    await sync_to_async(services.job_cancel)(second)
    assert (await heard_until_it_ended(page, second))["state"] == "cancelled"
    await sync_to_async(services.job_cancel)(rendering)
    assert (await heard_until_it_ended(page, rendering))["state"] == "cancelled"
    await page.disconnect()


async def test_a_page_is_told_when_a_job_it_waits_for_is_gone(
    guest: Client, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "REJOIN", 1)
    page, _jobs = await connected(guest)
    await Rendering.objects.filter(pk=rendering.pk).aupdate(deleted=timezone.now())
    assert await page.receive_json_from(timeout=5) == {"type": "jobs", "jobs": []}
    await page.disconnect()


async def test_a_page_that_closes_while_it_is_told_is_no_error() -> None:
    """Daphne raises it, until the socket's consumer has heard that it is closed."""
    heard = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.disconnect", "code": 1001}

    async def send(message: dict[str, Any]) -> None:
        raise Disconnected("Attempt to send on a closed protocol")

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.send", "text": "{}"})
        heard.append(await receive())

    await SocketLog(app, [])({"path": "/ws/jobs/"}, receive, send)
    assert heard == [await receive()]


async def test_a_socket_whose_consumer_was_cancelled_is_closed() -> None:
    """Its page opens another; one that stays open and says nothing is waited on."""
    said = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await SocketLog(app, [])({"path": "/ws/jobs/"}, receive, send)
    assert said == [{"type": "websocket.close", "code": 1011}]
