"""The page on which regions are painted, and what the machine proposes for them."""

from __future__ import annotations

import io
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from gallery.mix_query import Mix
from gallery.models import Photo
from tests.gallery.test_mix_page import SENT

SUBJECT = "kind=subject&box=0.1,0.1,0.8,0.8"
PIECES = "kind=superpixels&count=50"


def page(client: Client, photo: Photo, query: str = ""):
    return client.get(f"{reverse('regions', args=[photo.pk])}?{query}")


def propose(client: Client, photo: Photo, query: str):
    return client.get(f"{reverse('v1:proposal', args=[photo.pk])}?{query}")


def test_the_page_has_all_that_regions_are_made_of(guest: Client, photo: Photo) -> None:
    found = page(guest, photo)
    assert found.status_code == 200
    assert found.context["photo"] == photo
    assert found.context["max_regions"] == 4
    assert "udnie" in [style.slug for style in found.context["styles"]]
    assert [size for size, _ in found.context["sizes"]] == [512, 1024, 2048]


def test_a_mixture_comes_along(guest: Client, photo: Photo) -> None:
    assert page(guest, photo, SENT).context["query"] == SENT
    assert page(guest, photo).context["query"] == Mix().to_query()


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_the_photo_of_somebody_else_is_not_there(
    who: str, request: pytest.FixtureRequest, photo: Photo
) -> None:
    client = request.getfixturevalue(who)
    for asked in (photo, Photo(pk=uuid.uuid4())):
        assert page(client, asked).status_code == 404
        expected = 401 if who == "client" else 404  # nobody has a photo
        assert propose(client, asked, PIECES).status_code == expected


def test_a_deleted_photo_is_not_there(guest: Client, photo: Photo) -> None:
    guest.post(reverse("photo_delete", args=[photo.pk]))
    assert page(guest, photo).status_code == propose(guest, photo, PIECES).status_code == 404


@pytest.mark.parametrize(("query", "mode"), [(SUBJECT, "L"), (PIECES, "RGB")])
def test_a_proposal_is_a_plain_png_of_the_photos_proportions(
    guest: Client, photo: Photo, query: str, mode: str
) -> None:
    answer = propose(guest, photo, query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert "private" in answer["Cache-Control"]
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.mode, picture.size) == (mode, (photo.width, photo.height))
    assert "icc_profile" not in picture.info  # a browser would change the numbers by it


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "kind '' cannot be proposed: use subject or superpixels"),
        ("kind=sky", "kind 'sky' cannot be proposed: use subject or superpixels"),
        ("kind=subject", "box '' cannot be read: write it as in 0.25,0.25,0.5,0.5"),
        ("kind=subject&box=0,0,1", "box '0,0,1' cannot be read"),
        ("kind=subject&box=0,0,1,wide", "box '0,0,1,wide' cannot be read"),
        ("kind=subject&box=0,0,1,nan", "box 0,0,1,nan is not on the photo: use fractions"),
        ("kind=subject&box=0,0,inf,1", "box 0,0,inf,1 is not on the photo: use fractions"),
        ("kind=subject&box=0.5,0.5,0.001,0.5", "box 0.5,0.5,0.001,0.5 is too small: draw it"),
        ("kind=superpixels&count=many", "count 'many' is no whole number: write it as in 200"),
        ("kind=superpixels&count=1", "count 1 is out of range: use 20 to 2000"),
        ("kind=superpixels&count=2001", "count 2001 is out of range: use 20 to 2000"),
    ],
)
def test_what_cannot_be_proposed_is_named_with_the_remedy(
    guest: Client, photo: Photo, query: str, says: str
) -> None:
    answer = propose(guest, photo, query)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(says)


def test_there_are_two_hundred_pieces_if_nobody_says_how_many(guest: Client, photo: Photo) -> None:
    few, many = (propose(guest, photo, f"kind=superpixels{n}").content for n in ("", "&count=200"))
    assert few == many
