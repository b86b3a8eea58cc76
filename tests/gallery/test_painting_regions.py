"""Each style where its mask is, chosen in the one form and painted as any picture."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Mask, Photo, Rendering
from tests import api, cast
from tests.engine.painting import difference
from webstyle.engine import images


def paint(client: Client, photo: Photo, **values: object):
    return api.paint(client, photo, **{"size": "512"} | values)


def refused(client: Client, photo: Photo, **values: object) -> str:
    """The reason, on the page."""
    page = client.post(reverse("paint", args=[photo.pk]), {"size": "512"} | values)
    assert page.status_code == 400
    assert not Rendering.objects.exists()
    return api.refusal(page)


@pytest.fixture
def mask(photo: Photo) -> Mask:
    return cast.make_mask(photo)


@pytest.fixture
def masked(guest: Client, photo: Photo, mask: Mask) -> Rendering:
    """Waiting: Udnie on the left, the photo on the right."""
    assert paint(guest, photo, mask_style="udnie", mask=str(mask.pk)).status_code == 201
    return Rendering.objects.get()


def test_a_style_with_a_mask_is_enough(masked: Rendering, mask: Mask) -> None:
    recipe = masked.parsed_recipe()
    assert recipe.styles == (("udnie", 1.0),)
    assert recipe.masks == (("udnie", str(mask.pk)),)
    assert recipe.params == {}


def test_regions_a_rest_and_a_feather_arrive_in_the_recipe(
    guest: Client, photo: Photo, mask: Mask
) -> None:
    other = cast.make_mask(photo, 0.2)
    paint(guest, photo, style="the-scream", mask_style=["udnie", "photo"],
          mask=[str(mask.pk), str(other.pk)], feather="40")  # fmt: skip
    recipe = Rendering.objects.get().parsed_recipe()
    assert recipe.styles == (("the-scream", 1.0), ("udnie", 1.0))
    assert recipe.masks == (("udnie", str(mask.pk)), ("photo", str(other.pk)))
    assert recipe.params == {"feather": 40}


def test_one_mask_may_serve_a_style_of_the_mixture(guest: Client, photo: Photo, mask: Mask) -> None:
    paint(guest, photo, style="udnie", weight="30", mask_style="udnie", mask=str(mask.pk))
    assert Rendering.objects.get().parsed_recipe().styles == (("udnie", 0.3),)


def test_where_the_mask_is_black_the_photo_stays(masked: Rendering, run_queue) -> None:
    run_queue()
    masked.refresh_from_db()
    assert masked.state == "done"
    with masked.result.open() as file:
        picture = images.decode(file, "result")
    photo = images.fit(cast.sample("coffee.png"), 512)
    width, height = picture.size
    left, right = (0, 0, width // 3, height), (2 * width // 3, 0, width, height)
    assert difference(picture.crop(right), photo.crop(right)) < 4
    assert difference(picture.crop(left), photo.crop(left)) > 15


def of_another_photo() -> str:
    return str(cast.make_mask(cast.make_photo()).pk)


def of_somebody_else() -> str:
    return str(cast.make_mask(cast.make_photo(cast.STRANGER)).pk)


def absent() -> str:
    return str(uuid.uuid4())


def nonsense() -> str:
    return "../../etc/passwd"


@pytest.mark.parametrize(
    "make", [of_another_photo, of_somebody_else, absent, nonsense], ids=lambda f: f.__name__
)
def test_a_mask_that_is_none_of_the_photos_is_named(guest: Client, photo: Photo, make) -> None:
    name = make()
    expected = f"There is no mask '{name}' on this photo, for 'udnie': send it again."
    assert refused(guest, photo, mask_style="udnie", mask=name) == expected
    assert paint(guest, photo, mask_style="udnie", mask=name).status_code in (400, 422)
    assert not Rendering.objects.exists()


def test_a_style_that_cannot_have_a_mask_is_named(guest: Client, photo: Photo, mask: Mask) -> None:
    for style in ("nobody", "", cast.make_painting().ref):
        expected = f"'{style}' cannot be kept to a region: choose a style of the shelf."
        assert refused(guest, photo, mask_style=style, mask=str(mask.pk)) == expected


def test_a_style_with_two_masks_is_named(guest: Client, photo: Photo, mask: Mask) -> None:
    error = refused(guest, photo, mask_style=["udnie"] * 2, mask=[str(mask.pk)] * 2)
    assert error == "two masks for 'udnie': paint them into one"


def test_styles_and_masks_come_in_pairs(guest: Client, photo: Photo, mask: Mask) -> None:
    error = refused(guest, photo, style="udnie", mask_style=["udnie"], mask=[str(mask.pk)] * 2)
    assert error == "1 mask_style and 2 mask: send as many of each."


def test_the_photo_alone_is_no_style(guest: Client, photo: Photo, mask: Mask) -> None:
    assert refused(guest, photo, mask_style="photo", mask=str(mask.pk)) == "Choose a style."


@pytest.mark.parametrize("feather", ["-1", "401", "wide", "nan"])
def test_a_feather_out_of_range_is_refused(guest: Client, photo: Photo, feather: str) -> None:
    error = refused(guest, photo, style="udnie", feather=feather)
    assert error == "Feather: give a number from 0 to 400."


@pytest.mark.parametrize("engine", ["gatys", "sheet"])
def test_an_engine_that_knows_no_regions_is_given_none(
    guest: Client, photo: Photo, mask: Mask, engine: str
) -> None:
    error = refused(guest, photo, engine=engine, mask_style="udnie", mask=str(mask.pk))
    assert "knows no regions: choose another engine" in error


@pytest.mark.parametrize("how", ["row", "file"])
def test_a_job_whose_mask_is_gone_fails_with_a_sentence(
    masked: Rendering, mask: Mask, how: str, run_queue
) -> None:
    if how == "row":
        mask.delete()
    else:
        mask.original.storage.delete(mask.original.name)
    run_queue()
    masked.refresh_from_db()
    assert masked.state == "failed"
    assert masked.error == f"The mask of '{masked.title}' is gone: paint the region again."


def test_a_job_that_was_cancelled_can_be_painted_after_all(
    guest: Client, masked: Rendering, run_queue
) -> None:
    for action in ("cancel", "retry"):
        guest.post(reverse(f"picture_{action}", args=[masked.pk]))
    run_queue()
    masked.refresh_from_db()
    assert masked.state == "done"


def test_the_pictures_page_says_which_style_is_in_a_region(
    guest: Client, photo: Photo, mask: Mask
) -> None:
    paint(guest, photo, style="great-wave", mask_style="udnie", mask=str(mask.pk))
    rendering = Rendering.objects.get()
    assert [style["region"] for style in rendering.styles] == [False, True]
    page = guest.get(rendering.get_absolute_url()).text
    recipe = page.partition('<dl class="recipe">')[2].partition("</dl>")[0]
    assert "<dd>in a region</dd>" in recipe
    assert "<dd>the rest</dd>" in recipe
