"""What is private and what was never there look the same at every address: nobody learns an id."""

from __future__ import annotations

import uuid

import pytest

from gallery.owned import Owned
from tests.security.asking import address, ask, whole
from tests.security.roles import LINES, METHODS, Line
from tests.security.world import ABSENT, ROLES, World

GUESSED = [
    line
    for line in LINES
    if line.example and not line.example.endswith(("name", "word", "token", "built-in style"))
]


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
@pytest.mark.parametrize("line", GUESSED, ids=str)
def test_an_id_that_exists_is_answered_like_one_that_does_not(
    line: Line, role: str, world: World
) -> None:
    if role in line.to.roles:
        pytest.skip("it is there for them to see")
    pk = world.items[line.example][-1]
    if isinstance(pk, int):
        pytest.skip("a number: where it counts, the table says who is answered 404")
    where = address(line, world)
    answers = []
    for at in (where, where.replace(str(pk), ABSENT)):
        client = world.client(role)
        for headers in ({}, {"Accept": "application/json"}):
            answers.append(
                [whole(ask(client, method, line, at, headers=line.headers | headers),
                       str(pk), ABSENT) for method in METHODS]
            )  # fmt: skip
    there, there_in_json, absent, absent_in_json = answers
    assert there == absent
    assert there_in_json == absent_in_json


@pytest.mark.parametrize("name", ["share", "share_zip", "share_place", "share_file"])
def test_a_link_that_was_revoked_is_answered_like_one_that_never_was(
    name: str, world: World
) -> None:
    line = next(line for line in LINES if line.name == name)
    (token,) = world.items[line.example]
    row = world.rows[line.example.removesuffix(" token")]
    type(row).objects.filter(pk=row.pk).update(deleted=row.created)
    client, where, never = world.client("guest"), address(line, world), "n" * len(token)
    gone, absent = (
        whole(ask(client, "GET", line, at), token, never)
        for at in (where, where.replace(token, never))
    )
    assert gone == absent
    assert gone[0] == 404


def test_ids_are_random_and_cannot_be_counted(world: World) -> None:
    for name, row in world.rows.items():
        if not isinstance(row, Owned):  # neither bans nor tokens are anybody else's to be asked for
            continue
        assert isinstance(row.pk, uuid.UUID), name
        assert row.pk.version == 4, name
    assert all(len(world.items[f"{link} token"][0]) >= 22 for link in ("link", "album link"))
