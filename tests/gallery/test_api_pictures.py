"""Pictures by program: asked for, listed, fetched, by recipe; albums that hold them."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from gallery import services
from gallery.models import Album, Photo, Rendering
from tests import cast
from tests.api import ask, program
from tests.community import make_album, order_of
from tests.gallery.test_queries import queries
from tests.members import owner

PICTURES, ALBUMS = "/api/v1/renderings", "/api/v1/albums"


def paint(client: Client, photo: Photo, **wish: Any) -> Any:
    return ask(client, "POST", PICTURES, {"photo": photo.pk, **wish})


def recipe() -> Any:
    return Rendering.objects.latest("created").parsed_recipe()


def test_a_style_is_enough_and_the_defaults_are_the_forms(guest: Client, photo: Photo) -> None:
    assert paint(guest, photo, styles=[{"style": "udnie"}]).status_code == 201
    by_program = recipe()
    guest.post(reverse("paint", args=[photo.pk]), {"style": "udnie"})
    assert by_program == recipe()


def test_every_choice_arrives_in_the_recipe(guest: Client, photo: Photo) -> None:
    mask = cast.make_mask(photo)
    told = paint(
        guest, photo, styles=[{"style": "udnie", "weight": 0.3}, {"style": "the-scream"}],
        strength=0.4, keep_color=True, size=2048, seed=7, params={"feather": 40},
        masks=[{"style": "udnie", "mask": mask.pk}],
    ).json()  # fmt: skip
    made = recipe()
    assert made.styles == (("udnie", 0.3), ("the-scream", 1.0))
    assert (made.strength, made.keep_color, made.size, made.seed) == (0.4, True, 2048, 7)
    assert made.params == {"feather": 40}
    assert made.masks == (("udnie", str(mask.pk)),)
    assert told["styles"][0]["region"] is True


def test_parameters_have_types_and_defaults(guest: Client, photo: Photo) -> None:
    given = {"stroke": 2, "until_still": False, "iterations": 60}
    told = paint(guest, photo, styles=[{"style": "udnie"}], engine="gatys", params=given).json()
    assert told["params"] == {"stroke": 2.0, "until_still": False}


WRONG = {
    "styles": {"styles": []},
    "styles.0.style": {"styles": [{"style": ""}]},
    "styles.0.weight": {"styles": [{"style": "udnie", "weight": 1.5}]},
    "strength": {"strength": "0.5"},
    "size": {"size": 777},
    "engine": {"engine": "oil"},
    "params.stroke": {"engine": "gatys", "params": {"stroke": 99}},
    "params.layout": {"params": {"layout": "grid"}},
    "params.perceptual": {"engine": "gatys", "params": {"perceptual": "vgg19"}},
    "sise": {"sise": 512},
    "photo": {"photo": "../../etc/passwd"},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(guest: Client, photo: Photo, name: str) -> None:
    wish = {"photo": photo.pk, "styles": [{"style": "udnie"}], **WRONG[name]}
    answer = ask(guest, "POST", PICTURES, wish)
    assert answer.status_code == 422
    assert name in answer.json()["fields"]
    assert answer.json()["error"]
    assert not Rendering.objects.exists()


BAD_BODIES = [b"", b"{", b"[]", b"null", b"\xff", b'{"photo": NaN}', b'{"a": 1e999}',
              b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b"[" * 5000]  # fmt: skip


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_none_is_refused(guest: Client, photo: Photo, body: bytes) -> None:
    answer = guest.post(PICTURES, body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]


def test_so_is_one_of_another_kind_or_too_large(guest: Client, photo: Photo) -> None:
    form = guest.post(PICTURES, {"photo": str(photo.pk), "style": "udnie"})
    assert form.status_code == 415
    large = guest.post(PICTURES, b" " * 300_000, content_type="application/json")
    assert large.status_code == 413
    assert not Rendering.objects.exists()


def test_a_wrong_method_names_the_right_ones(guest: Client) -> None:
    answer = guest.put(PICTURES)
    assert answer.status_code == 405
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_lists_come_a_page_at_a_time(guest: Client, painted: Rendering) -> None:
    rows = [painted, *cast.copies(painted, 4)]
    seen, cursor, pages = [], "", 0
    while True:
        told = guest.get(f"{PICTURES}?limit=2&cursor={cursor}").json()
        seen += [each["id"] for each in told["items"]]
        pages += 1
        if pages == 1:
            cast.copies(painted, 1)  # what comes meanwhile moves nothing
        if not (cursor := told["next"]):
            break
    assert seen == [str(row.pk) for row in reversed(rows)]
    assert pages == 3


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=x", "cursor=MjAyNg==",
                                   "state=gone", "photo=1"])  # fmt: skip
def test_a_bad_query_is_refused(guest: Client, query: str) -> None:
    answer = guest.get(f"{PICTURES}?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in "".join(answer.json()["fields"])


def test_they_can_be_chosen_by_state_and_photo(guest: Client, painted: Rendering) -> None:
    other = cast.submit(cast.make_photo(name="rocket.jpg"))
    for query, row in ((f"photo={other.photo_id}", other), ("state=done", painted)):
        told = guest.get(f"{PICTURES}?{query}").json()["items"]
        assert [each["id"] for each in told] == [str(row.pk)]


@pytest.mark.parametrize("room", ["renderings", "albums"])
def test_a_longer_list_takes_no_more_queries(guest: Client, painted: Rendering, room: str) -> None:
    def fill(number: int) -> None:
        for row in cast.copies(painted, number):
            make_album([row])

    fill(2)
    few = queries(guest, f"/api/v1/{room}")
    fill(8)
    assert queries(guest, f"/api/v1/{room}") == few < 12


@pytest.mark.parametrize(("kind", "format"), [("png", "PNG"), ("jpg", "JPEG"), ("webp", "WEBP")])
def test_the_result_comes_in_full_size(
    user: Any, painted: Rendering, kind: str, format: str
) -> None:
    Rendering.objects.update(owner=user, guest="")
    Photo.objects.update(owner=user, guest="")
    answer = program(user, "read").get(f"{painted.api_url}/result?format={kind}")
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.format, picture.size) == (format, (painted.width, painted.height))
    for name in ("view", "thumb"):
        small = program(user, "read").get(f"{painted.api_url}/files/{name}")
        assert small["Content-Type"] == "image/webp"
        assert cast.body(small)
    assert program(user, "read").get(f"{painted.api_url}/files/preview").status_code == 404


def test_what_is_not_finished_has_no_result(guest: Client, rendering: Rendering) -> None:
    assert guest.get(f"{rendering.api_url}/result").status_code == 404


def test_the_files_of_a_photo_are_its_owners(user: Any, guest: Client, photo: Photo) -> None:
    mine = cast.make_photo(owner(user))
    for kind in ("original", "view", "thumb"):
        assert cast.body(program(user, "read").get(f"{mine.api_url}/files/{kind}"))
        assert program(user, "read").get(f"{photo.api_url}/files/{kind}").status_code == 404


def test_a_public_picture_can_be_seen_by_its_id(stranger: Client, hung: Rendering) -> None:
    assert stranger.get(hung.api_url).json()["public"] is True
    assert stranger.get(f"{hung.api_url}/result").status_code == 200
    assert ask(stranger, "POST", f"{hung.api_url}/unpublish").status_code == 404
    assert stranger.get(hung.photo.api_url).status_code == 404
    services.rendering_publish(hung, public=True, show_photo=True)
    assert stranger.get(hung.photo.api_url).status_code == 200
    assert stranger.get(f"{hung.photo.api_url}/files/original").status_code == 404


def test_a_recipe_comes_out_and_goes_in(guest: Client, painted: Rendering) -> None:
    mask = cast.make_mask(painted.photo)
    params = {"iterations": 40, "perceptual": "vgg19"}
    styles = [["udnie", 0.5], ["great-wave", 2.0]]
    painted.change(recipe=painted.recipe | {"styles": styles, "engine": "gatys", "size": 512,
                                            "params": params, "seed": 3})  # fmt: skip
    told = guest.get(f"{painted.api_url}/recipe").json()
    assert told == painted.recipe
    assert paint(guest, painted.photo, recipe=told).status_code == 201
    made = recipe()
    assert made.styles == (("udnie", 0.25), ("great-wave", 1.0)), "the same shares"
    assert (made.engine, made.seed, made.params) == ("gatys", 3, {"iterations": 40})
    told = told | {"engine": "stylebank", "params": {}, "masks": [["udnie", str(mask.pk)]]}
    assert paint(guest, painted.photo, recipe=told).status_code == 201
    assert recipe().masks == (("udnie", str(mask.pk)),)


def test_that_of_others_without_regions_and_only_where_they_let_one(
    stranger: Client, hung: Rendering
) -> None:
    theirs = cast.make_photo(cast.STRANGER)
    hung.change(recipe=hung.recipe | {"masks": [["udnie", str(uuid.uuid4())]], "size": 512})
    told = stranger.get(f"{hung.api_url}/recipe").json()
    assert "masks" not in told
    assert paint(stranger, theirs, recipe=told).status_code == 201
    assert paint(stranger, theirs, remix_of=hung.pk).status_code == 201
    assert Rendering.objects.latest("created").remix_of == hung
    hung.change(remixable=False)
    assert stranger.get(f"{hung.api_url}/recipe").status_code == 403
    assert paint(stranger, theirs, remix_of=hung.pk).status_code == 400


def test_a_private_picture_is_no_beginning_for_others(stranger: Client, painted: Rendering) -> None:
    theirs = cast.make_photo(cast.STRANGER)
    assert paint(stranger, theirs, remix_of=painted.pk).status_code == 404
    assert paint(stranger, painted.photo, styles=[{"style": "udnie"}]).status_code == 404


def test_an_album_is_made_filled_ordered_and_shown(guest: Client, painted: Rendering) -> None:
    other, third = cast.copies(painted, 2)
    told = ask(guest, "POST", ALBUMS, {"title": "Winter", "pictures": [painted.pk]}).json()
    address = told["api"]
    assert [each["id"] for each in told["pictures"]] == [str(painted.pk)]
    body = {"pictures": [other.pk, painted.pk, third.pk]}
    assert ask(guest, "POST", f"{address}/pictures", body).json() == {"added": 2}
    order = [third.pk, painted.pk]
    assert ask(guest, "PUT", f"{address}/order", {"pictures": order}).json()["count"] == 3
    album = Album.objects.get()
    assert order_of(album) == [third.pk, painted.pk, other.pk]
    assert guest.delete(f"{address}/pictures/{third.pk}").status_code == 204
    assert guest.delete(f"{address}/pictures/{third.pk}").status_code == 404
    values = {"title": "Snow", "description": "White", "cover": other.pk, "visibility": "unlisted"}
    told = ask(guest, "PATCH", address, values).json()
    assert (told["title"], told["description"], told["cover"], told["visibility"]) == (
        "Snow", "White", str(other.pk), "unlisted",
    )  # fmt: skip
    assert ask(guest, "PATCH", address, {"cover": third.pk}).status_code == 404
    assert ask(guest, "PATCH", address, {"title": " "}).status_code == 422
    assert Client().get(address).status_code == 401
    assert ask(guest, "POST", f"{address}/publish").json() == {"published": 2}
    assert guest.delete(address).status_code == 204
    assert guest.get(address).status_code == 404
    assert ask(guest, "POST", f"{address}/restore").json()["count"] == 2


def test_others_see_of_an_album_what_is_published(
    guest: Client, stranger: Client, painted: Rendering
) -> None:
    (shown,) = cast.copies(painted, 1, public=True)
    album = make_album([painted, shown], visibility="unlisted")
    told = stranger.get(album.api_url).json()
    assert [each["id"] for each in told["pictures"]] == [str(shown.pk)]
    assert (told["count"], told["cover"]) == (1, str(shown.pk))
    assert guest.get(album.api_url).json()["count"] == 2
    assert ask(stranger, "PATCH", album.api_url, {"title": "Mine"}).status_code == 404


def test_the_number_of_albums_is_limited(guest: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.community.albums.MAX_ALBUMS", 1)
    assert ask(guest, "POST", ALBUMS, {"title": "One"}).status_code == 201
    answer = ask(guest, "POST", ALBUMS, {"title": "Two"})
    assert answer.status_code == 400
    assert "delete one first" in answer.json()["error"]


def test_the_shelf_is_for_everybody_and_ones_own_come_first(
    client: Client, guest: Client, db: None
) -> None:
    style = cast.make_taught()
    told = client.get("/api/v1/styles?limit=100").json()["items"]
    assert {each["kind"] for each in told} == {"built-in"}
    first = guest.get("/api/v1/styles?limit=1").json()
    assert (first["items"][0]["ref"], first["items"][0]["kind"]) == (style.ref, "own")
    rest = guest.get(f"/api/v1/styles?limit=100&cursor={first['next']}").json()["items"]
    assert [each["ref"] for each in rest] == [each["ref"] for each in told]
    assert guest.get(f"/api/v1/styles/{style.ref}").json()["title"] == "Dusk"
    assert client.get(f"/api/v1/styles/{style.ref}").status_code == 404
    engines = client.get("/api/v1/styles/engines").json()
    assert {each["name"] for each in engines} == {"stylebank", "gatys", "sheet"}
