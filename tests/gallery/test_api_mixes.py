"""Mixtures for programs: a link that holds one, and a still of one."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import HttpCommunicator
from django.test import AsyncClient, Client
from PIL import Image

from gallery import mixing
from gallery.api import mixes
from gallery.models import Photo
from tests import cast
from tests.api import ask, make_token
from tests.gallery.test_api_events import browser
from tests.gallery.test_mix_socket import _empty_layer, worker  # noqa: F401
from tests.members import owner
from webstyle.asgi import application

STYLES = [{"style": "udnie", "weight": 0.4}, {"style": "great-wave", "weight": 0.6}]


def test_a_link_opens_the_mixture(guest: Client, photo: Photo) -> None:
    body = {"styles": STYLES, "strength": 0.8, "keep_color": True, "size": 512}
    told = ask(guest, "POST", "/api/v1/mixes", body).json()
    assert told["query"] == "mix=udnie:40,great-wave:60&strength=80&keep=1&size=512"
    assert told["url"] == f"http://testserver/mix/?{told['query']}"
    page = guest.get(told["url"])
    assert page.context["mix"]["query"] == told["query"]


@pytest.mark.parametrize("style", ["mona-lisa", "taught:x", "painting"])
def test_a_style_that_cannot_be_mixed_is_named(guest: Client, style: str) -> None:
    style = cast.make_painting().ref if style == "painting" else style
    answer = ask(guest, "POST", "/api/v1/mixes", {"styles": [{"style": style}]})
    assert answer.status_code == 422
    assert style in answer.json()["fields"]["styles"][0]


async def still(client: AsyncClient, photo: Any, **values: Any) -> Any:
    body = {"photo": str(photo.pk), "styles": STYLES, **values}
    return await client.post("/api/v1/mixes/still", body, content_type="application/json")


@pytest.mark.django_db(transaction=True)
async def test_a_still_is_what_a_slider_shows(user: Any, worker) -> None:  # noqa: F811
    """Through the whole application: Django's test client would hold the thread that the worker's
    ears need."""
    photo = await sync_to_async(cast.make_photo)(owner(user))
    secret = await sync_to_async(make_token)(user, "paint")
    body = json.dumps({"photo": str(photo.pk), "styles": STYLES, "size": 384}).encode()
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"),
               (b"authorization", f"Bearer {secret}".encode())]  # fmt: skip
    asked = HttpCommunicator(application, "POST", "/api/v1/mixes/still", body, headers)
    answer = await asked.get_response(timeout=60)
    assert answer["status"] == 200, answer
    assert dict(answer["headers"])[b"Content-Type"] == b"image/jpeg"
    assert max(Image.open(io.BytesIO(answer["body"])).size) == 384


@pytest.mark.django_db(transaction=True)
async def test_what_a_worker_refuses_is_told(guest: Client, photo: Photo) -> None:
    asked = asyncio.ensure_future(still(browser(guest), photo))
    wish = await asyncio.wait_for(get_channel_layer().receive(mixing.WISHES), 10)
    await mixing.answer(wish, error="The photo is deleted: choose another.")
    answer = await asked
    assert answer.status_code == 400
    assert answer.json() == {"error": "The photo is deleted: choose another."}


@pytest.mark.django_db(transaction=True)
async def test_where_no_worker_answers_one_is_asked_to_come_back(
    guest: Client, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mixes, "PATIENCE", 0.1)
    answer = await still(browser(guest), photo)
    assert answer.status_code == 429
    assert answer["Retry-After"]


@pytest.mark.django_db(transaction=True)
async def test_nobody_mixes_anothers_photo(stranger: Client, photo: Photo) -> None:
    assert (await still(browser(stranger), photo)).status_code == 404
