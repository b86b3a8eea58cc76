"""Nobody uses up the queue, the disk, the memory or the sockets for everybody else."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from gallery.job import kinds
from gallery.models import Photo
from tests import cast
from tests.cast import GUEST, make_photo, style_file
from tests.security.asking import address
from tests.security.roles import LINES
from tests.security.world import World

JSON = {"headers": {"Accept": "application/json"}}


def wishes(world: World) -> dict[str, dict[str, Any]]:
    """All forms that put something into the queue, filled in."""
    (photo,), (painting,) = world.items["photo"], world.items["painting"]
    return {
        "paint": {"style": "udnie", "size": "512"},
        "remix": {"photo": str(photo)},
        "batch_create": {"photo": [str(photo)], "style": ["udnie"], "size": "512"},
        "teach": {"painting": str(painting), "minutes": "2"},
        "style_on": {"minutes": "2"},
        "style_import": {"file": SimpleUploadedFile("dusk.safetensors", style_file())},
    }


@pytest.mark.parametrize("name", ["paint", "remix", "batch_create", "teach", "style_on",
                                  "style_import"])  # fmt: skip
def test_each_way_into_the_queue_ends_at_the_limit(name: str, world: World, settings: Any) -> None:
    style = world.rows["style"]
    lesson = {"paintings": [str(world.items["painting"][0])], "minutes": 2, "stroke": 1.0,
              "own_photos": False}  # fmt: skip
    style.change(lesson=lesson)
    line = next(line for line in LINES if line.name == name)
    where, given, client = address(line, world), wishes(world)[name], world.client("owner")
    settings.MAX_JOBS_WAITING = 0
    before = [kind.objects.count() for kind in kinds()]
    answer = client.post(where, given, **JSON)
    assert answer.status_code == 429, answer.text
    assert answer.json()["error"]
    assert [kind.objects.count() for kind in kinds()] == before
    settings.MAX_JOBS_WAITING = 1000  # the form was right: only the limit was in the way
    if "file" in given:
        given["file"].seek(0)
    answer = client.post(where, given, **JSON)
    assert answer.status_code in (201, 302), answer.text


def left_over() -> list[str]:
    """What lies in VAR besides what is meant to."""
    return [name for name in os.listdir(site.VAR) if name.startswith(("upload-", "tmp"))]


class Broken:
    """A body that ends in the middle: its sender is gone."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, size: int = -1) -> bytes:
        self.reads += 1
        if self.reads > 3:
            raise OSError("the connection is gone")
        return bytes(1 << 20)


def test_a_body_that_breaks_off_leaves_nothing(guest: Client, rf: Any) -> None:
    from gallery.services import photo_add
    from gallery.uploads import take

    before = left_over()
    request = guest.get(reverse("home")).wsgi_request
    with pytest.raises(OSError, match="gone"):
        take(photo_add, request, Broken(), "photo.jpg")
    assert left_over() == before
    assert cast.stored_files() == []
    assert not Photo.objects.of(GUEST).exists()


def test_a_file_that_is_refused_leaves_nothing(guest: Client) -> None:
    before = left_over()
    for data in (b"", b"<svg/>", bytes(100_000)):
        sent = guest.post(reverse("v1:photos"), data, "image/jpeg")
        assert sent.status_code == 400
    assert left_over() == before
    assert cast.stored_files() == []


@pytest.mark.parametrize("name", ["v1:photos", "v1:paintings"])
def test_a_length_over_the_limit_is_refused_before_a_byte_is_read(
    name: str, guest: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    monkeypatch.setattr("gallery.uploads.take", lambda *args: pytest.fail("it was read"))
    assert guest.post(reverse(name), bytes(1001), "image/jpeg").status_code == 413


def test_a_form_has_only_so_many_fields_and_files(guest: Client) -> None:
    plain = "application/x-www-form-urlencoded"
    for number, status in ((900, 302), (1001, 400)):
        fields = "language=en&" + "&".join(f"f{n}=1" for n in range(number))
        assert guest.post(reverse("set_language"), fields, plain).status_code == status
    for number, status in ((90, 302), (101, 400)):
        files = [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(number)]
        told = {"language": "en", "photo": files}
        assert guest.post(reverse("set_language"), told).status_code == status
    assert cast.stored_files() == []


@pytest.mark.parametrize(
    "page", ["0", "-1", "99999999999999999999", "1e9", "NaN", "\x00", "x" * 999]
)
def test_no_number_of_a_page_is_too_much(page: str, guest: Client) -> None:
    for name in ("gallery", "mine"):
        assert guest.get(reverse(name), {"page": page}).status_code == 200


def test_no_address_asks_the_database_more_for_more_words(guest: Client) -> None:
    for query in ({"q": "a " * 5000}, {"tag": "x" * 9000}, {"style": "x" * 9000}):
        with connection.execute_wrapper(lambda run, sql, params, many, context: (
            pytest.fail("long") if len(params or ()) > 200 else run(sql, params, many, context)
        )):  # fmt: skip
            assert guest.get(reverse("gallery"), query).status_code == 200


def test_one_visitors_work_is_one_owners_and_others_go_on(
    guest: Client, stranger: Client, settings: Any
) -> None:
    settings.MAX_JOBS_WAITING = 1
    mine, theirs = make_photo(), make_photo(cast.STRANGER)
    wish = {"style": "udnie", "size": "512"}
    for client, photo, wanted in ((guest, mine, 302), (guest, mine, 429), (stranger, theirs, 302)):
        answer = client.post(reverse("paint", args=[photo.pk]), wish, **JSON)
        assert answer.status_code == wanted
