"""Each socket lets in whom the table says, from our own pages alone."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.urls import reverse

from tests.cast import make_photo, socket_of
from tests.members import owner
from tests.security.roles import SOCKETS, Socket, socket_routes
from tests.security.world import ABSENT, ROLES, World, people

FOREIGN = ("https://evil.example", "http://localhost.evil.example", "null", None)


@pytest.fixture
def world(transactional_db: None) -> World:
    """Only what sockets lead to, and committed: they look from a thread of their own."""
    world = World()
    world.add("photo", make_photo(owner(people(world)["owner"])))
    return world


def test_each_socket_has_one_line() -> None:
    assert sorted(socket.route for socket in SOCKETS) == sorted(socket_routes())


def address(socket: Socket, pk: object) -> str:
    return "/" + socket.route.replace("<uuid:pk>", str(pk))


def addresses(socket: Socket, world: World) -> list[str]:
    """Of the example, and of nothing."""
    if not socket.example:
        return [address(socket, "")]
    return [address(socket, world.items[socket.example][0]), address(socket, ABSENT)]


async def said(page: WebsocketCommunicator) -> str | int:
    """That it is open, or the code it is closed with; refused is one that never opened."""
    accepted, _ = await page.connect(timeout=10)
    if not accepted:
        return "refused"
    first = await page.receive_output(timeout=10)
    if first["type"] == "websocket.close":
        return first["code"]
    await page.disconnect()
    return "open"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("socket", SOCKETS, ids=lambda socket: socket.route)
async def test_it_opens_for_whom_its_line_says(socket: Socket, role: str, world: World) -> None:
    client = await sync_to_async(world.client)(role)
    there, *absent = addresses(socket, world)
    wanted = "open" if role in socket.to.roles else socket.otherwise
    assert await said(socket_of(client, there)) == wanted
    for nothing in absent:  # and looks the same as what is not for one
        assert await said(socket_of(client, nothing)) == socket.otherwise


@pytest.mark.parametrize("socket", SOCKETS, ids=lambda socket: socket.route)
async def test_its_owner_opens_it_from_our_own_pages_alone(socket: Socket, world: World) -> None:
    client = await sync_to_async(world.client)("owner")
    where = addresses(socket, world)[0]
    for origin in FOREIGN:
        assert await said(socket_of(client, where, origin)) == "refused", origin


@pytest.mark.parametrize("leave", ["account_logout", "account_everywhere"])
@pytest.mark.parametrize("socket", SOCKETS, ids=lambda socket: socket.route)
async def test_signing_out_closes_what_is_open(socket: Socket, leave: str, world: World) -> None:
    """A socket keeps its user: nothing else would end it."""
    client = await sync_to_async(world.client)("owner")
    page = socket_of(client, addresses(socket, world)[0])
    accepted, _ = await page.connect(timeout=10)
    assert accepted
    assert (await page.receive_output(timeout=10))["type"] == "websocket.send"
    await sync_to_async(client.post)(reverse(leave))
    closed = await page.receive_output(timeout=10)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4401)
