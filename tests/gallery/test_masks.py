"""Masks coming in for a photo of one's own: taken with the same care, seen by nobody else, and
gone when nothing is painted with them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gallery import purging, services
from gallery.models import Mask, Photo, Rendering
from gallery.purging import MASK_TIME
from tests import cast
from tests.engine.bad_files import BAD_FILES
from tests.gallery.test_deleting import let_time_pass
from webstyle.engine import images

FILES = ["original", "view", "thumb"]


def send(client: Client, photo: Photo, data: bytes, name: str = "sky.png"):
    address = reverse("v1:masks", args=[photo.pk])
    headers = {"X-Filename": name}
    return client.post(address, data, content_type="image/png", headers=headers)


def mask_of(width: int, height: int, kind: str = "png") -> bytes:
    picture = Image.new("RGB", (width, height))
    picture.paste("white", (0, 0, width // 2, height))
    return images.encode(picture, kind)


def addresses(mask: Mask) -> list[str]:
    return [reverse("mask_file", args=[mask.pk, kind]) for kind in FILES]


def answers(client: Client, mask: Mask) -> set[int]:
    return {client.get(address).status_code for address in addresses(mask)}


@pytest.fixture
def mask(photo: Photo) -> Mask:
    return cast.make_mask(photo)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_a_mask_is_kept_with_its_photo(guest: Client, photo: Photo, kind: str) -> None:
    answer = send(guest, photo, mask_of(photo.width, photo.height, kind))
    assert answer.status_code == 201
    mask = Mask.objects.get()
    assert (mask.photo, mask.title, mask.owned_by) == (photo, "sky", photo.owned_by)
    told = answer.json()
    assert told["id"] == str(mask.pk)
    assert (told["width"], told["height"]) == (photo.width, photo.height)
    assert guest.get(told["view"]).status_code == guest.get(told["thumb"]).status_code == 200
    original = images.decode(mask.original.open(), "mask")
    assert original.getpixel((5, 5)) == (255, 255, 255)
    assert original.getpixel((photo.width - 5, 5)) == (0, 0, 0)


def test_it_may_be_of_another_size(guest: Client, photo: Photo) -> None:
    assert send(guest, photo, mask_of(2 * photo.width, 2 * photo.height)).status_code == 201
    assert send(guest, photo, mask_of(round(1.015 * photo.width), photo.height)).status_code == 201


@pytest.mark.parametrize("share", [0.97, 1.03, 3])
def test_one_of_other_proportions_is_refused_with_both_sizes(
    guest: Client, photo: Photo, share: float
) -> None:
    before = cast.stored_files()
    width = round(share * photo.width)
    answer = send(guest, photo, mask_of(width, photo.height))
    assert answer.status_code == 400
    assert answer.json()["error"] == (
        f"mask sky.png, {width} x {photo.height} px, does not fit a photo of "
        f"{photo.width} x {photo.height}: give it the photo's proportions"
    )
    assert not Mask.objects.exists()
    assert cast.stored_files() == before


@pytest.mark.parametrize(("name", "data", "says"), BAD_FILES[:3], ids=[b[0] for b in BAD_FILES[:3]])
def test_a_bad_file_is_refused_by_name_with_the_remedy(
    guest: Client, photo: Photo, name: str, data: bytes, says: str
) -> None:
    answer = send(guest, photo, data, name)
    assert answer.status_code == 400
    assert name in answer.json()["error"]
    assert says in answer.json()["error"]
    assert not Mask.objects.exists()


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_nobody_sends_one_for_anothers_photo(
    who: str, request: pytest.FixtureRequest, photo: Photo
) -> None:
    client = request.getfixturevalue(who)
    data = mask_of(photo.width, photo.height)
    assert send(client, photo, data).status_code == 404
    assert send(client, Photo(pk=uuid.uuid4()), data).status_code == 404
    assert not Mask.objects.exists()


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_only_its_owner_sees_a_mask_whatever_is_public(
    who: str, request: pytest.FixtureRequest, guest: Client, painted: Rendering
) -> None:
    mask = cast.make_mask(painted.photo)
    services.rendering_publish(painted, public=True, show_photo=True)
    assert answers(guest, mask) == {200}
    assert answers(request.getfixturevalue(who), mask) == {404}


def test_a_mask_goes_with_its_photo_and_comes_back_with_it(
    guest: Client, photo: Photo, mask: Mask
) -> None:
    undo = reverse("photo_restore", args=[photo.pk])
    guest.post(reverse("photo_delete", args=[photo.pk]))
    assert answers(guest, mask) == {404}
    guest.post(undo)
    assert answers(guest, mask) == {200}
    guest.post(reverse("photo_delete", args=[photo.pk]))
    let_time_pass()
    purging.purge()
    assert not Mask.objects.exists()
    assert cast.stored_files() == []


def aged(mask: Mask, time: timedelta) -> None:
    Mask.objects.filter(pk=mask.pk).update(created=timezone.now() - time)


def test_a_mask_that_nothing_was_painted_with_is_kept_for_a_day(photo: Photo, mask: Mask) -> None:
    aged(mask, MASK_TIME - timedelta(minutes=1))
    assert purging.purge() == 0
    aged(mask, MASK_TIME + timedelta(minutes=1))
    assert purging.purge() == 1
    assert not Mask.objects.exists()
    assert {name.partition("/")[0] for name in cast.stored_files()} == {"photos"}


def test_one_that_a_picture_is_painted_with_is_kept_as_long_as_the_picture(
    photo: Photo, mask: Mask
) -> None:
    aged(mask, 2 * MASK_TIME)
    other = cast.make_mask(photo)
    aged(other, 2 * MASK_TIME)
    cast.submit(photo)
    rendering = cast.submit(photo, cast.Recipe((("udnie", 1.0),), masks=(("udnie", str(mask.pk)),)))
    assert purging.purge() == 1
    assert list(Mask.objects.all()) == [mask]
    services.remove(rendering)
    purging.purge()
    assert list(Mask.objects.all()) == [mask]
    let_time_pass()
    purging.purge()
    purging.purge()
    assert not Mask.objects.exists()
