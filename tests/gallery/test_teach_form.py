"""Asking for a style: from which paintings, for how long, under which name."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gallery.models import Painting, TaughtStyle
from tests.cast import GUEST, STRANGER, encoded, make_painting, make_photo

JSON = {"headers": {"Accept": "application/json"}}


def teach(client: Client, **values: object):
    return client.post(reverse("teach"), values, **JSON)


@pytest.fixture
def painting(db: None) -> Painting:
    return make_painting(artist="Nasa")


def test_a_painting_is_enough(guest: Client, painting: Painting) -> None:
    answer = teach(guest, painting=painting.pk)
    assert answer.status_code == 201
    style = TaughtStyle.objects.get()
    told = answer.json()
    assert (told["id"], told["kind"], told["state"]) == (str(style.pk), "style", "queued")
    assert (style.title, style.artist, style.year) == ("Lift-off", "Nasa", 0)
    assert (style.lane, style.public, style.belongs_to(GUEST)) == ("slow", False, True)
    assert style.lesson == {
        "start": "", "minutes": 8, "stroke": 1.0, "own_photos": False,
        "paintings": [str(painting.pk)],
    }  # fmt: skip


def test_all_can_be_chosen(guest: Client, painting: Painting) -> None:
    second = make_painting(name="coffee.png")
    answer = teach(
        guest, painting=[second.pk, painting.pk], title="Blue \u202ehours\n", artist="Us",
        year="1913", minutes="0.1", stroke="1.5", own_photos="on",
    )  # fmt: skip
    assert answer.status_code == 201
    style = TaughtStyle.objects.get()
    assert (style.title, style.artist, style.year) == ("Blue hours", "Us", 1913)
    assert style.lesson["paintings"] == [str(second.pk), str(painting.pk)]
    assert (style.lesson["minutes"], style.lesson["stroke"]) == (0.1, 1.5)
    assert style.lesson["own_photos"]


def test_without_a_script_one_is_led_to_the_style(guest: Client, painting: Painting) -> None:
    answer = guest.post(reverse("teach"), {"painting": painting.pk})
    style = TaughtStyle.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, style.get_absolute_url())
    page = guest.get(answer["Location"])
    assert page.status_code == 200
    assert page.context["paintings"] == [painting]


def test_a_newcomers_file_becomes_a_painting_first(client: Client, db: None) -> None:
    file = SimpleUploadedFile("red_barn.jpg", encoded("coffee.png"))
    answer = client.post(reverse("teach"), {"file": file, "minutes": "2"}, **JSON)
    assert answer.status_code == 201
    style, painting = TaughtStyle.objects.get(), Painting.objects.get()
    assert style.title == painting.title == "red barn"
    assert style.owned_by == painting.owned_by != GUEST
    assert client.get(answer.json()["url"]).status_code == 200


def test_a_shared_painting_is_taught_as_ones_own_style(stranger: Client) -> None:
    shared = make_painting(GUEST, public=True)
    assert teach(stranger, painting=shared.pk).status_code == 201
    assert TaughtStyle.objects.get().belongs_to(STRANGER)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"minutes": "31"}, "Minutes: give a number from 0.1 to 30."),
        ({"minutes": "0.01"}, "Minutes: give a number from 0.1 to 30."),
        ({"minutes": "nan"}, "Minutes: give a number from 0.1 to 30."),
        ({"stroke": "3"}, "Strokes: give a number from 0.5 to 2."),
        ({"year": "MDCC"}, "Year: give a whole number, as in 1889, or leave it empty."),
        ({"year": "12345"}, "Year: give a whole number, as in 1889, or leave it empty."),
        ({"painting": []}, "Choose one to 6 paintings of one hand."),
        ({"painting": ["x"] * 2 + list("abcdef")}, "Choose one to 6 paintings of one hand. There is"
         " no such painting, or it is not shared: choose another."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(
    guest: Client, painting: Painting, values: dict, reason: str
) -> None:
    answer = teach(guest, **{"painting": painting.pk, **values})
    assert (answer.status_code, answer.json()["error"]) == (400, reason)
    page = guest.post(reverse("teach"), {"painting": painting.pk, **values})
    assert page.status_code == 400
    assert reason.partition(".")[0] in page.text
    assert not TaughtStyle.objects.exists()


def test_a_file_that_is_no_picture_is_named_and_nothing_taught(
    guest: Client, painting: Painting
) -> None:
    file = SimpleUploadedFile("notes.jpg", b"Dear diary")
    answer = guest.post(reverse("teach"), {"painting": painting.pk, "file": file}, **JSON)
    assert answer.status_code == 400
    assert "notes.jpg is not a picture" in answer.json()["error"]
    assert not TaughtStyle.objects.exists()


def test_anothers_private_painting_is_not_there(stranger: Client, painting: Painting) -> None:
    answer = teach(stranger, painting=painting.pk)
    assert answer.status_code == 400
    assert "no such painting" in answer.json()["error"]


def test_pictures_and_styles_together_fill_the_queue(
    guest: Client, painting: Painting, rendering, settings
) -> None:
    settings.MAX_JOBS_WAITING = 2
    assert teach(guest, painting=painting.pk).status_code == 201
    refused = teach(guest, painting=painting.pk)
    assert refused.status_code == 429
    assert "2 of your pictures and styles" in refused.json()["error"]


def test_the_page_offers_ones_own_paintings_and_shared_ones(
    guest: Client, painting: Painting
) -> None:
    shared, hidden = make_painting(STRANGER, public=True), make_painting(STRANGER)
    make_photo()
    page = guest.get(reverse("teach"), {"painting": painting.pk, "minutes": "0.15"})
    assert list(page.context["paintings"]) == [painting]
    assert list(page.context["shared_paintings"]) == [shared]
    assert (page.context["chosen"], page.context["minutes"]) == ([str(painting.pk)], "0.15")
    assert page.context["photo_count"] == 1
    assert str(hidden.pk) not in page.text
