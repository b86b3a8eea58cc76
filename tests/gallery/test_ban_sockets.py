"""A ban closes the pages that are open, and lets none of them connect again."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.test import Client

from gallery.models import Rendering
from gallery.moderation.services import ban, lift
from tests.cast import GUEST, client_of, make_photo, socket_of
from tests.members import make_member, owner, signed_in
from tests.moderation import SPAM, make_moderator

User = get_user_model()
pytestmark = pytest.mark.django_db(transaction=True)


async def opened(client: Client, path: str) -> Any:
    page = socket_of(client, path)
    accepted, _ = await page.connect(timeout=5)
    assert accepted
    return page


async def code(page: Any) -> int:
    """With which it is closed; a job that ends with the ban may still be told of before."""
    while (said := await page.receive_output(timeout=5))["type"] == "websocket.send":
        continue
    return int(said["code"])


@pytest.mark.parametrize("who", ["guest", "member"])
async def test_open_sockets_are_closed_and_stay_closed(who: str, rendering: Rendering) -> None:
    @sync_to_async
    def begin() -> tuple[Any, Any, Client, str]:
        mona = make_moderator()
        if who == "guest":
            return mona, GUEST, client_of(GUEST), str(rendering.photo_id)
        user = make_member("vincent")
        return mona, owner(user), signed_in(user), str(make_photo(owner(user)).pk)

    mona, banned, client, photo = await begin()
    paths = ("/ws/jobs/", f"/ws/mix/{photo}/")
    pages = [await opened(client, path) for path in paths]
    for page in pages:
        await page.receive_json_from(timeout=5)  # it is open
    made = await sync_to_async(ban)(mona, banned, SPAM)
    assert [await code(page) for page in pages] == [4401, 4401]
    if who == "member":
        client = await sync_to_async(lambda: signed_in(User.objects.get(username="vincent")))()
    for path in paths:
        assert await code(await opened(client, path)) == 4404
    await sync_to_async(lift)(mona, made)
    page = await opened(client, "/ws/jobs/")
    assert (await page.receive_json_from(timeout=5))["type"] == "jobs"
    await page.disconnect()
