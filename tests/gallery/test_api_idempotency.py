"""A request that is sent again with the same key is done once."""

from __future__ import annotations

import socket
import subprocess
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from gallery import purging
from gallery.api import albums, idempotency
from gallery.models import Album, KeptAnswer, Photo, Rendering
from gallery.owners import SESSION_KEY
from tests import cast
from tests.api import ask, program
from tests.members import make_member, sign_in

ALBUMS, PHOTOS, PICTURES = "/api/v1/albums", "/api/v1/photos", "/api/v1/renderings"
KEY = "6d9f-1"


def make(client: Client, key: str = KEY, **values: Any) -> Any:
    return ask(client, "POST", ALBUMS, {"title": "Winter", **values}, **{"Idempotency-Key": key})


def upload(client: Client, data: bytes, key: str = KEY, name: str = "cup.jpg") -> Any:
    headers = {"X-Filename": name, "Idempotency-Key": key}
    return client.post(PHOTOS, data, content_type="image/jpeg", headers=headers)


def test_the_second_answer_is_the_first(guest: Client) -> None:
    first, second = make(guest), make(guest)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Album.objects.count() == 1


def test_without_a_key_each_request_is_one(guest: Client) -> None:
    for _ in range(2):
        assert ask(guest, "POST", ALBUMS, {"title": "Winter"}).status_code == 201
    assert Album.objects.count() == 2
    assert not KeptAnswer.objects.exists()


def test_another_key_is_another_request(guest: Client) -> None:
    assert make(guest).json()["id"] != make(guest, "another").json()["id"]


def test_with_another_body_the_key_is_refused(guest: Client) -> None:
    make(guest)
    answer = make(guest, title="Summer")
    assert answer.status_code == 422
    assert "take a new one" in answer.json()["fields"]["Idempotency-Key"][0]
    assert Album.objects.get().title == "Winter"


def test_so_it_is_at_another_address(guest: Client) -> None:
    make(guest)
    assert upload(guest, cast.encoded("coffee.png")).status_code == 422


def test_an_uploaded_file_is_kept_once(guest: Client) -> None:
    data = cast.encoded("coffee.png")
    first, second = upload(guest, data), upload(guest, data)
    assert (first.status_code, second.status_code) == (201, 201), second.content
    assert first.json() == second.json()
    assert Photo.objects.count() == 1
    assert Photo.objects.get().title == "cup"
    assert upload(guest, cast.encoded("chelsea.png")).status_code == 422
    assert upload(guest, data, name="mug.jpg").status_code == 422


def test_a_picture_is_painted_once(guest: Client, photo: Photo) -> None:
    body = {"photo": photo.pk, "styles": [{"style": "udnie"}]}
    answers = [ask(guest, "POST", PICTURES, body, **{"Idempotency-Key": KEY}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Rendering.objects.count() == 1


def test_what_was_refused_may_be_tried_again(guest: Client, photo: Photo, settings) -> None:
    body = {"photo": photo.pk, "styles": [{"style": "udnie"}]}
    settings.MAX_JOBS_WAITING = 0
    assert ask(guest, "POST", PICTURES, body, **{"Idempotency-Key": KEY}).status_code == 429
    settings.MAX_JOBS_WAITING = 1
    assert ask(guest, "POST", PICTURES, body, **{"Idempotency-Key": KEY}).status_code == 201
    assert upload(guest, b"no picture", "another").status_code == 400
    assert not KeptAnswer.objects.filter(status=None).exists()


def test_what_broke_may_be_tried_again(guest: Client, monkeypatch) -> None:
    guest.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(albums, "album_make", lambda *args: 1 / 0)
        assert make(guest).status_code == 500
    assert make(guest).status_code == 201


def test_ones_key_is_nobody_elses(guest: Client, stranger: Client) -> None:
    assert make(guest).json()["id"] != make(stranger).json()["id"]
    assert Album.objects.count() == 2


def test_after_a_day_it_is_forgotten(guest: Client) -> None:
    first = make(guest)
    KeptAnswer.objects.update(created=timezone.now() - timedelta(hours=25))
    assert make(guest).json()["id"] != first.json()["id"]
    KeptAnswer.objects.update(created=timezone.now() - timedelta(hours=25))
    purging.purge()
    assert not KeptAnswer.objects.exists()


def test_within_a_day_it_is_not(guest: Client) -> None:
    make(guest)
    KeptAnswer.objects.update(created=timezone.now() - timedelta(hours=23))
    purging.purge()
    make(guest)
    assert Album.objects.count() == 1


def test_no_more_than_so_many_are_kept(guest: Client, stranger: Client, monkeypatch) -> None:
    monkeypatch.setattr(idempotency, "MOST", 3)
    make(stranger)
    for number in range(6):
        make(guest, f"key-{number}")
    assert KeptAnswer.objects.filter(guest=cast.GUEST.guest).count() == 3
    assert KeptAnswer.objects.filter(guest=cast.STRANGER.guest).count() == 1
    make(guest, "key-5")
    assert Album.objects.filter(guest=cast.GUEST.guest).count() == 6


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a key", "schlüssel"])
def test_a_key_that_is_none_is_refused(guest: Client, key: str) -> None:
    answer = make(guest, key)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["fields"]
    assert not Album.objects.exists()


def under_way(**values: Any) -> None:
    KeptAnswer.objects.create(
        name=idempotency.named(cast.GUEST, KEY), request="x", **cast.GUEST.fields, **values
    )


def test_while_it_is_under_way_one_is_asked_to_wait(guest: Client) -> None:
    make(guest)
    KeptAnswer.objects.update(status=None, body=None)
    answer = make(guest)
    assert (answer.status_code, answer["Retry-After"]) == (409, "1")
    assert Album.objects.count() == 1


def test_one_that_died_on_the_way_holds_nobody_up(guest: Client) -> None:
    under_way(created=timezone.now() - timedelta(minutes=6))
    assert make(guest).status_code == 201


def test_nor_does_one_whose_process_is_dead(guest: Client) -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    under_way(body={"by": f"{socket.gethostname()}:{process.pid}"})
    assert make(guest).status_code == 201


def test_nor_does_one_that_ended_while_the_database_was_away(guest: Client, monkeypatch) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    def meanwhile(*args: Any) -> None:
        database.setattr(QuerySet, "delete", away)
        away()

    guest.raise_request_exception = False
    with monkeypatch.context() as database:
        database.setattr(albums, "album_make", meanwhile)
        assert make(guest).status_code == 503
    assert KeptAnswer.objects.get().status is None
    assert make(guest).status_code == 201


@pytest.mark.parametrize("what", [ALBUMS, PHOTOS, PICTURES])
def test_the_row_and_its_answer_are_written_together(
    guest: Client, photo: Photo, monkeypatch, what: str
) -> None:
    """A process that is killed after the one and before the other would leave a row that is made
    again."""
    guest.raise_request_exception = False
    wish = {"photo": str(photo.pk), "styles": [{"style": "udnie"}]}
    send = {
        ALBUMS: lambda: make(guest), PHOTOS: lambda: upload(guest, cast.encoded("coffee.png")),
        PICTURES: lambda: ask(guest, "POST", PICTURES, wish, **{"Idempotency-Key": KEY}),
    }[what]  # fmt: skip
    model = {ALBUMS: Album, PHOTOS: Photo, PICTURES: Rendering}[what]
    before = model.objects.count()
    with monkeypatch.context() as killed:
        killed.setattr(idempotency, "made", lambda found: 1 / 0)
        assert send().status_code == 500
    answer = send()
    assert answer.status_code == 201, answer.content
    assert model.objects.count() == before + 1
    assert model.objects.filter(pk=answer.json()["id"]).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done(monkeypatch) -> None:
    together = threading.Barrier(4)
    answers: list[int] = []

    def send(client: Client) -> None:
        from django.db import connection

        together.wait()
        answers.append(make(client).status_code)
        connection.close()

    threads = [threading.Thread(target=send, args=[cast.client_of(cast.GUEST)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert Album.objects.count() == 1


def test_a_newcomer_may_send_one(client: Client, db: None) -> None:
    data = cast.encoded("coffee.png")
    assert upload(client, data).json() == upload(client, data).json()
    assert Photo.objects.get().guest == client.session[SESSION_KEY]


def test_it_goes_when_a_guest_becomes_a_member(guest: Client) -> None:
    make(guest)
    make_member()
    sign_in(guest)
    assert not KeptAnswer.objects.exists()
    make(guest)
    assert KeptAnswer.objects.get().owner is not None


def test_a_token_has_the_keys_of_its_member(user: Any) -> None:
    first, second = make(program(user, "albums")), make(program(user, "albums"))
    assert first.json()["id"] == second.json()["id"]
