"""All of one's own in a ZIP: complete, named safely, and with nothing of anybody else's."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image

from gallery import services
from gallery.accounts import export
from gallery.models import Photo, Rendering
from tests import cast
from tests.members import make_member, owner, said, sign_in, signed_in


def exported(client: Client) -> zipfile.ZipFile:
    answer = client.post(reverse("account_export"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert answer.streaming
    archive = zipfile.ZipFile(io.BytesIO(cast.body(answer)))
    assert archive.testzip() is None
    return archive


def manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    return json.loads(archive.read("manifest.json"))


@pytest.fixture
def work(painted: Rendering) -> Rendering:
    cast.make_painting(public=True)
    cast.make_mask(painted.photo)
    cast.submit(painted.photo)  # not painted yet
    return painted


@pytest.mark.parametrize("way", ["guest", "member"])
def test_it_is_complete_and_its_pictures_open(guest: Client, work: Rendering, way: str) -> None:
    if way == "member":
        make_member()
        sign_in(guest)
    archive = exported(guest)
    names = archive.namelist()
    assert names[:2] == ["README.txt", "manifest.json"]
    kinds = sorted(f"{PurePosixPath(n).parent} {PurePosixPath(n).suffix}" for n in names[2:])
    assert kinds == ["masks .jpg", "paintings .jpg", "photos .jpg", "pictures .json",
                     "pictures .json", "pictures .png"]  # fmt: skip
    for name in names:
        if name.endswith((".jpg", ".png")):
            with archive.open(name) as file:
                Image.open(file).verify()
    (picture,) = [name for name in names if name.endswith(".png")]
    with work.result.open("rb") as file:
        assert archive.read(picture) == file.read()
    assert json.loads(archive.read(picture.replace(".png", ".json"))) == work.recipe


def test_the_manifest_says_what_everything_is(guest: Client, work: Rendering) -> None:
    archive = exported(guest)
    told = manifest(archive)["things"]
    assert {thing["kind"] for thing in told} == {"photo", "painting", "mask", "picture"}
    for thing in told:
        assert thing["title"]
        assert thing["created"]
        assert set(thing["files"]) <= set(archive.namelist())
    (done,) = [thing for thing in told if thing.get("state") == "done"]
    assert done["id"] == str(work.pk)
    assert done["photo"] == str(work.photo_id)
    listed = [name for thing in told for name in thing["files"]]
    assert sorted(listed) == sorted(archive.namelist()[2:])
    assert "everything that a guest has" in archive.read("README.txt").decode()


def test_nothing_of_anybody_else_is_in_it(guest: Client, work: Rendering) -> None:
    secret = cast.make_photo(cast.STRANGER, "rocket.jpg")
    other = make_member("ada")
    theirs = cast.make_painting(owner(other), title="Secret of Ada", public=True)
    text = repr([exported(guest).read(n) for n in ("manifest.json", "README.txt")])
    for trace in (
        str(secret.pk),
        str(theirs.pk),
        "Ada",
        "ada@",
        "the-guest",
        "worker",
        "elsewhere",
    ):
        assert trace not in text


def test_what_was_deleted_is_not(guest: Client, work: Rendering) -> None:
    services.remove(work)
    archive = exported(guest)
    assert str(work.pk) not in repr(archive.namelist())
    assert not [name for name in archive.namelist() if name.endswith(".png")]


@pytest.mark.parametrize(
    "title", ["../../etc/passwd", "C:\\con", "a/b", "näh & schön", "\u202egpj.exe", ".", "x" * 120]
)
def test_names_are_safe_whatever_the_title(guest: Client, photo: Photo, title: str) -> None:
    Photo.objects.update(title=title)
    Photo.objects.create(**cast.GUEST.fields, title=title, original=photo.original.name)
    archive = exported(guest)
    names = [name for name in archive.namelist() if name.startswith("photos/")]
    assert len(set(names)) == 2
    for name in names:
        path = PurePosixPath(name)
        assert len(path.parts) == 2
        assert len(path.name) < 110
        assert path.name.replace("-", "").replace(".", "").isascii()
        assert path.name.replace("-", "").removesuffix(".jpg").isalnum()
    assert manifest(archive)["things"][0]["title"] == title


def test_a_file_that_is_lost_does_not_spoil_the_rest(guest: Client, work: Rendering) -> None:
    work.result.storage.delete(work.result.name)
    names = exported(guest).namelist()
    assert not [name for name in names if name.endswith(".png")]
    assert [name for name in names if name.startswith("paintings/")]


def test_a_newcomer_is_told_that_there_is_nothing(client: Client, db: None) -> None:
    page = client.post(reverse("account_export"), follow=True)
    assert "nothing to export" in said(page)


def test_a_member_without_work_gets_a_letter_all_the_same(db: None) -> None:
    archive = exported(signed_in(make_member()))
    assert archive.namelist() == ["README.txt", "manifest.json"]
    assert manifest(archive)["name"] == "vincent"


def test_a_link_elsewhere_cannot_start_it(guest: Client, work: Rendering) -> None:
    assert guest.get(reverse("account_export")).url == reverse("mine")


def test_there_is_a_limit_and_it_is_ones_own(
    guest: Client, stranger: Client, work, settings
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"export": "1/h/owner"}
    cast.make_photo(cast.STRANGER)
    exported(guest)
    assert guest.post(reverse("account_export")).status_code == 429
    exported(stranger)


def test_it_is_sent_piece_by_piece_and_never_held_whole(db: None) -> None:
    size = 20_000_000
    default_storage.save("big.bin", ContentFile(bytes(size)))
    pieces: Iterator[bytes] = export.zipped([(f"{n}.bin", "big.bin") for n in range(3)])
    tracemalloc.start()
    sent = sum(map(len, pieces))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > 3 * size
    assert most < size / 4
