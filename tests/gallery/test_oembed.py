"""Other sites embed what is public, in a size that fits; the site is asked, and fetches nothing."""

from __future__ import annotations

import io
import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from gallery import services
from gallery.models import Profile, Rendering
from tests import cast
from tests.cast import body
from tests.community import HARM, make_album, owner, pictures_of
from tests.gallery.test_cards_meta import HOST, enlarge, head_of
from tests.members import make_member


@pytest.fixture
def hung(painted: Rendering) -> Rendering:
    services.rendering_publish(painted, public=True, show_photo=False)
    enlarge(painted, (1500, 1000))
    return painted


def ask(path: str, client: Client | None = None, **asked: Any) -> HttpResponse:
    url = path if path.startswith(("http", "//", "x")) else HOST + path
    return (client or Client()).get("/oembed/", {"url": url, **asked})


def test_a_public_picture_is_a_photo(hung: Rendering) -> None:
    hung.change(name="Irises")
    answer = ask(hung.get_absolute_url())
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    told = answer.json()
    assert told == {
        "version": "1.0", "type": "photo", "title": "Irises", "provider_name": "webstyle",
        "provider_url": f"{HOST}/", "cache_age": 3600, "width": 1200, "height": 800,
        "url": f"{HOST}/file/picture/{hung.pk}/1200.jpg", "thumbnail_width": 320,
        "thumbnail_height": 213, "thumbnail_url": f"{HOST}/file/picture/{hung.pk}/320.jpg",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        ({}, (1200, 800)),
        ({"maxwidth": 1200}, (1200, 800)),
        ({"maxwidth": 1199}, (640, 427)),
        ({"maxheight": 700}, (640, 427)),
        ({"maxwidth": 5000, "maxheight": 300}, (320, 213)),
        ({"maxwidth": 200}, (160, 107)),
    ],
)
def test_it_fits_and_is_as_large_as_it_says(
    hung: Rendering, limits: dict[str, int], size: tuple[int, int]
) -> None:
    told = ask(hung.get_absolute_url(), **limits).json()
    assert (told["width"], told["height"]) == size
    for kind in ("", "thumbnail_"):
        answer = Client().get(told[f"{kind}url"].removeprefix(HOST))
        picture = Image.open(io.BytesIO(body(answer)))
        assert picture.size == (told[f"{kind}width"], told[f"{kind}height"])
        assert picture.width <= limits.get("maxwidth", 9999)
        assert picture.height <= limits.get("maxheight", 9999)


def test_xml_says_the_same(hung: Rendering) -> None:
    hung.change(name=f"{HARM}\x0b")
    path = hung.get_absolute_url()
    answer = ask(path, format="xml")
    assert answer["Content-Type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "oembed"
    said = ask(path, format="json").json()
    assert {part.tag: part.text for part in root} == {k: str(v) for k, v in said.items()}
    assert said["title"] == HARM


def test_a_public_album_is_its_cover(hung: Rendering) -> None:
    user = make_member("vincent")
    first, cover, secret = pictures_of(user, hung, 3)
    secret.change(public=False)
    album = make_album([first, cover], owner(user), "public", cover=cover)
    told = ask(album.get_absolute_url()).json()
    assert told["title"] == "Winter"
    assert str(cover.pk) in told["url"]
    assert told["author_name"] == "vincent"
    assert told["author_url"] == f"{HOST}/people/vincent/"
    album.cover = secret
    album.save()
    assert str(first.pk) in ask(album.get_absolute_url()).json()["url"]
    Rendering.objects.update(public=False)
    told = ask(album.get_absolute_url()).json()
    assert told["type"] == "link"
    assert "url" not in told


def test_who_would_not_be_named_is_not(hung: Rendering) -> None:
    user = make_member("vincent")
    (picture,) = pictures_of(user, hung)
    Profile.objects.create(user=user, named=False)
    assert "vincent" not in ask(picture.get_absolute_url()).text


def test_what_is_not_for_everybody_is_not_there_for_its_owner_either(
    guest: Client, hung: Rendering
) -> None:
    path = hung.get_absolute_url()
    for change in ({"public": False}, {"hidden_by_moderator": True}, {"state": "running"}):
        before = {name: getattr(hung, name) for name in change}
        hung.change(**change)
        assert ask(path).status_code == ask(path, guest).status_code == 404
        hung.change(**before)
    for visibility in ("private", "unlisted"):
        album = make_album([hung], visibility=visibility)
        assert ask(album.get_absolute_url(), guest).status_code == 404
    services.remove(hung)
    assert ask(path, guest).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example{path}",
        "http://testserver@elsewhere.example{path}",
        "http://testserver:8000{path}",
        "http://user@testserver{path}",
        "//testserver{path}",
        "ftp://testserver{path}",
        "{path}",
        "http://[::1{path}",
        "http://testserver",
        "http://testserver/",
        "http://testserver/gallery/",
        "http://testserver/picture/not-an-id/",
        "http://testserver{path}state/",
        "http://testserver/picture/00000000-0000-0000-0000-000000000000/",
        "http://testserver{path}%00",
        "xyz",
    ],
)
def test_all_else_is_not_found_and_nothing_is_fetched(
    hung: Rendering, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*args: Any) -> None:
        raise AssertionError("it went out")

    asked = url.format(path=hung.get_absolute_url())
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(socket.socket, "connect", connect)
        assert Client().get("/oembed/", {"url": asked}).status_code == 404


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_address_may_be_of_either_scheme_and_have_a_query(hung: Rendering, scheme: str) -> None:
    url = f"{scheme}://TESTSERVER{hung.get_absolute_url()}?utm_source=x#comments"
    assert ask(url).status_code == 200


@pytest.mark.parametrize("kind", ["yaml", "", "JSON", "jsonp"])
def test_other_formats_are_not_implemented(hung: Rendering, kind: str) -> None:
    assert ask(hung.get_absolute_url(), format=kind).status_code == 501


@pytest.mark.parametrize("name", ["maxwidth", "maxheight"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "", "²", "9" * 30, "159"])
def test_limits_that_make_no_sense_are_refused_in_words(
    hung: Rendering, name: str, value: str
) -> None:
    if (name, value) == ("maxheight", "159"):
        value = "99"  # its smallest file is 107 px high
    answer = ask(hung.get_absolute_url(), **{name: value})
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/plain")
    assert name in answer.text or "160 px" in answer.text


@pytest.mark.parametrize("url", [None, "", "http://testserver/" + "x" * 3000])
def test_an_address_is_needed(url: str | None, db: None) -> None:
    answer = Client().get("/oembed/", {} if url is None else {"url": url})
    assert answer.status_code == 400


def test_pages_say_where_to_ask(hung: Rendering) -> None:
    album = make_album([hung], visibility="public")
    for path in (hung.get_absolute_url(), album.get_absolute_url()):
        found = head_of(Client(), path).links["alternate"]
        kinds = [link["type"] for link in found]
        assert kinds == ["application/json+oembed", "text/xml+oembed"]
        for link in found:
            parts = urlsplit(link["href"])
            assert parse_qs(parts.query)["url"] == [HOST + path]
            answer = Client().get(f"{parts.path}?{parts.query}")
            assert answer.status_code == 200
            assert link["type"].startswith(answer["Content-Type"].partition(";")[0])


def test_it_takes_few_questions_and_is_only_read(
    hung: Rendering, django_assert_max_num_queries: Any
) -> None:
    cast.copies(hung, 5, public=True)
    album = make_album(list(Rendering.objects.all()), visibility="public")
    with django_assert_max_num_queries(4):
        ask(album.get_absolute_url())
    assert Client().post("/oembed/").status_code == 405
