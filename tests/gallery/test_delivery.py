"""Who sends a file's bytes, and what is said with them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from gallery import delivery
from gallery.models import Album, Mask, Photo, Rendering, ShareLink
from gallery.operations.checks import delivery_fits
from tests import cast
from tests.community import make_album
from webstyle.asgi import http

FILES = "https://files.example.org"


@pytest.fixture
def apart(settings) -> str:
    """Files have a domain of their own."""
    settings.FILES_ORIGIN = FILES
    return FILES


def raw(client: Client, address: str, **headers: str) -> Any:
    host = {"Host": "files.example.org"}
    return client.get(address.removeprefix(FILES), headers=host | headers)


def every_file(painted: Rendering) -> list[str]:
    mask = cast.make_mask(painted.photo)
    return [
        painted.view_url, painted.file_url("thumb"), painted.photo.view_url, mask.view_url,
        reverse("picture_file", args=[painted.pk, "result"]),
        reverse("photo_file", args=[painted.photo_id, "original"]),
        reverse("picture_jpeg", args=[painted.pk, 320]),
        reverse("picture_download", args=[painted.pk, "png"]),
    ]  # fmt: skip


def test_every_file_is_a_picture_and_never_a_page(guest: Client, painted: Rendering) -> None:
    link = ShareLink.objects.create(rendering=painted, allow_download=True, **cast.GUEST.fields)
    linked = [reverse("share_file", args=[link.token, "view"]),
              reverse("share_download", args=[link.token, "jpg"])]  # fmt: skip
    for address in every_file(painted) + linked:
        answer = guest.get(address)
        assert answer.status_code == 200, address
        assert answer["Content-Type"].startswith("image/")
        assert answer["X-Content-Type-Options"] == "nosniff"
        if address != linked[1]:
            assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert answer["Cross-Origin-Resource-Policy"] in ("same-origin", "cross-origin")
        cast.body(answer)


@pytest.mark.django_db(transaction=True)
def test_in_answer_to_head_a_large_file_is_not_read(
    guest: Client, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "CHUNK", 1000)
    cookies = {"Cookie": guest.cookies.output(header="", sep=";")}
    for method, read in (("head", 0), ("get", photo.view.size)):
        answer = http.respond(getattr(RequestFactory(headers=cookies), method)(photo.view_url))
        assert answer.streaming
        assert answer["Content-Length"] == str(photo.view.size)
        assert len(cast.body(answer)) == read


def test_what_a_browser_has_is_not_sent_again(guest: Client, photo: Photo) -> None:
    first = guest.get(photo.view_url)
    assert first["Accept-Ranges"] == "none"
    cast.body(first)
    again = guest.get(photo.view_url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    with photo.view.storage.open(photo.view.name, "wb") as file:
        file.write(b"another")
    changed = guest.get(photo.view_url, headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, cast.body(changed)) == (200, b"another")


def test_nginx_is_told_which_file_to_send(guest: Client, photo: Photo, settings) -> None:
    settings.MEDIA_DELIVERY = "x-accel"
    answer = guest.get(photo.view_url)
    assert answer["X-Accel-Redirect"] == f"/media-internal/photos/{photo.pk}/view.webp"
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content == b""


@pytest.mark.parametrize("way", ["stream", "x-accel", "s3"])
@pytest.mark.parametrize("files", ["", FILES])
def test_whoever_sends_them_strangers_get_nothing(
    stranger: Client, client: Client, painted: Rendering, settings, way: str, files: str
) -> None:
    addresses = every_file(painted)
    settings.MEDIA_DELIVERY, settings.FILES_ORIGIN = way, files
    for address in addresses:
        for other in (stranger, client):
            assert other.get(address).status_code == 404, address


def test_with_a_domain_of_their_own_files_come_from_there(
    guest: Client, client: Client, photo: Photo, apart: str
) -> None:
    answer = guest.get(photo.view_url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{FILES}/raw/")
    assert answer["Cache-Control"] == "private, max-age=240"
    sent = raw(client, answer["Location"])
    with photo.view.open("rb") as file:
        assert cast.body(sent) == file.read()
    assert sent["Content-Type"] == "image/webp"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert sent["Access-Control-Allow-Origin"] == "http://testserver"
    assert sent["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert sent["Cache-Control"].startswith("private, max-age=")
    assert not sent.cookies


def test_the_address_there_stays_the_same_for_a_while(
    guest: Client, photo: Photo, apart: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_800_000_000
    monkeypatch.setattr(time, "time", lambda: now)
    first = guest.get(photo.view_url)["Location"]
    monkeypatch.setattr(time, "time", lambda: now + 299)
    assert guest.get(photo.view_url)["Location"] == first
    assert raw(guest, first).status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 600)
    assert guest.get(photo.view_url)["Location"] != first
    assert raw(guest, first).status_code == 404


def test_a_token_that_was_changed_opens_nothing(
    guest: Client, photo: Photo, painted: Rendering, apart: str
) -> None:
    one, other = (guest.get(item.view_url)["Location"] for item in (photo, painted))
    told, _, seal = one.rpartition(":")
    mixed = other.rpartition(":")[0] + ":" + seal
    for address in (one[:-1], told, told + ":", mixed, f"{FILES}/raw/", f"{FILES}/raw/x"):
        assert raw(guest, address).status_code == 404, address
    assert raw(guest, one).status_code == 200


def test_nothing_else_answers_there_and_nobody_is_anybody(
    guest: Client, photo: Photo, apart: str, settings
) -> None:
    location = guest.get(photo.view_url)["Location"]
    for path in ("/", "/gallery/", "/account/login/", "/admin/", "/static/js/base.js",
                 photo.view_url, "/raw", "/raw/../", f"/raw/{'x' * 5_000}"):  # fmt: skip
        answer = raw(guest, path)
        assert answer.status_code == 404, path
        assert not answer.cookies
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    posted = guest.post(location.removeprefix(FILES), headers={"Host": "files.example.org"})
    assert posted.status_code == 404
    assert guest.get(location.removeprefix(FILES)).status_code == 404  # on the site itself


def test_the_files_of_links_do_not_tell_their_names(
    client: Client, painted: Rendering, apart: str, settings
) -> None:
    link = ShareLink.objects.create(rendering=painted, **cast.GUEST.fields)
    album: Album = make_album([painted])
    to_album = ShareLink.objects.create(album=album, **cast.GUEST.fields)
    for address in (reverse("share_file", args=[link.token, "view"]),
                    reverse("share_album_file", args=[to_album.token, 1, "view"])):  # fmt: skip
        for way in ("stream", "s3"):
            settings.MEDIA_DELIVERY = way
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert str(painted.pk) not in str(answer.headers)
            cast.body(answer)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"MEDIA_DELIVERY": "pigeon"}, "webstyle.E020"),
        ({"MEDIA_DELIVERY": "s3"}, "webstyle.E021"),
        ({"MEDIA_DELIVERY": "x-accel", "S3_BUCKET": "pictures"}, "webstyle.E022"),
        ({"MEDIA_DELIVERY": "x-accel", "X_ACCEL_PREFIX": "media"}, "webstyle.E023"),
        ({"FILES_ORIGIN": "files.example.org"}, "webstyle.E024"),
        ({"FILES_ORIGIN": "https://files.example.org/raw"}, "webstyle.E024"),
        ({"FILES_ORIGIN": "http://localhost:8000"}, "webstyle.E025"),
        ({"FILES_ORIGIN": FILES, "MEDIA_DELIVERY": "s3", "S3_BUCKET": "x"}, "webstyle.E026"),
    ],
)
def test_ways_that_cannot_work_are_found(settings, values: dict[str, str], found: str) -> None:
    settings.S3_BUCKET = ""
    assert delivery_fits(None) == []
    for name, value in values.items():
        setattr(settings, name, value)
    if "ALLOWED_HOSTS" not in values:
        settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    (message,) = delivery_fits(None)
    assert message.id == found
    assert message.hint


def test_masks_are_the_owners_alone(guest: Client, stranger: Client, photo: Photo, apart) -> None:
    mask: Mask = cast.make_mask(photo)
    assert guest.get(mask.view_url).status_code == 302
    assert stranger.get(mask.view_url).status_code == 404


def test_a_file_that_is_lost_is_not_found(guest: Client, photo: Photo, apart: str) -> None:
    location = guest.get(photo.view_url)["Location"]
    photo.view.storage.delete(photo.view.name)
    assert raw(guest, location).status_code == 404
