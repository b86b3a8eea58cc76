"""What went wrong is told as a page to people and as JSON to programs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Rendering
from tests.api import steer

JSON = {"headers": {"Accept": "application/json"}}


def test_people_get_a_page_with_a_way_on(guest: Client) -> None:
    answer = guest.get("/nothing/here/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")
    assert reverse("home") in answer.text


@pytest.mark.parametrize("address", ["/nothing/here/", "/picture/not-an-id/"])
def test_programs_get_json(guest: Client, address: str) -> None:
    answer = guest.get(address, **JSON)
    assert answer.status_code == 404
    assert answer.json()["error"]


def test_under_api_the_answer_is_always_json(guest: Client) -> None:
    assert guest.get("/api/nothing/").json()["error"]


def test_an_error_of_ours_tells_nothing_of_its_inside(
    guest: Client, painted: Rendering, settings
) -> None:
    guest.raise_request_exception = False
    Rendering.objects.update(recipe={"styles": 7})  # a row that this program never writes
    for extra in ({}, JSON):
        answer = guest.get(painted.get_absolute_url(), **extra)
        assert answer.status_code == 500
        assert "TypeError" not in answer.text
        assert "Traceback" not in answer.text


def test_a_refused_action_tells_a_program_why(guest: Client, painted: Rendering) -> None:
    answer = steer(guest, painted, "cancel")
    assert answer.status_code == 409
    assert answer.json() == {"error": "This picture has already ended."}
    assert guest.get(painted.api_url).json()["state"] == "done"


def test_a_refused_action_tells_a_person_on_the_next_page(
    guest: Client, painted: Rendering
) -> None:
    answer = guest.post(reverse("picture_cancel", args=[painted.pk]), follow=True)
    assert "This picture has already ended." in answer.text
