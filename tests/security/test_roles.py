"""Each address answers each role as the table says, and what was refused has changed nothing."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from gallery.accounts.belongings import owned_models
from tests.cast import GUEST, client_of
from tests.security.asking import address, ask, everything, outcome
from tests.security.headers import faults
from tests.security.roles import LINES, MEMBERS, METHODS, OWNER, Line, admin_routes, routes
from tests.security.world import ROLES, World

SHOWN = [line for line in LINES if line.shown]
OWN = [line for line in LINES if line.to is OWNER and line.shown is not MEMBERS]


def test_each_address_has_one_line_and_each_line_an_address() -> None:
    there, lines = dict(routes()), Counter(line.name for line in LINES)
    assert "" not in there, f"an address without a name: {there['']}"
    assert {name: there[name] for name in there if name not in lines} == {}
    assert [name for name in lines if name not in there] == []
    assert [name for name, number in lines.items() if number > 1] == []


def walk(
    line: Line, role: str, world: World, *, shown: bool = False, client: Client | None = None
) -> None:
    """All methods, the one that acts last; before it, and if it was refused, all is as it was."""
    client = client or world.client(role)
    where, before = address(line, world, shown=shown), everything()
    got, told = {}, []
    for method in METHODS:
        if method == "POST" and not line.counts:
            assert everything() == before, f"{where} changes something without being told to"
        answer = ask(client, method, line, where)
        got[method] = outcome(answer)
        told += faults(answer)
    wanted = {method: line.expected(role, method, shown=shown) for method in METHODS}
    differ = {m: f"{got[m]}, not {wanted[m]}" for m in METHODS if got[m] != wanted[m]}
    assert differ == {}, f"{line} as {role}: {differ}"
    assert told == []
    if got["POST"] != line.answers.get("POST"):
        assert line.counts or everything() == before, f"{where} was refused, and changed something"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("line", LINES, ids=str)
def test_it_answers_as_its_line_says(line: Line, role: str, world: World) -> None:
    walk(line, role, world)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("line", SHOWN, ids=str)
def test_so_it_does_for_what_is_published(line: Line, role: str, world: World) -> None:
    walk(line, role, world, shown=True)


@pytest.mark.parametrize("line", OWN, ids=str)
def test_a_guest_owns_as_a_member_does(line: Line, world: World) -> None:
    """The same things, with the key of a session for their owner: and none of the member's now."""
    for model in owned_models():
        model._base_manager.filter(owner__username="owner").update(**GUEST.fields)
    walk(line, "owner", world, client=client_of(GUEST))
    walk(line, "other", world, client=world.client("owner"))


@pytest.mark.parametrize("role", [role for role in ROLES if role != "staff"])
def test_the_admin_pages_are_for_staff_alone(role: str, world: World) -> None:
    """A moderator without staff status is led to the door like everybody else."""
    client, before = world.client(role), everything()
    door = reverse("admin:login")
    ways = (door, reverse("admin:index"), reverse("account_login"))
    for where in admin_addresses(world):
        for method in METHODS:
            answer = getattr(client, method.lower())(where)
            told = (method, where, answer.status_code, answer.get("Location"))
            if answer.status_code == 302:
                assert answer["Location"].partition("?")[0] in ways, told
            elif where == door:  # the site's own: whoever is in, and no staff, is refused there
                assert answer.status_code in (403, 405), told
            else:
                assert answer.status_code in (404, 405), told
            assert faults(answer) == []
    assert everything() == before


def test_staff_opens_each_of_them(world: World) -> None:
    client = world.client("staff")
    for where in admin_addresses(world):
        for method in METHODS[:-1]:
            status = getattr(client, method.lower())(where).status_code
            assert status in (200, 302, 403, 404, 405), (method, where, status)
        if where.endswith("/change/") and "/0/" not in where:
            assert client.get(where).status_code == 200, where


def admin_addresses(world: World) -> list[str]:
    """With a thing of each kind in them, and one that is not there."""
    found = {"/admin/nothing/", "/admin/gallery/"}  # what is left over, and an application
    for name, where in admin_routes():
        kind = name.split("_")[1] if "_" in name else ""
        for pk in {row.pk for row in world.rows.values() if row._meta.model_name == kind} | {0}:
            full = where.replace("<path:object_id>", str(pk)).replace("<id>", "1")
            found.add("/" + full.replace("<path:content_type_id>", "1"))
    return sorted(where for where in found if "(" not in where)
