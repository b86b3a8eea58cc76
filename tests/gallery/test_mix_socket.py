"""Pictures that follow the hand: a wish in, a picture out, and only the newest wish counts."""

from __future__ import annotations

import asyncio
import io
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.test import Client
from PIL import Image

from gallery import consumers, mixing, notify
from gallery.models import Photo, Rendering
from gallery.worker import Worker
from tests import cast
from tests.engine.painting import difference
from tests.pencil import Pencil
from webstyle.asgi import application
from webstyle.engine import images
from webstyle.engine.device import pick_device
from webstyle.engine.engines.stylebank import StyleBank
from webstyle.engine.recipe import Recipe

pytestmark = pytest.mark.django_db(transaction=True)
WISH = {"styles": [["udnie", 0.4], ["great-wave", 0.6]], "strength": 0.8, "keep_color": True,
        "size": 384}  # fmt: skip
RECIPE = Recipe((("udnie", 0.4), ("great-wave", 0.6)), strength=0.8, keep_color=True, size=384)


def socket(client: Client, photo: Any) -> WebsocketCommunicator:
    return cast.socket_of(client, f"/ws/mix/{photo}/")


async def connected(client: Client, photo: Photo) -> WebsocketCommunicator:
    page = socket(client, photo.pk)
    accepted, _ = await page.connect(timeout=5)
    assert accepted
    assert await page.receive_json_from(timeout=5) == {"type": "ready"}
    return page


async def closed(page: WebsocketCommunicator) -> int:
    told = await page.receive_output(timeout=5)
    assert told["type"] == "websocket.close"
    return int(told["code"])


async def ask(page: WebsocketCommunicator, n: int, **values: Any) -> None:
    await page.send_json_to(WISH | {"n": n} | values)


async def picture(page: WebsocketCommunicator, seconds: float = 60) -> tuple[int, bytes]:
    """The next answer's number and JPEG."""
    answer = await page.receive_from(timeout=seconds)
    assert isinstance(answer, bytes), answer
    return int.from_bytes(answer[:4], "big"), answer[4:]


async def told(page: WebsocketCommunicator) -> dict[str, Any]:
    answer: dict[str, Any] = await page.receive_json_from(timeout=5)
    assert answer.keys() == {"n", "error"}
    return answer


def decoded(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg), formats=["JPEG"])


async def heard(seconds: float = 5) -> dict[str, Any]:
    """What a worker hears next."""
    return await asyncio.wait_for(get_channel_layer().receive(mixing.WISHES), seconds)


async def answer(wish: dict[str, Any], **what: Any) -> None:
    """As a worker would."""
    await mixing.answer(wish, **(what or {"image": b"JPEG"}))


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    """One of this process, with the slow lane."""
    worker = Worker(["slow"])
    running = asyncio.create_task(worker.run(application))
    yield worker
    await worker.stop()
    await running


@pytest.fixture(autouse=True)
async def _empty_layer() -> AsyncIterator[None]:
    yield
    await get_channel_layer().flush()


async def test_a_wish_is_answered_with_its_number_and_stylebanks_picture(
    guest: Client, photo: Photo, worker: Worker
) -> None:
    page = await connected(guest, photo)
    await ask(page, 2**32 - 1)
    n, jpeg = await picture(page)
    assert n == 2**32 - 1
    content = await sync_to_async(mixing.open_photo)(str(photo.pk))
    *_, last = StyleBank().run(content, RECIPE, device=pick_device("cpu"))
    expected = decoded(images.encode(last.picture, "jpg", quality=mixing.QUALITY))
    assert difference(decoded(jpeg), expected) < 0.5  # other numbers of threads sum up differently
    await page.disconnect()


async def test_every_wish_of_a_slow_hand_is_answered_in_order(
    guest: Client, photo: Photo, worker: Worker
) -> None:
    page = await connected(guest, photo)
    seen = []
    for n in range(3):
        await ask(page, n, strength=n / 3)
        seen.append(await picture(page))
    assert [n for n, _ in seen] == [0, 1, 2]
    assert len({jpeg for _, jpeg in seen}) == 3
    await page.disconnect()


async def test_only_one_wish_is_under_way_and_the_newest_is_next(
    guest: Client, photo: Photo
) -> None:
    page = await connected(guest, photo)
    for n in (1, 2, 3, 4):
        await ask(page, n)
    first = await heard()
    with pytest.raises(TimeoutError):
        await heard(0.2)
    await answer(first)
    second = await heard()
    assert (first["n"], second["n"]) == (1, 4)
    await answer(second)
    assert [await picture(page), await picture(page)] == [(1, b"JPEG"), (4, b"JPEG")]
    await page.disconnect()


async def test_an_answer_that_comes_twice_or_too_late_is_not_passed_on(
    guest: Client, photo: Photo
) -> None:
    page = await connected(guest, photo)
    await ask(page, 1)
    first = await heard()
    await answer(first)
    await answer(first)
    await ask(page, 2)
    second = await heard()
    await answer(first)
    await answer(second)
    assert [await picture(page), await picture(page)] == [(1, b"JPEG"), (2, b"JPEG")]
    assert await page.receive_nothing(timeout=0.1)
    await page.disconnect()


async def test_a_wish_nobody_answers_is_sent_again_and_then_the_page_is_told(
    guest: Client, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "PATIENCE", 0.2)
    page = await connected(guest, photo)
    await ask(page, 7)
    assert await heard() == await heard()
    answer = await told(page)
    assert answer["n"] == 7
    assert "Try again" in answer["error"]
    with pytest.raises(TimeoutError):
        await heard(0.1)
    await ask(page, 8)
    assert (await heard())["n"] == 8
    await page.disconnect()


async def test_without_its_channel_layer_a_page_is_told_at_once(
    guest: Client, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await connected(guest, photo)

    async def away(*args: Any) -> None:
        raise ConnectionError("away")

    monkeypatch.setattr(get_channel_layer(), "send", away)
    await ask(page, 7)
    assert (await told(page))["n"] == 7
    await page.disconnect()


async def test_anothers_photo_is_as_little_there_as_one_that_never_was(
    client: Client, guest: Client, stranger: Client, member: Client, photo: Photo
) -> None:
    others = [(who, photo.pk) for who in (client, stranger, member)]
    for who, pk in (*others, (guest, uuid.uuid4())):
        page = socket(who, pk)
        accepted, _ = await page.connect(timeout=5)
        assert accepted
        assert await closed(page) == 4404


async def test_what_a_stranger_sends_nevertheless_goes_nowhere(
    stranger: Client, photo: Photo
) -> None:
    page = socket(stranger, photo.pk)
    await page.connect(timeout=5)
    assert await closed(page) == 4404
    await ask(page, 1)
    with pytest.raises(TimeoutError):
        await heard(0.2)


async def test_a_page_of_another_site_is_refused(guest: Client, photo: Photo) -> None:
    page = cast.socket_of(guest, f"/ws/mix/{photo.pk}/", "https://evil.example")
    accepted, _ = await page.connect(timeout=5)
    assert not accepted


async def test_after_logout_it_is_closed_and_a_picture_under_way_is_not_shown(
    guest: Client, photo: Photo
) -> None:
    page = await connected(guest, photo)
    await ask(page, 1)
    wish = await heard()
    await sync_to_async(notify.close_sockets)(cast.GUEST.group)
    assert await closed(page) == 4401
    await answer(wish)
    assert await page.receive_nothing(timeout=0.1)


async def test_news_of_jobs_is_no_business_of_this_page(
    guest: Client, photo: Photo, rendering: Rendering
) -> None:
    page = await connected(guest, photo)
    await sync_to_async(notify.publish)(rendering)
    assert await page.receive_nothing(timeout=0.1)
    await page.disconnect()


BAD = {
    "no JSON": "not json {",
    "a list": "[1]",
    "no number": json.dumps(WISH),
    "a negative number": json.dumps(WISH | {"n": -1}),
    "a number beyond 4 bytes": json.dumps(WISH | {"n": 2**32}),
    "a truth for a number": json.dumps(WISH | {"n": True}),
    "deep": "[" * 4000,
    "too long": json.dumps(WISH | {"n": 1, "more": "x" * 4096}),
    "empty": "",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
async def test_a_message_that_cannot_be_read_is_told_so(
    guest: Client, photo: Photo, text: str
) -> None:
    page = await connected(guest, photo)
    await page.send_input({"type": "websocket.receive", "text": text})
    answer = await told(page)
    assert answer["n"] is None
    assert "The message" in answer["error"]
    await ask(page, 2)
    assert (await heard())["n"] == 2
    await page.disconnect()


async def test_a_binary_message_is_told_so(guest: Client, photo: Photo) -> None:
    page = await connected(guest, photo)
    await page.send_to(bytes_data=b"\x00\xff")
    assert "no text" in (await told(page))["error"]
    await page.disconnect()


UNWISE = [
    ({"size": 4096}, "size 4096 cannot be had: use 384, 512, 1024"),
    ({"size": None}, "size None cannot be had"),
    ({"styles": []}, "no style: name at least one"),
    ({"styles": [["udnie", 0]]}, "no style: name at least one"),
    ({"styles": None}, "styles cannot be read"),
    ({"styles": ["udnie"]}, "styles cannot be read"),
    ({"styles": [["udnie", -1]]}, "weight -1 of style 'udnie' is out of range"),
    ({"styles": [["udnie", "much"]]}, "recipe cannot be read"),
    ({"styles": [["udnie", float("nan")]]}, "weight nan of style 'udnie'"),
    ({"styles": [["udnie", 10**400]]}, "recipe cannot be read"),
    ({"styles": [["nobody", 1]]}, "unknown style 'nobody': choose from"),
    ({"styles": [["painting:" + str(uuid.uuid4()), 1]]}, "unknown style 'painting:"),
    ({"styles": [["udnie", 1]] * 5}, "5 styles are too many: mix at most 4"),
    ({"strength": 1.5}, "strength 1.5 is out of range"),
    ({"strength": "full"}, "recipe cannot be read"),
]


@pytest.mark.parametrize(("values", "error"), UNWISE, ids=[error for _, error in UNWISE])
async def test_a_wish_that_cannot_be_had_is_told_why(
    guest: Client, photo: Photo, values: dict[str, Any], error: str
) -> None:
    page = await connected(guest, photo)
    await ask(page, 5, **values)
    answer = await told(page)
    assert answer["n"] == 5
    assert error in answer["error"]
    with pytest.raises(TimeoutError):
        await heard(0.05)
    await page.disconnect()


async def test_a_style_at_nought_is_left_out(guest: Client, photo: Photo) -> None:
    page = await connected(guest, photo)
    await ask(page, 1, styles=[["udnie", 0], ["great-wave", 1], ["the-scream", 0.0]])
    assert (await heard())["recipe"]["styles"] == [["great-wave", 1.0]]
    await page.disconnect()


async def test_a_photo_deleted_meanwhile_is_told_so(
    guest: Client, photo: Photo, worker: Worker
) -> None:
    page = await connected(guest, photo)
    await Photo.objects.all().adelete()
    await ask(page, 1)
    assert await told(page) == {"n": 1, "error": "The photo is deleted: choose another."}
    await page.disconnect()


async def test_a_mixture_that_fails_takes_no_other_with_it(
    guest: Client, photo: Photo, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await connected(guest, photo)
    with monkeypatch.context() as broken:
        broken.setattr(mixing, "open_photo", lambda pk: 1 / 0)
        await ask(page, 1)
        assert "Something went wrong" in (await told(page))["error"]
    await ask(page, 2)
    assert (await picture(page))[0] == 2
    await page.disconnect()


async def test_a_busy_lane_does_not_hold_it_up(
    guest: Client, drawing: Rendering, pencil: type[Pencil], worker: Worker
) -> None:
    """The slow job does not end before the picture is there."""
    page = await connected(guest, await Photo.objects.aget())
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()
    pencil.at[3] = lambda: asyncio.run_coroutine_threadsafe(arrived.wait(), loop).result(60)
    while not pencil.told or len(pencil.told[0]) < 3:
        worker.ring()
        await asyncio.sleep(0.01)
    for n in range(3):
        await ask(page, n, strength=n / 3)
        assert (await picture(page))[0] == n
    await drawing.arefresh_from_db()
    assert drawing.state == "running"
    arrived.set()
    await page.disconnect()


async def test_the_pages_take_turns_and_of_each_only_the_newest_is_mixed() -> None:
    lane = mixing.MixLane()
    for page, n in (("one", 1), ("two", 1), ("one", 2), ("three", 1), ("two", 2)):
        await lane.take({"page": page, "n": n})
    assert [(page, wish["n"]) for page, wish in lane.wishes.items()] == [
        ("one", 2), ("two", 2), ("three", 1),
    ]  # fmt: skip


async def test_when_too_many_wait_the_next_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "MAX_WAITING", 1)
    lane = mixing.MixLane()
    await lane.take({"page": "specific.one", "n": 1})
    await lane.take({"page": "specific.two", "n": 4})
    refused = await get_channel_layer().receive("specific.two")
    assert refused["n"] == 4
    assert "try again" in refused["error"]
    await lane.take({"page": "specific.one", "n": 2})
    assert [wish["n"] for wish in lane.wishes.values()] == [2]


async def test_a_worker_of_another_process_mixes(
    guest: Client, photo: Photo, settings: Any, redis_url: str, tmp_path: Path
) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [redis_url]},
        }
    }
    log = tmp_path / "log"
    with cast.managing(log, "worker", CHANNEL_LAYER_URL=redis_url, RESCAN_SECONDS=300):
        # A page waits for ten seconds, and a busy machine may take longer to start a worker.
        await asyncio.to_thread(cast.wait_until, lambda: "paints lanes" in log.read_text(), log)
        page = await connected(guest, photo)
        await ask(page, 1)
        n, jpeg = await picture(page)
        assert (n, max(decoded(jpeg).size)) == (1, 384)
        await page.disconnect()
    await get_channel_layer().close_pools()


async def test_a_server_that_ends_leaves_no_page_mixing(
    guest: Client, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixing_tasks = []
    begin = consumers.MixConsumer.begin

    async def noted(self: consumers.MixConsumer) -> None:
        await begin(self)
        mixing_tasks.append(self.mixing)

    monkeypatch.setattr(consumers.MixConsumer, "begin", noted)
    page = await connected(guest, photo)
    page.future.cancel()  # as Daphne does, without a word of a disconnect
    await asyncio.wait([page.future])
    (task,) = mixing_tasks
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
