"""Several styles with weights, chosen in one form."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gallery.forms import MAX_STYLES
from gallery.models import Photo, Rendering
from tests import cast
from tests.api import paint, refusal


def refused(client: Client, photo: Photo, **values: object) -> str:
    """The reason, on the page."""
    page = client.post(reverse("paint", args=[photo.pk]), values)
    assert page.status_code == 400
    assert not Rendering.objects.exists()
    return refusal(page)


def mixed() -> tuple[tuple[str, float], ...]:
    return Rendering.objects.get().parsed_recipe().styles


def test_extra_styles_are_mixed_by_their_weights(guest: Client, photo: Photo) -> None:
    paint(guest, photo, style="udnie", weight="50", extra_style=["great-wave", "the-scream"],
          extra_weight=["100", "25"])  # fmt: skip
    assert mixed() == (("udnie", 0.5), ("great-wave", 1.0), ("the-scream", 0.25))


def test_a_painting_among_them_changes_the_engine(guest: Client, photo: Photo) -> None:
    ref = cast.make_painting().ref
    answer = paint(guest, photo, style="udnie", extra_style=[ref], extra_weight=["100"])
    assert answer.json()["engine"] == "gatys"
    assert mixed() == (("udnie", 1.0), (ref, 1.0))


def test_a_style_that_is_named_twice_counts_once(guest: Client, photo: Photo) -> None:
    snapshot = paint(guest, photo, style="udnie", extra_style=["udnie", "great-wave"]).json()
    assert mixed() == (("udnie", 2.0), ("great-wave", 1.0))
    assert [round(style["share"], 2) for style in snapshot["styles"]] == [0.67, 0.33]


def test_an_extra_left_empty_is_none(guest: Client, photo: Photo) -> None:
    values = {"style": "udnie", "extra_style": ["", "great-wave", ""],
              "extra_weight": ["7", "", "9"]}  # fmt: skip
    guest.post(reverse("paint", args=[photo.pk]), values)
    assert mixed() == (("udnie", 1.0), ("great-wave", 1.0))


@pytest.mark.parametrize("weight", ["0", "101", "-1", "half", "nan", "1e9"])
@pytest.mark.parametrize("place", ["weight", "extra_weight"])
def test_a_weight_out_of_range_is_refused(
    guest: Client, photo: Photo, place: str, weight: str
) -> None:
    values = {"style": "udnie", "extra_style": ["great-wave"], place: weight}
    assert "from 1 to 100" in refused(guest, photo, **values)
    if weight != "half":  # JSON has numbers of its own
        assert paint(guest, photo, **values).status_code in (400, 422)
    assert not Rendering.objects.exists()


def test_too_many_styles_are_refused(guest: Client, photo: Photo) -> None:
    extra = ["great-wave"] * MAX_STYLES
    said = refused(guest, photo, style="udnie", extra_style=extra)
    assert f"At most {MAX_STYLES} styles" in said
    assert "styles" in paint(guest, photo, style="udnie", extra_style=extra).json()["fields"]
    assert paint(guest, photo, style="udnie", extra_style=extra[1:]).status_code == 201


def test_what_was_chosen_is_there_when_the_form_is_shown_again(guest: Client, photo: Photo) -> None:
    page = guest.post(
        reverse("paint", args=[photo.pk]),
        {"style": "udnie", "extra_style": ["great-wave"], "extra_weight": ["30"], "size": "1"},
    )
    assert page.status_code == 400
    assert page.context["form"].chosen_styles == [
        {"style": "udnie", "weight": "100"},
        {"style": "great-wave", "weight": "30"},
    ]
