"""The page of the sliders: a mixture in its address, on a photo of one's own."""

from __future__ import annotations

import json
import uuid

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from gallery.mix_query import FIRST, MAX_STYLES, Mix, parse
from gallery.models import Photo, Rendering
from gallery.owners import Owner
from tests import cast
from webstyle.engine.weights import get_style

SENT = "mix=udnie:40,great-wave:60&strength=80&keep=1&size=512"
MIXED = Mix((("udnie", 40), ("great-wave", 60)), strength=80, keep_color=True, size=512)


def read(query: str) -> Mix:
    return parse(QueryDict(query), Owner())


def test_a_mixture_is_read_from_an_address() -> None:
    assert read(SENT) == MIXED


@pytest.mark.parametrize(
    "mix",
    [MIXED, Mix(), Mix((("udnie", 0), ("great-wave", 100)), strength=0), Mix((("udnie", 7),))],
    ids=["all", "first", "noughts", "one"],
)
def test_its_query_reads_as_the_same_mixture(mix: Mix) -> None:
    assert read(mix.to_query()) == mix


def test_a_query_leaves_out_what_is_as_usual_and_can_be_read_by_people() -> None:
    assert Mix(MIXED.styles).to_query() == "mix=udnie:40,great-wave:60"
    assert MIXED.to_query() == SENT


def test_without_a_mixture_there_are_two_styles_in_equal_parts() -> None:
    assert read("").styles == FIRST
    assert [weight for _, weight in FIRST] == [50, 50]
    assert all(get_style(slug) for slug, _ in FIRST)


@pytest.mark.parametrize(
    ("mix", "styles"),
    [
        ("nobody:50,udnie:20", (("udnie", 20),)),
        ("udnie:20,udnie:80", (("udnie", 20),)),
        ("udnie:101,great-wave:5", (("great-wave", 5),)),
        ("udnie:-1,udnie:1.5,udnie:,udnie,great-wave:5", (("great-wave", 5),)),
        (f"udnie:{'9' * 5000},great-wave:5", (("great-wave", 5),)),
        ("udnie:²,udnie:٣,great-wave:5", (("udnie", 3), ("great-wave", 5))),
        (",,:,::,udnie:7:8,great-wave:5", (("great-wave", 5),)),
        ("udnie:0,great-wave:0", FIRST),
        ("painting:0b5a1a36-3e4b-4d56-8f0e-3a5d8e0f8a11:50", FIRST),
        ("<script>:50", FIRST),
    ],
)
def test_what_cannot_be_read_is_left_out(mix: str, styles: tuple) -> None:
    query = QueryDict(mutable=True)
    query["mix"] = mix
    assert parse(query, Owner()).styles == styles


@pytest.mark.parametrize("query", ["strength=101", "strength=x", "size=513", "size=", "keep=yes"])
def test_a_value_that_cannot_be_leaves_the_usual_one(query: str) -> None:
    assert read(query) == Mix()


def test_there_are_four_styles_at_most() -> None:
    slugs = ["udnie", "great-wave", "the-scream", "starry-night", "elasticity"]
    mix = read("mix=" + ",".join(f"{slug}:10" for slug in slugs))
    assert [slug for slug, _ in mix.styles] == slugs[:MAX_STYLES]


def test_the_page_has_the_mixture_and_all_it_can_be_changed_to(guest: Client, photo: Photo) -> None:
    page = guest.get(f"{reverse('mix', args=[photo.pk])}?{SENT}")
    assert page.status_code == 200
    assert page.context["photo"] == photo
    assert page.context["max_styles"] == MAX_STYLES
    assert "udnie" in [style.slug for style in page.context["styles"]]
    assert [size for size, _ in page.context["sizes"]] == [512, 1024, 2048]
    mix = page.context["mix"]
    assert mix["query"] == SENT
    assert mix["styles"][0] == {
        "slug": "udnie", "title": get_style("udnie").title, "artist": get_style("udnie").artist,
        "weight": 40, "card_url": reverse("card_file", args=["udnie"]),
    }  # fmt: skip
    assert (mix["strength"], mix["keep_color"], mix["size"]) == (80, True, 512)
    data = page.text.split('<script id="mix-data" type="application/json">')[1]
    assert json.loads(data.split("</script>")[0]) == mix


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_on_anothers_photo_one_is_asked_for_a_photo_of_ones_own(
    who: str, request: pytest.FixtureRequest, photo: Photo
) -> None:
    client = request.getfixturevalue(who)
    for pk in (photo.pk, uuid.uuid4()):
        answer = client.get(f"{reverse('mix', args=[pk])}?{SENT}")
        assert answer.status_code == 302
        start, _, query = answer.url.partition("?")
        assert start == reverse("mix_start")
        assert read(query) == MIXED


def test_a_deleted_photo_is_none_of_ones_own(guest: Client, photo: Photo) -> None:
    guest.post(reverse("photo_delete", args=[photo.pk]))
    assert guest.get(reverse("mix", args=[photo.pk])).url == reverse("mix_start")


def test_one_chooses_among_ones_own_photos_and_the_mixture_goes_along(
    guest: Client, stranger: Client, photo: Photo
) -> None:
    newer = cast.make_photo()
    cast.make_photo(cast.STRANGER)
    page = guest.get(f"{reverse('mix_start')}?{SENT}")
    assert list(page.context["photos"]) == [newer, photo]
    assert page.context["query"] == page.context["mix"]["query"] == SENT
    for own in (newer, photo):
        assert f"{reverse('mix', args=[own.pk])}?{SENT.replace('&', '&amp;')}" in page.text


def test_who_has_no_photo_yet_gets_a_page_too(client: Client, db: None) -> None:
    page = client.get(f"{reverse('mix_start')}?{SENT}")
    assert page.status_code == 200
    assert not page.context["photos"]


@pytest.mark.parametrize("values", [{}, {"engine": "sheet", "sheet_layout": "strip"}])
def test_the_mixture_can_be_painted_as_any_picture(
    guest: Client, photo: Photo, values: dict[str, str]
) -> None:
    asked = {
        "style": "udnie", "weight": "40", "extra_style": ["great-wave"], "extra_weight": ["60"],
        "strength": "80", "keep_color": "on", "size": "512",
    }  # fmt: skip
    guest.post(reverse("paint", args=[photo.pk]), asked | values)
    recipe = Rendering.objects.get().parsed_recipe()
    assert recipe.styles == (("udnie", 0.4), ("great-wave", 0.6))
    assert (recipe.strength, recipe.keep_color, recipe.size) == (0.8, True, 512)
    assert recipe.engine == values.get("engine", "stylebank")
    assert recipe.params == ({"layout": "strip"} if values else {})


def test_a_sheet_is_painted_by_the_queue(guest: Client, photo: Photo, run_queue) -> None:
    asked = {"style": "udnie", "extra_style": ["great-wave"], "engine": "sheet", "size": "512"}
    guest.post(reverse("paint", args=[photo.pk]), asked)
    run_queue()
    rendering = Rendering.objects.get()
    assert (rendering.state, rendering.width) == ("done", 512)
    page = guest.get(rendering.get_absolute_url())
    assert page.status_code == 200
    assert "Sheet: Udnie" in page.content.decode()
