"""Uploads in pieces, as the tus 1.0 protocol has them: nothing that arrived is sent twice."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery import purging, services
from gallery.intake.models import Arrival
from gallery.intake.services import check_file, held
from gallery.models import Painting, Photo
from gallery.owners import SESSION_KEY, Owner
from tests import cast
from tests.members import owner, sign_in

PIECE = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def jpeg() -> bytes:
    return cast.encoded("coffee.png")


def named(name: str) -> str:
    return f"filename {base64.b64encode(name.encode()).decode()}"


def begin(client: Client, length: Any, **headers: str) -> HttpResponse:
    given = {**TUS, "Upload-Length": str(length), "Upload-Metadata": named("My_cup.jpg"), **headers}
    return client.post(reverse("arrivals"), b"", headers=given, content_type=PIECE)


def begun(client: Client, length: int) -> str:
    answer = begin(client, length)
    assert answer.status_code == 201, answer.content
    return answer["Location"]


def patch(client: Client, url: str, offset: Any, data: bytes, **headers: str) -> HttpResponse:
    given = {**TUS, "Upload-Offset": str(offset), **headers}
    kind = given.pop("Content-Type", PIECE)
    return client.patch(url, data, content_type=kind, headers=given)


def head(client: Client, url: str) -> HttpResponse:
    return client.head(url, headers=TUS)


def make(client: Client, url: str, name: str = "v1:photos") -> HttpResponse:
    pk = url.strip("/").rpartition("/")[2]
    return client.post(reverse(name), {"upload": pk}, content_type="application/json")


def sent(client: Client, data: bytes) -> str:
    url = begun(client, len(data))
    assert patch(client, url, 0, data).status_code == 204
    return url


def parts() -> list[Path]:
    return list(Path(site.UPLOAD_ROOT).glob("*.part"))


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path: Path) -> None:
    settings.UPLOAD_ROOT = tmp_path / "uploads"


def test_a_newcomer_sends_a_photo_in_pieces(client: Client, db: None, jpeg: bytes) -> None:
    url = begun(client, len(jpeg))
    for at in range(0, len(jpeg), 5_000):
        answer = patch(client, url, at, jpeg[at : at + 5_000])
        assert answer.status_code == 204
        assert answer["Upload-Offset"] == str(min(at + 5_000, len(jpeg)))
        assert answer["Tus-Resumable"] == "1.0.0"
    answer = make(client, url)
    assert answer.status_code == 201
    photo = Photo.objects.get()
    assert answer.json() == photo.to_json()
    assert photo.owned_by == Owner(guest=client.session[SESSION_KEY])
    assert photo.title == "My cup"
    assert parts() == []


def test_what_the_server_can_do_is_told_to_anybody(client: Client, db: None) -> None:
    answer = client.options(reverse("arrivals"))
    assert answer.status_code == 204
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert answer["Tus-Max-Size"] == str(site.MAX_UPLOAD_BYTES)
    assert "creation" in answer["Tus-Extension"]
    assert "sha1" in answer["Tus-Checksum-Algorithm"]


def test_how_far_it_is_can_be_asked(guest: Client) -> None:
    url = begun(guest, 100)
    patch(guest, url, 0, bytes(40))
    answer = head(guest, url)
    assert answer.status_code == 200
    assert (answer["Upload-Offset"], answer["Upload-Length"]) == ("40", "100")
    assert answer["Upload-Metadata"] == named("My_cup.jpg")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Upload-Expires"].endswith("GMT")


def test_the_first_bytes_may_come_with_the_creation(guest: Client, jpeg: bytes) -> None:
    headers = {**TUS, "Upload-Length": str(len(jpeg))}
    answer = guest.post(reverse("arrivals"), jpeg[:999], content_type=PIECE, headers=headers)
    assert answer.status_code == 201
    assert answer["Upload-Offset"] == "999"
    assert patch(guest, answer["Location"], 999, jpeg[999:]).status_code == 204
    assert make(guest, answer["Location"]).status_code == 201


def test_another_version_is_refused(guest: Client) -> None:
    url = begun(guest, 10)
    for answer in (
        begin(guest, 10, **{"Tus-Resumable": "0.2.2"}),
        patch(guest, url, 0, b"x", **{"Tus-Resumable": "2.0.0"}),
        guest.head(url),
        guest.delete(url),
    ):
        assert answer.status_code == 412
        assert answer["Tus-Version"] == "1.0.0"
    assert Arrival.objects.get().offset == 0


@pytest.mark.parametrize("length", ["", "ten", "-1", "1.5", "0x10", "٣", "9" * 20])
def test_a_length_that_is_none_is_refused(guest: Client, length: str) -> None:
    answer = begin(guest, length)
    assert answer.status_code == 400
    assert "Upload-Length" in answer.json()["error"]
    assert not Arrival.objects.exists()


def test_more_than_the_limit_is_refused_with_it(guest: Client) -> None:
    answer = begin(guest, site.MAX_UPLOAD_BYTES + 1)
    assert answer.status_code == 413
    assert "My_cup.jpg is larger than 40 MB" in answer.json()["error"]


@pytest.mark.parametrize(
    "metadata",
    ["filename !", "filename YQ==,filename YQ==", ",, ,x y z", "filename gICA",
     "k " + "QUFB" * 600],
)  # fmt: skip
def test_metadata_that_cannot_be_read_is_refused(guest: Client, metadata: str) -> None:
    answer = begin(guest, 10, **{"Upload-Metadata": metadata})
    assert answer.status_code == 400
    assert "Upload-Metadata" in answer.json()["error"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/passwd", "passwd"), ("a\0b.jpg", "ab.jpg"), ("two\nlines.jpg", "twolines.jpg"),
     ("\u202egpj.exe", "gpj.exe"), ("", "The file"), ("x" * 900, "x" * 100), ("猫.jpg", "猫.jpg")],
)  # fmt: skip
def test_any_name_is_borne(guest: Client, name: str, shown: str) -> None:
    assert begin(guest, 10, **{"Upload-Metadata": named(name)}).status_code == 201
    assert Arrival.objects.get().title == shown
    assert [path.parent for path in parts()] == [Path(site.UPLOAD_ROOT)]


def test_a_piece_at_another_place_is_refused_with_the_right_one(guest: Client) -> None:
    url = begun(guest, 100)
    patch(guest, url, 0, b"a" * 40)
    for offset in (0, 39, 41, 100):
        answer = patch(guest, url, offset, b"b")
        assert answer.status_code == 409
        assert answer["Upload-Offset"] == "40"
    assert Arrival.objects.get().path.read_bytes() == b"a" * 40


@pytest.mark.parametrize("kind", ["application/octet-stream", "image/jpeg", "text/plain"])
def test_a_piece_of_another_type_is_refused(guest: Client, kind: str) -> None:
    answer = patch(guest, begun(guest, 10), 0, b"x", **{"Content-Type": kind})
    assert answer.status_code == 415
    assert PIECE in answer.json()["error"]


def test_a_piece_without_a_place_is_refused(guest: Client) -> None:
    assert patch(guest, begun(guest, 10), "", b"x").status_code == 400


def test_more_than_was_announced_is_refused_and_does_not_count(guest: Client) -> None:
    url = begun(guest, 10)
    assert patch(guest, url, 0, bytes(11)).status_code == 413
    assert head(guest, url)["Upload-Offset"] == "0"
    assert patch(guest, url, 0, b"0123456789").status_code == 204
    assert Arrival.objects.get().path.read_bytes() == b"0123456789"


@pytest.mark.parametrize("name", ["sha1", "sha256", "md5"])
def test_a_checksum_that_fits_is_taken_and_another_is_not(guest: Client, name: str) -> None:
    def told(data: bytes) -> dict[str, str]:
        digest = base64.b64encode(hashlib.new(name, data).digest()).decode()
        return {"Upload-Checksum": f"{name} {digest}"}

    url = begun(guest, 6)
    answer = patch(guest, url, 0, b"abd", **told(b"abc"))
    assert answer.status_code == 460
    assert head(guest, url)["Upload-Offset"] == "0"
    assert patch(guest, url, 0, b"abc", **told(b"abc")).status_code == 204
    assert head(guest, url)["Upload-Offset"] == "3"


@pytest.mark.parametrize("text", ["crc32 AAAA", "sha1 !", "sha1 AAAA", "sha1"])
def test_a_checksum_that_cannot_be_read_is_refused(guest: Client, text: str) -> None:
    answer = patch(guest, begun(guest, 3), 0, b"abc", **{"Upload-Checksum": text})
    assert answer.status_code == 400


def test_of_two_at_once_one_is_refused(guest: Client) -> None:
    url = begun(guest, 10)
    with held(Arrival.objects.get()):
        answer = patch(guest, url, 0, b"x")
        assert answer.status_code == 423
        assert guest.delete(url, headers=TUS).status_code == 423
    assert patch(guest, url, 0, b"x").status_code == 204


def test_bytes_count_when_they_are_in_the_file(
    guest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, sizes = begun(guest, 3), []
    change = Arrival.change

    def noted(self: Arrival, *args: Any, **values: Any) -> bool:
        sizes.append(self.path.stat().st_size)
        return change(self, *args, **values)

    monkeypatch.setattr(Arrival, "change", noted)
    assert patch(guest, url, 0, b"abc").status_code == 204
    assert sizes == [3]


HOLDER = """
import sys, time
from fcntl import LOCK_EX, flock
file = open(sys.argv[1], "r+b")
flock(file, LOCK_EX)
file.write(b"half of a pie")
file.flush()
print("held", flush=True)
time.sleep(60)
"""


def test_a_server_that_was_killed_while_it_wrote_holds_nothing(guest: Client) -> None:
    url = begun(guest, 10)
    path = Arrival.objects.get().path
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout
        assert server.stdout.readline() == b"held\n"
        assert patch(guest, url, 0, b"x").status_code == 423
        server.kill()
    assert patch(guest, url, 0, b"0123456789").status_code == 204
    assert path.read_bytes() == b"0123456789"


def test_whoever_comes_second_finds_what_the_first_has_done(guest: Client, jpeg: bytes) -> None:
    """Two read the row before either had it."""
    url = sent(guest, jpeg)
    late = Arrival.objects.get()
    assert make(guest, url).status_code == 201
    assert late.path.exists() is False
    check_file(late)
    assert late.made, "the row is there, and says what was made of it"
    assert patch(guest, url, len(jpeg), b"x").status_code == 413
    assert guest.delete(url, headers=TUS).status_code == 204
    assert Photo.objects.count() == 1


def test_it_is_nobody_elses(guest: Client, stranger: Client, client: Client, jpeg: bytes) -> None:
    url = sent(guest, jpeg)
    for other in (stranger, client):
        assert head(other, url).status_code == 404
        assert patch(other, url, 0, b"x").status_code == 404
        assert other.delete(url, headers=TUS).status_code == 404
        assert make(other, url).status_code == 404
    assert not Photo.objects.exists()
    assert make(guest, url).status_code == 201


def test_a_cancelled_one_leaves_nothing(guest: Client) -> None:
    url = begun(guest, 10)
    assert parts()
    assert guest.delete(url, headers=TUS).status_code == 204
    assert parts() == []
    assert head(guest, url).status_code == 404
    assert make(guest, url).status_code == 404


def test_one_whose_file_is_lost_is_begun_anew(guest: Client) -> None:
    asks = (head, lambda client, url: patch(client, url, 0, b"x"))
    for ask in asks:
        url = begun(guest, 10)
        Arrival.objects.get().path.unlink()
        assert ask(guest, url).status_code == 404
        assert not Arrival.objects.exists()


def test_without_a_csrf_token_nothing_is_taken(db: None) -> None:
    url = begun(cast.client_of(cast.GUEST), 10)
    careful = cast.client_of(cast.GUEST, careful=True)
    assert begin(careful, 10).status_code == 403
    assert patch(careful, url, 0, b"x").status_code == 403
    assert careful.delete(url, headers=TUS).status_code == 403
    override = {**TUS, "X-HTTP-Method-Override": "DELETE"}
    assert careful.get(url, headers=override).status_code == 405
    assert careful.head(url, headers=override).status_code == 200
    assert Arrival.objects.get().offset == 0


def test_a_client_that_cannot_patch_says_so_in_a_post(guest: Client) -> None:
    url = begun(guest, 3)
    headers = {**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    answer = guest.post(url, b"abc", content_type=PIECE, headers=headers)
    assert answer.status_code == 204
    assert head(guest, url)["Upload-Offset"] == "3"


def test_asked_twice_it_gives_the_same_photo(guest: Client, jpeg: bytes) -> None:
    url = sent(guest, jpeg)
    first, second = make(guest, url), make(guest, url)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Photo.objects.count() == 1


def test_a_photo_is_kept_with_the_word_that_it_was_made(
    guest: Client, jpeg: bytes, monkeypatch
) -> None:
    """Else a process that is killed between the two leaves a photo that is made again."""
    url = sent(guest, jpeg)
    guest.raise_request_exception = False
    change = Arrival.change

    def killed(arrival: Arrival, *args: Any, **values: Any) -> bool:
        return 1 / 0 if "made" in values else change(arrival, *args, **values)

    with monkeypatch.context() as dying:
        dying.setattr(Arrival, "change", killed)
        assert make(guest, url).status_code == 500
    assert make(guest, url).status_code == 201
    assert Photo.objects.count() == 1


def test_what_was_made_of_it_and_deleted_does_not_come_back(guest: Client, jpeg: bytes) -> None:
    url = sent(guest, jpeg)
    make(guest, url)
    services.remove(Photo.objects.get())
    answer = make(guest, url)
    assert answer.status_code == 400
    assert "send the file again" in answer.json()["error"]


def test_an_unfinished_one_is_no_photo_yet(guest: Client, jpeg: bytes) -> None:
    url = begun(guest, len(jpeg))
    patch(guest, url, 0, jpeg[:100])
    answer = make(guest, url)
    assert answer.status_code == 409
    assert f"100 of {len(jpeg)} bytes" in answer.json()["error"]
    assert patch(guest, url, 100, jpeg[100:]).status_code == 204
    assert make(guest, url).status_code == 201


def test_a_file_that_is_no_picture_is_refused_and_not_kept(guest: Client) -> None:
    url = sent(guest, b"Dear sister")
    answer = make(guest, url)
    assert answer.status_code == 400
    assert "My_cup.jpg is not a picture we can read" in answer.json()["error"]
    assert not Arrival.objects.exists()
    assert parts() == []


def test_an_empty_file_is_refused(guest: Client) -> None:
    answer = make(guest, begun(guest, 0))
    assert answer.status_code == 400
    assert "empty (0 bytes)" in answer.json()["error"]


def test_paintings_masks_and_regions_are_made_of_uploads_too(guest: Client, photo: Photo) -> None:
    data = cast.encoded("coffee.png")
    assert make(guest, sent(guest, data), "v1:paintings").status_code == 201
    painting = Painting.objects.get()
    for name, item in (("v1:masks", photo), ("v1:painting_region", painting)):
        pk = sent(guest, data).strip("/").rpartition("/")[2]
        answer = guest.post(reverse(name, args=[item.pk]), {"upload": pk},
                            content_type="application/json")  # fmt: skip
        assert answer.status_code == 201, answer.content


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", '{"upload": 3}', '{"upload": "../x"}',
                                  '{"upload": null}', "\xff"])  # fmt: skip
def test_an_id_that_is_none_is_refused(guest: Client, body: str) -> None:
    answer = guest.post(
        reverse("v1:photos"), body.encode("latin-1"), content_type="application/json"
    )
    assert answer.status_code == 400
    assert json.loads(answer.content)["error"]


def test_of_unfinished_ones_there_is_a_limit(guest: Client, stranger: Client, settings) -> None:
    settings.UPLOADS_OPEN, settings.UPLOADS_OPEN_BYTES = 2, 1_000
    url = begun(guest, 600)
    answer = begin(guest, 401)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "3600"
    begun(guest, 400)
    assert begin(guest, 0).status_code == 429
    begun(stranger, 600)
    guest.delete(url, headers=TUS)
    begun(guest, 600)


def test_where_the_disk_is_full_nothing_is_begun(guest: Client, monkeypatch) -> None:
    from gallery.intake import services as intake

    monkeypatch.setattr(intake, "RESERVE", 10**18)
    answer = begin(guest, 10)
    assert answer.status_code == 429
    assert "no room" in answer.json()["error"]
    assert parts() == []


def test_an_expired_one_is_gone_and_swept(guest: Client) -> None:
    url = begun(guest, 10)
    kept = begun(guest, 10)
    pk = url.strip("/").rpartition("/")[2]
    Arrival.objects.filter(pk=pk).update(expires=timezone.now() - timedelta(seconds=1))
    assert head(guest, url).status_code == 404
    assert purging.purge() == 1
    (path,) = parts()
    assert path.stem in kept


def test_what_a_guest_sent_goes_on_when_signed_in(client: Client, user: Any, jpeg: bytes) -> None:
    url = begun(client, len(jpeg))
    patch(client, url, 0, jpeg[:100])
    sign_in(client, user.username)
    assert patch(client, url, 100, jpeg[100:]).status_code == 204
    assert make(client, url).status_code == 201
    assert Photo.objects.get().owned_by == owner(user)
