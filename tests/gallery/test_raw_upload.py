"""A file as the raw body of a request, as the page's script sends it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Photo
from gallery.owners import SESSION_KEY, Owner
from tests import cast
from tests.engine.bad_files import BAD_FILES, HTML, private, with_html

KINDS = {
    "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/avif": "AVIF",
    "image/heic": "HEIF",
}  # fmt: skip


def send(client: Client, data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg", **extra):
    headers = {"X-Filename": name} | extra.pop("headers", {})
    return client.post(reverse("v1:photos"), data, content_type=kind, headers=headers, **extra)


@pytest.fixture
def jpeg() -> bytes:
    return cast.encoded("coffee.png")


def test_a_newcomer_gets_a_photo_of_their_own_without_an_account(
    client: Client, db: None, jpeg: bytes
) -> None:
    answer = send(client, jpeg, "My_summer%20in%20K%C3%B6ln.jpg")
    assert answer.status_code == 201
    photo = Photo.objects.get()
    assert photo.owned_by == Owner(guest=client.session[SESSION_KEY])
    assert photo.title == "My summer in Köln"
    assert (photo.width, photo.height) == cast.sample("coffee.png").size
    told = answer.json()
    assert told["id"] == str(photo.pk)
    assert client.get(told["url"]).status_code == 200
    assert client.get(told["thumb"]).status_code == 200


def test_a_member_keeps_the_photo_in_the_account(member: Client, jpeg: bytes) -> None:
    assert send(member, jpeg).status_code == 201
    assert Photo.objects.get().owner.username == "member"
    assert Photo.objects.get().guest == ""


@pytest.mark.parametrize("kind", KINDS)
def test_every_accepted_kind_is_taken_whatever_its_notes_say(guest: Client, kind: str) -> None:
    assert send(guest, private(KINDS[kind]), "photo", kind).status_code == 201
    photo = Photo.objects.get()
    for field in (photo.original, photo.view, photo.thumb):
        assert b"Secret" not in field.open().read()


@pytest.mark.parametrize(("name", "data", "says"), BAD_FILES, ids=[b[0] for b in BAD_FILES])
def test_a_bad_file_is_refused_by_name_with_the_remedy(
    guest: Client, name: str, data: bytes, says: str
) -> None:
    answer = send(guest, data, name)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert name in error
    assert says in error
    assert "\n" not in error
    assert not Photo.objects.exists()
    assert cast.stored_files() == []


def test_a_page_hidden_behind_a_picture_is_not_kept(guest: Client) -> None:
    assert send(guest, with_html(), "page.html").status_code == 201
    photo = Photo.objects.get()
    for field in (photo.original, photo.view, photo.thumb):
        assert HTML not in field.open().read()
    assert guest.get(photo.view_url)["Content-Type"] == "image/webp"
    assert guest.get(photo.view_url)["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_too_large_is_refused_with_the_limit(
    guest: Client, jpeg: bytes, settings
) -> None:
    settings.MAX_UPLOAD_BYTES = len(jpeg) - 1
    answer = send(guest, jpeg, "big.jpg")
    assert answer.status_code == 413
    assert answer.json()["error"].startswith("big.jpg is larger than")
    assert not Photo.objects.exists()


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x",
                                  "application/x-www-form-urlencoded"])  # fmt: skip
def test_a_form_is_refused(guest: Client, jpeg: bytes, kind: str) -> None:
    answer = send(guest, jpeg, kind=kind)
    assert answer.status_code == 415
    assert "as the body" in answer.json()["error"]


def test_without_a_csrf_token_nothing_is_taken(db: None, jpeg: bytes) -> None:
    answer = send(cast.client_of(cast.GUEST, careful=True), jpeg)
    assert answer.status_code == 403
    assert answer.json()["error"]
    assert not Photo.objects.exists()


def test_with_the_pages_csrf_token_it_is_taken(db: None, jpeg: bytes) -> None:
    careful = cast.client_of(cast.GUEST, careful=True)
    careful.get(reverse("home"))
    token = careful.cookies["csrftoken"].value
    assert send(careful, jpeg, headers={"X-CSRFToken": token}).status_code == 201


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("..%2F..%2Fetc%2Fpasswd.jpg", "passwd"),
        ("C%3A%5CPictures%5Ccat.jpg", "cat"),
        ("a%00b.jpg", "ab"),
        ("two%0Alines.jpg", "twolines"),
        ("%FF%FE.jpg", "��"),
        ("", "The file"),
        (".jpg", ".jpg"),
        ("x" * 500 + ".jpg", "x" * 100),
    ],
)
def test_any_name_is_borne(guest: Client, jpeg: bytes, name: str, title: str) -> None:
    assert send(guest, jpeg, name).status_code == 201
    assert Photo.objects.get().title == title


def test_a_name_does_not_lead_out_of_the_folder(guest: Client, jpeg: bytes) -> None:
    send(guest, jpeg, "..%2F..%2F..%2Fescaped.jpg")
    photo = Photo.objects.get()
    assert cast.stored_files() == sorted(
        f"photos/{photo.pk}/{name}" for name in ("original.jpg", "view.webp", "thumb.webp")
    )


def test_what_a_decoder_grumbles_is_not_told_to_the_visitor(guest: Client) -> None:
    """Pillow warns of the broken EXIF block before it fails."""
    from tests.engine.bad_files import cut

    data = cut("JPEG")
    exif = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff\x12\x01\x03"
    block = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    answer = send(guest, data[:2] + block + data[2:], "cut.jpg")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("cut.jpg is damaged")
