"""A region of a painting is a painting of its own: only its style counts."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gallery import purging, services
from gallery.models import Painting
from gallery.pictures import open_painting
from tests import cast
from tests.cast import GUEST, STRANGER, make_painting
from tests.pencil import Pencil, recipe


def mask(size: tuple[int, int], share: float = 0.5, kind: str = "PNG") -> bytes:
    """White on the left ``share``."""
    picture = Image.new("L", size)
    picture.paste(255, (0, 0, round(share * size[0]), size[1]))
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def send(client: Client, painting: Painting, data: bytes):
    address = reverse("v1:painting_region", args=[painting.pk])
    return client.post(
        address, data, content_type="image/png", headers={"X-Filename": "region.png"}
    )


@pytest.fixture
def painting(db: None) -> Painting:
    return make_painting(artist="Nasa")


def region_of(answer) -> Painting:
    assert answer.status_code == 201, answer.content
    return Painting.objects.get(pk=answer.json()["id"])


def test_it_is_a_new_painting_that_counts_where_the_mask_is_white(
    guest: Client, painting: Painting
) -> None:
    size = painting.width, painting.height
    region = region_of(send(guest, painting, mask(size)))
    assert (region.title, region.artist) == ("Lift-off, a region", "Nasa")
    assert region.belongs_to(GUEST)
    assert not region.public
    assert region.pk != painting.pk
    assert region.original.open().read() == painting.original.open().read()
    given = open_painting(GUEST, str(region.pk), "")
    assert (given.mode, given.size) == ("RGBA", size)
    alpha = np.asarray(given.getchannel("A"))
    assert (alpha[:, : size[0] // 2 - 1] == 255).all()
    assert (alpha[:, size[0] // 2 + 1 :] == 0).all()
    assert open_painting(GUEST, str(painting.pk), "").mode == "RGB"


def test_on_the_screen_the_rest_is_faded(guest: Client, painting: Painting) -> None:
    region = region_of(send(guest, painting, mask((painting.width, painting.height))))
    for kind in ("view", "thumb"):
        whole, part = (
            np.asarray(Image.open(getattr(item, kind).open()).convert("RGB")).astype(float)
            for item in (painting, region)
        )
        assert whole.shape == part.shape
        middle = whole.shape[1] // 2
        assert np.abs(whole - part)[:, : middle - 8].mean() < 4
        assert part[:, middle + 8 :].mean() > 200 > whole[:, middle + 8 :].mean()


def test_a_smaller_mask_of_the_same_proportions_will_do(guest: Client, painting: Painting) -> None:
    small = painting.width // 2, painting.height // 2
    region = region_of(send(guest, painting, mask(small, kind="WEBP")))
    assert Image.open(region.region.open()).size == (painting.width, painting.height)


def test_a_region_of_a_region_is_what_both_have(guest: Client, painting: Painting) -> None:
    size = painting.width, painting.height
    first = region_of(send(guest, painting, mask(size, 0.5)))
    second = region_of(send(guest, first, mask(size, 0.75)))
    alpha = np.asarray(open_painting(GUEST, str(second.pk), "").getchannel("A"))
    assert 0.45 < (alpha > 127).mean() < 0.55


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (mask((128, 128)), "does not fit"),
        (mask((128, 85), 0.0), "less than 1% of the painting"),
        (b"hello", "not a picture"),
    ],
    ids=["proportions", "black", "no picture"],
)
def test_what_is_no_region_is_refused(
    guest: Client, painting: Painting, data: bytes, reason: str
) -> None:
    answer = send(guest, painting, data)
    assert answer.status_code == 400
    assert reason in answer.json()["error"]
    assert Painting.objects.count() == 1


def test_of_a_shared_painting_everybody_may_take_one(stranger: Client, painting: Painting) -> None:
    data = mask((painting.width, painting.height))
    assert send(stranger, painting, data).status_code == 404
    services.shared_edit(painting, public=True)
    region = region_of(send(stranger, painting, data))
    assert region.belongs_to(STRANGER)
    assert stranger.get(reverse("painting_region", args=[painting.pk])).status_code == 200


def test_the_engine_gets_the_region(
    guest: Client, painting: Painting, photo, pencil: type[Pencil]
) -> None:
    region = region_of(send(guest, painting, mask((painting.width, painting.height))))
    cast.draw(cast.submit(photo, recipe((region.ref, 1.0), steps=1)))
    (given,) = pencil.seen[0].values()
    assert given.mode == "RGBA"


def test_it_is_purged_with_all_its_files(
    guest: Client, painting: Painting, run_queue: Callable[[], None]
) -> None:
    before = cast.stored_files()
    region = region_of(send(guest, painting, mask((painting.width, painting.height))))
    services.remove(region)
    Painting.objects.filter(pk=region.pk).update(deleted=timezone.now() - timedelta(hours=2))
    purging.purge()
    assert cast.stored_files() == before
