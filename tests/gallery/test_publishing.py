"""A picture hangs in the gallery when its owner says so, and only then."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gallery import services
from gallery.models import Rendering
from tests.api import ask, steer
from tests.cast import copies


def publish(client: Client, rendering: Rendering, public: str = "1", **values: str):
    return client.post(reverse("picture_publish", args=[rendering.pk]), {"public": public} | values)


def hanging(client: Client, page: int = 1) -> list[str]:
    answer = client.get(reverse("gallery"), {"page": page})
    return [str(work.pk) for work in answer.context["page"].object_list]


def test_a_finished_picture_is_private_until_it_is_published(
    guest: Client, stranger: Client, painted: Rendering
) -> None:
    assert hanging(stranger) == []
    assert publish(guest, painted).status_code == 302
    assert hanging(stranger) == [str(painted.pk)]
    assert painted.get_absolute_url() in stranger.get(reverse("gallery")).text
    assert painted.get_absolute_url() in stranger.get(reverse("home")).text


def test_a_picture_is_taken_down_again(guest: Client, stranger: Client, painted: Rendering) -> None:
    publish(guest, painted, show_photo="1")
    publish(guest, painted, "0")
    assert hanging(stranger) == []
    painted.refresh_from_db()
    assert (painted.public, painted.show_photo, painted.published) == (False, False, None)


def test_the_photo_is_shown_only_if_the_owner_says_so(guest: Client, painted: Rendering) -> None:
    publish(guest, painted)
    painted.refresh_from_db()
    assert not painted.show_photo
    publish(guest, painted, show_photo="1")
    painted.refresh_from_db()
    assert painted.show_photo


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled"])
def test_what_is_not_finished_cannot_be_published(
    guest: Client, rendering: Rendering, state: str
) -> None:
    rendering.change(state=state)
    answer = steer(guest, rendering, "publish")
    assert answer.status_code == 409
    assert answer.json()["error"]
    rendering.refresh_from_db()
    assert not rendering.public


def test_a_program_gets_the_new_snapshot(guest: Client, painted: Rendering) -> None:
    answer = steer(guest, painted, "publish")
    assert answer.status_code == 200
    assert answer.json()["public"] is True
    assert steer(guest, painted, "unpublish").json()["public"] is False
    answer = ask(guest, "POST", f"{painted.api_url}/publish", {"show_photo": True})
    painted.refresh_from_db()
    assert (answer.json()["public"], painted.show_photo) == (True, True)


def test_the_last_published_hangs_first_whenever_it_was_painted(
    guest: Client, stranger: Client, painted: Rendering
) -> None:
    older, newer = copies(painted, 2)
    for row in (newer, older, painted):
        services.rendering_publish(row, public=True, show_photo=False)
    assert hanging(stranger) == [str(row.pk) for row in (painted, older, newer)]


def test_publishing_twice_does_not_move_a_picture_to_the_front(
    stranger: Client, painted: Rendering
) -> None:
    (other,) = copies(painted, 1)
    for row in (painted, other, painted):
        services.rendering_publish(row, public=True, show_photo=True)
    assert hanging(stranger) == [str(other.pk), str(painted.pk)]


def test_the_gallery_turns_its_pages(stranger: Client, painted: Rendering) -> None:
    rows = copies(painted, 30, public=True)
    newest_first = [str(row.pk) for row in reversed(rows)]
    assert hanging(stranger) == newest_first[:24]
    assert hanging(stranger, 2) == newest_first[24:]
    first, second = (stranger.get(reverse("gallery"), {"page": n}).text for n in (1, 2))
    assert 'href="?page=2"' in first
    assert 'href="?page=1"' in second


@pytest.mark.parametrize("page", ["0", "99", "-1", "last", ""])
def test_a_page_that_is_not_there_shows_one_that_is(
    stranger: Client, painted: Rendering, page: str
) -> None:
    copies(painted, 30, public=True)
    assert hanging(stranger, page)


def test_a_picture_in_the_gallery_names_its_style(stranger: Client, painted: Rendering) -> None:
    copies(painted, 1, public=True)
    assert painted.title in stranger.get(reverse("gallery")).text


def test_an_empty_gallery_says_so(stranger: Client) -> None:
    answer = stranger.get(reverse("gallery"))
    assert answer.status_code == 200
    assert reverse("home") in answer.text
