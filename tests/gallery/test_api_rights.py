"""Each operation with each scope, of one's own and of others: by the document, none left out."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.forms.models import model_to_dict
from django.test import Client

from gallery.api.scopes import SCOPES
from gallery.api.site import api
from gallery.models import Album, AlbumItem, Painting, Photo, Rendering, TaughtStyle
from tests import cast
from tests.api import ask, make_token, program
from tests.community import make_album
from tests.members import make_member, owner
from tests.moderation import make_moderator

METHODS = ("get", "post", "put", "patch", "delete")
MODELS = (Photo, Painting, Rendering, TaughtStyle, Album, AlbumItem)
FILLED = {
    "rendering_create": lambda world: {"photo": world.photo.pk, "styles": [{"style": "udnie"}]},
    "mix_link": lambda world: {"styles": [{"style": "udnie"}]},
    "mix_still": lambda world: {"styles": [{"style": "udnie"}], "photo": world.photo.pk},
    "album_create": lambda world: {"title": "Winter", "pictures": [world.picture.pk]},
    "album_fill": lambda world: {"pictures": [world.picture.pk]},
    "album_arrange": lambda world: {"pictures": [world.picture.pk]},
    "album_edit": lambda world: {"title": "Theirs"},
    "painting_edit": lambda world: {"title": "Theirs"},
    "taught_edit": lambda world: {"title": "Theirs"},
    "rendering_publish": lambda world: {},
}
OPEN = {"style_list", "engine_list", "style_get", "mix_link"}  # for everybody
# What is about nobody's thing.
LISTS = {"photo_create", "painting_create", "photo_list", "painting_list", "style_list",
         "engine_list", "taught_list", "album_list", "rendering_list", "job_list", "all_events",
         "mix_link"}  # fmt: skip


@functools.cache
def operations() -> dict[str, tuple[str, str, str]]:
    """Id -> method, path, scope."""
    document = api.get_openapi_schema()
    return {
        operation["operationId"]: (method.upper(), path, operation["x-scope"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


class World:
    """One of each thing, of one member."""

    def __init__(self, user: Any) -> None:
        whose = owner(user)
        self.user = user
        self.photo = cast.make_photo(whose)
        self.painting = cast.make_painting(whose)
        self.picture = cast.submit(self.photo)
        self.taught = cast.make_taught(whose)
        self.album = make_album([self.picture], whose)

    def address(self, path: str) -> str:
        things = {"photos": self.photo, "paintings": self.painting, "renderings": self.picture,
                  "taught": self.taught, "albums": self.album}  # fmt: skip
        room = path.split("/")[3]
        thing = things.get(room)
        kind = "view" if room in ("photos", "paintings") else "preview"
        return path.format(
            id=thing.pk if thing else "", picture=self.picture.pk, ref="udnie", kind=kind
        )

    def ask(self, client: Client, name: str) -> Any:
        method, path, _ = operations()[name]
        body = FILLED[name](self) if name in FILLED else None
        return ask(client, method, self.address(path), body)


@pytest.fixture
def world(user: Any) -> World:
    return World(user)


def everything() -> list[dict[str, Any]]:
    return [model_to_dict(item) for model in MODELS for item in model.objects.all()]


every_operation = pytest.mark.parametrize("name", operations())
AT_ONCE = [name for name in operations() if name != "mix_still"]  # that one takes a worker
OF_A_THING = [name for name in operations() if name not in LISTS]


@every_operation
def test_a_token_without_the_scope_does_nothing(world: World, name: str) -> None:
    needed = operations()[name][2]
    others = [scope for scope in SCOPES if scope != needed]
    before = everything()
    answer = world.ask(program(world.user, *others), name)
    assert answer.status_code == 403
    assert needed in answer.json()["error"]
    assert f'error="insufficient_scope", scope="{needed}"' in answer["WWW-Authenticate"]
    assert everything() == before


@pytest.mark.parametrize("name", AT_ONCE)
def test_with_that_scope_alone_it_is_done(world: World, name: str) -> None:
    answer = world.ask(program(world.user, operations()[name][2]), name)
    assert answer.status_code not in (401, 403), answer.content
    assert answer.status_code < 500


@every_operation
def test_nobody_does_nothing(world: World, client: Client, name: str) -> None:
    before = everything()
    answer = world.ask(Client(enforce_csrf_checks=True), name)
    assert answer.status_code == (200 if name in OPEN else 401)
    assert everything() == before


@pytest.mark.parametrize("name", OF_A_THING)
@pytest.mark.parametrize("who", ["member", "guest", "moderator", "staff"])
def test_of_others_there_is_nothing(
    world: World, name: str, who: str, request: pytest.FixtureRequest
) -> None:
    if who == "guest":
        client = request.getfixturevalue(who)
    else:
        greta = make_moderator("greta") if who == "moderator" else make_member("greta")
        greta.is_staff = greta.is_superuser = who == "staff"
        greta.save()
        client = program(greta)
    before = everything()
    answer = world.ask(client, name)
    if name == "style_get":
        assert answer.json()["ref"] == "udnie"
        return
    assert answer.status_code == 404, answer.content
    assert answer.json()["error"] == ask(client, "GET", absent()).json()["error"]
    assert everything() == before


def absent() -> str:
    return f"/api/v1/photos/{uuid.uuid4()}"


def test_lists_have_only_ones_own(world: World) -> None:
    greta = program(make_member("greta"))
    for room in ("photos", "paintings", "renderings", "taught", "albums"):
        assert greta.get(f"/api/v1/{room}").json() == {"items": [], "next": None}
        assert len(program(world.user).get(f"/api/v1/{room}").json()["items"]) == 1
    assert greta.get("/api/v1/jobs").json() == {"jobs": []}


def test_others_pictures_go_into_no_album(world: World) -> None:
    greta = make_member("greta")
    hers = make_album([], owner(greta))
    body = {"pictures": [world.picture.pk]}
    assert ask(program(greta), "POST", f"{hers.api_url}/pictures", body).status_code == 404
    body |= {"title": "Hers"}
    assert ask(program(greta), "POST", "/api/v1/albums", body).status_code == 404
    assert list(hers.items.all()) == []


def shows() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "painting", {"public": True}
    yield "painting", {"public": False}
    yield "taught", {"public": True}
    yield "album", {"visibility": "public"}
    yield "album", {"visibility": "unlisted"}


@pytest.mark.parametrize(("thing", "values"), list(shows()), ids=str)
def test_to_show_a_thing_takes_the_scope_for_it(
    world: World, thing: str, values: dict[str, Any]
) -> None:
    others = [scope for scope in SCOPES if scope != "publish"]
    address = getattr(world, thing).api_url
    before = everything()
    assert ask(program(world.user, *others), "PATCH", address, values).status_code == 403
    assert everything() == before
    assert ask(program(world.user), "PATCH", address, values).status_code == 200


def test_an_album_is_not_begun_in_public_without_it(world: World) -> None:
    client = program(world.user, "albums")
    body = {"title": "Winter", "visibility": "public"}
    assert ask(client, "POST", "/api/v1/albums", body).status_code == 403
    assert Album.objects.count() == 1


def test_every_operation_says_who_may(db: None) -> None:
    assert {scope for _, _, scope in operations().values()} == set(SCOPES)
    for method, path, scope in operations().values():
        assert (scope == "read") == (method == "GET" or path == "/api/v1/mixes"), path


def test_a_hidden_session_is_no_way_around(world: World) -> None:
    """The cookie of the member beside a token of little scope."""
    client = program(world.user, "read")
    client.force_login(world.user)
    assert world.ask(client, "album_create").status_code == 403


def test_tokens_are_not_in_any_answer(world: World) -> None:
    secret = make_token(world.user)
    client = program(world.user)
    for name in LISTS - {"all_events", "photo_create", "painting_create"}:
        assert secret[12:] not in world.ask(client, name).text
