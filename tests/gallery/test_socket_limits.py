"""Sockets stay open: so many of an owner, so many from an address, and so much over each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from gallery.limits import sockets
from gallery.limits.rates import Rate
from gallery.limits.sockets import Pace, Place, open_now
from gallery.models import Photo
from tests.cast import socket_of

pytestmark = pytest.mark.django_db(transaction=True)
WISH = {"styles": [["udnie", 1]], "size": 7}  # there is no such size


async def refused(page: Any) -> tuple[dict[str, Any], int]:
    """What is told, and the code that the socket is closed with."""
    told = await page.receive_json_from(timeout=10)
    closed = await page.receive_output(timeout=10)
    return told, closed["code"]


async def opened(client: Client, path: str = "/ws/jobs/") -> Any:
    page = socket_of(client, path)
    assert (await page.connect(timeout=10))[0]
    return page


async def test_an_owner_has_so_many_sockets_and_one_more_when_one_is_closed(
    guest: Client, photo: Photo, settings
) -> None:
    settings.SOCKETS_PER_OWNER = 2
    first, second = [await opened(guest) for _ in range(2)]
    assert [(await page.receive_json_from(timeout=10))["type"] for page in (first, second)] == [
        "jobs", "jobs",
    ]  # fmt: skip
    third = await opened(guest)
    told, code = await refused(third)
    assert code == sockets.TOO_MANY
    assert "Too many pages" in told["error"]
    await first.disconnect()
    again = await opened(guest)
    assert (await again.receive_json_from(timeout=10))["type"] == "jobs"
    for page in (second, again, third):
        await page.disconnect()
    assert open_now() == {}


async def test_so_many_come_from_one_address_whoever_they_are(
    guest: Client, stranger: Client, photo: Photo, settings
) -> None:
    settings.SOCKETS_PER_ADDRESS = 1
    first = await opened(guest)
    assert (await first.receive_json_from(timeout=10))["type"] == "jobs"
    other = await opened(stranger)
    assert (await refused(other))[1] == sockets.TOO_MANY
    for page in (first, other):
        await page.disconnect()
    assert open_now() == {}


async def test_opening_them_one_after_the_other_is_limited_too(
    guest: Client, photo: Photo, settings
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"socket": "1/h/ip"}
    first = await opened(guest)
    await first.receive_json_from(timeout=10)
    await first.disconnect()
    second = await opened(guest)
    assert (await refused(second))[1] == sockets.TOO_MANY
    await second.disconnect()


async def test_a_program_that_wishes_too_fast_is_told_and_shown_out(
    guest: Client, photo: Photo, settings
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mix": "3/h/socket"}
    page = await opened(guest, f"/ws/mix/{photo.pk}/")
    assert (await page.receive_json_from(timeout=10))["type"] == "ready"
    for n in range(4):
        await page.send_to(text_data=json.dumps({"n": n, **WISH}))
    said = [await page.receive_json_from(timeout=10) for _ in range(4)]
    assert "size 7" in said[0]["error"]
    assert "Too many wishes" in said[3]["error"]
    assert (await page.receive_output(timeout=10))["code"] == sockets.TOO_MANY
    await page.disconnect()


async def test_a_page_that_is_to_listen_and_talks_is_shown_out(guest: Client, photo: Photo) -> None:
    page = await opened(guest)
    await page.receive_json_from(timeout=10)
    for _ in range(sockets.SILENT + 1):
        await page.send_to(text_data="hello")
    assert (await page.receive_output(timeout=10))["code"] == sockets.TOO_MANY
    await page.disconnect()


def test_a_place_is_left_once_and_moves_with_a_guest_who_signs_in() -> None:
    place = Place.take("g", "here")
    assert place is not None
    place.move("u")
    assert open_now() == {"owner:u": 1, "address:here": 1}
    place.leave()
    place.leave()
    assert open_now() == {}


def test_a_pace_is_kept_on_average(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(sockets.time, "monotonic", lambda: now[0])
    pace = Pace([Rate(2, 10, "socket")])
    assert [pace.allows() for _ in range(3)] == [True, True, False]
    now[0] += 20
    assert pace.allows()
