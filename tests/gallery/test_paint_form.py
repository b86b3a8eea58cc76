"""Choosing how a photo is painted: one click will do, and what cannot be is refused."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Photo, Rendering
from tests import api


def paint(client: Client, photo: Photo, **values: str):
    return client.post(reverse("paint", args=[photo.pk]), values)


def test_a_style_alone_gives_the_defaults(guest: Client, photo: Photo) -> None:
    answer = paint(guest, photo, style="udnie")
    rendering = Rendering.objects.get()
    assert answer.status_code == 302
    assert answer.url == rendering.get_absolute_url()
    recipe = rendering.parsed_recipe()
    assert recipe.styles == (("udnie", 1.0),)
    assert (recipe.size, recipe.strength, recipe.keep_color) == (1024, 1.0, False)
    assert rendering.state == "queued"
    assert not rendering.public


def test_every_choice_arrives_in_the_recipe(guest: Client, photo: Photo) -> None:
    paint(guest, photo, style="great-wave", strength="40", size="2048", keep_color="on")
    recipe = Rendering.objects.get().parsed_recipe()
    assert recipe.styles == (("great-wave", 1.0),)
    assert (recipe.size, recipe.strength, recipe.keep_color) == (2048, 0.4, True)


def test_strength_nought_is_nought(guest: Client, photo: Photo) -> None:
    paint(guest, photo, style="udnie", strength="0")
    assert Rendering.objects.get().parsed_recipe().strength == 0


def test_a_program_gets_the_new_jobs_snapshot(guest: Client, photo: Photo) -> None:
    answer = api.paint(guest, photo, style="udnie", size="512")
    assert answer.status_code == 201
    assert answer.json()["id"] == str(Rendering.objects.get().pk)
    assert answer.json()["state"] == "queued"


def test_the_new_job_belongs_to_the_photos_owner(guest: Client, photo: Photo) -> None:
    paint(guest, photo, style="udnie")
    assert Rendering.objects.get().owned_by == photo.owned_by


BAD = [
    {},
    {"style": ""},
    {"style": "mona-lisa"},
    {"style": "udnie", "strength": "101"},
    {"style": "udnie", "strength": "-1"},
    {"style": "udnie", "strength": "much"},
    {"style": "udnie", "size": "777"},
    {"style": "udnie", "size": "large"},
]


@pytest.mark.parametrize("values", BAD, ids=str)
def test_a_bad_value_is_refused_on_the_page_with_the_reason(
    guest: Client, photo: Photo, values: dict[str, str]
) -> None:
    answer = paint(guest, photo, **values)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert photo.title in answer.text
    assert not Rendering.objects.exists()


@pytest.mark.parametrize("values", BAD, ids=str)
def test_a_bad_value_is_refused_for_a_program_with_the_field(
    guest: Client, photo: Photo, values: dict[str, str]
) -> None:
    wish = {"photo": photo.pk, "styles": [{"style": values["style"]}] if "style" in values else []}
    for name in ("strength", "size"):
        if name in values:
            number = values[name].lstrip("-").isdecimal()
            wish[name] = int(values[name]) if number else values[name]
    answer = api.ask(guest, "POST", reverse("v1:pictures"), wish)
    assert answer.status_code == 422
    assert answer.json()["error"]
    wrong = next((name for name in ("strength", "size") if name in values), "styles")
    if values.get("style") == "":
        wrong = "styles.0.style"
    assert wrong in answer.json()["fields"]
    assert not Rendering.objects.exists()


def test_a_bad_value_stays_on_the_page_to_be_mended(guest: Client, photo: Photo) -> None:
    html = paint(guest, photo, style="great-wave", strength="101", keep_color="on").text
    assert 'value="101"' in html


def test_one_visitor_cannot_fill_the_queue(guest: Client, photo: Photo, settings) -> None:
    settings.MAX_JOBS_WAITING = 2
    for _ in range(2):
        assert paint(guest, photo, style="udnie").status_code == 302
    refused = paint(guest, photo, style="udnie")
    assert refused.status_code == 429
    assert "2 of your pictures and styles are still being worked on" in refused.text
    assert api.paint(guest, photo, style="udnie").status_code == 429
    assert Rendering.objects.count() == 2


def test_a_full_queue_of_one_does_not_hinder_another(
    guest: Client, stranger: Client, photo: Photo, settings
) -> None:
    from tests.cast import STRANGER, make_photo

    settings.MAX_JOBS_WAITING = 1
    paint(guest, photo, style="udnie")
    assert paint(stranger, make_photo(STRANGER), style="udnie").status_code == 302


def test_there_is_room_again_when_a_picture_is_done(guest: Client, photo: Photo, settings) -> None:
    settings.MAX_JOBS_WAITING = 1
    paint(guest, photo, style="udnie")
    Rendering.objects.update(state="done")
    assert paint(guest, photo, style="udnie").status_code == 302
