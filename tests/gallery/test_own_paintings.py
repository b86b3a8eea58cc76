"""Paintings of one's own: brought, named, shared, deleted; taken with the same care as photos."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gallery import purging, services
from gallery.models import Painting
from gallery.owners import SESSION_KEY, Owner
from tests import cast
from tests.api import ask, steer
from tests.engine.bad_files import BAD_FILES, private
from tests.gallery.test_deleting import let_time_pass


def send(client: Client, data: bytes, name: str = "night.jpg", **headers: str):
    return client.post(reverse("v1:paintings"), data, content_type="image/jpeg",
                       headers={"X-Filename": name, **headers})  # fmt: skip


def edit(client: Client, painting: Painting, **values: object):
    answer = ask(client, "PATCH", painting.api_url, values)
    painting.refresh_from_db()
    return answer


@pytest.fixture
def painting(db: None) -> Painting:
    return cast.make_painting()


def test_a_newcomer_brings_a_painting_and_it_is_private(client: Client, db: None) -> None:
    answer = send(client, cast.encoded("rocket.jpg"), "My_last%20night.jpg")
    assert answer.status_code == 201
    painting = Painting.objects.get()
    assert painting.owned_by == Owner(guest=client.session[SESSION_KEY])
    assert (painting.title, painting.artist, painting.public) == ("My last night", "", False)
    told = answer.json()
    assert told["ref"] == f"painting:{painting.pk}"
    expected = {"id", "ref", "title", "artist", "view", "thumb", "width", "height", "colour",
                "public", "region", "api"}  # fmt: skip
    assert set(told) == expected
    assert client.get(told["view"]).status_code == client.get(told["thumb"]).status_code == 200
    assert all(name.startswith(f"paintings/{painting.pk}/") for name in cast.stored_files())


def test_no_note_in_the_file_is_kept(guest: Client) -> None:
    assert send(guest, private("JPEG")).status_code == 201
    painting = Painting.objects.get()
    for field in (painting.original, painting.view, painting.thumb):
        assert b"Secret" not in field.open().read()


@pytest.mark.parametrize(("name", "data", "says"), BAD_FILES[:4], ids=[b[0] for b in BAD_FILES[:4]])
def test_a_bad_file_is_refused_by_name_with_the_remedy(
    guest: Client, name: str, data: bytes, says: str
) -> None:
    answer = send(guest, data, name)
    assert answer.status_code == 400
    assert name in answer.json()["error"]
    assert says in answer.json()["error"]
    assert not Painting.objects.exists()
    assert cast.stored_files() == []


def test_a_file_that_is_too_large_is_refused(guest: Client, settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    assert send(guest, cast.encoded("rocket.jpg")).status_code == 413


def test_the_plain_form_leads_back_to_the_page_it_came_from(guest: Client, photo) -> None:
    file = SimpleUploadedFile("night.jpg", cast.encoded("rocket.jpg"))
    values = {"painting": file, "next": photo.get_absolute_url()}
    answer = guest.post(reverse("painting_upload"), values)
    assert answer.url == photo.get_absolute_url()
    assert Painting.objects.get().title == "night"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_a_form_leads_to_no_other_site(guest: Client, painting: Painting, elsewhere: str) -> None:
    for name in ("painting_upload", "painting_edit", "painting_delete"):
        args = [] if name == "painting_upload" else [painting.pk]
        answer = guest.post(reverse(name, args=args), {"next": elsewhere})
        assert answer.url == reverse("mine")


def test_the_plain_form_names_a_bad_file_and_an_absent_one(guest: Client) -> None:
    bad = SimpleUploadedFile("letter.txt", b"Dear sister")
    page = guest.post(reverse("painting_upload"), {"painting": bad}, follow=True)
    assert "letter.txt is not a picture we can read" in page.text
    assert "Choose a painting first." in guest.post(reverse("painting_upload"), follow=True).text
    assert not Painting.objects.exists()


def test_title_and_artist_can_be_changed(guest: Client, painting: Painting) -> None:
    answer = edit(guest, painting, title="  Starlight\n ", artist="My aunt")
    assert (painting.title, painting.artist, painting.public) == ("Starlight", "My aunt", False)
    assert answer.json()["title"] == "Starlight"
    edit(guest, painting, artist="")
    assert (painting.title, painting.artist) == ("Starlight", "")


@pytest.mark.parametrize("title", ["   ", "\n\t", "\u202e"])
def test_a_title_cannot_be_empty(guest: Client, painting: Painting, title: str) -> None:
    answer = edit(guest, painting, title=title)
    assert answer.status_code == 400
    assert "give it one" in answer.json()["error"]
    assert edit(guest, painting, title="").status_code == 422
    assert painting.title == "Lift-off"


def test_a_title_is_no_longer_than_fits(guest: Client, painting: Painting) -> None:
    assert edit(guest, painting, title="x" * 121).status_code == 422
    values = {"title": "x" * 500, "artist": "y" * 500}
    assert guest.post(reverse("painting_edit", args=[painting.pk]), values).status_code == 302
    painting.refresh_from_db()
    assert (len(painting.title), len(painting.artist)) == (120, 120)


def test_a_painting_is_shared_and_taken_back(guest: Client, painting: Painting) -> None:
    assert edit(guest, painting, public=True).json()["public"]
    assert not edit(guest, painting, public=False).json()["public"]
    address = reverse("painting_edit", args=[painting.pk])
    guest.post(address, {"public": ["0", "on"]})
    painting.refresh_from_db()
    assert painting.public, "a ticked box"
    guest.post(address, {"public": ["0"]})
    painting.refresh_from_db()
    assert not painting.public, "an unticked one"
    edit(guest, painting, public=True)
    assert edit(guest, painting, title="Night").json()["public"], "not asked about"


def test_without_a_script_an_edit_leads_back(guest: Client, painting: Painting) -> None:
    answer = guest.post(reverse("painting_edit", args=[painting.pk]), {"title": "Night"})
    assert answer.url == reverse("mine")
    page = guest.post(reverse("painting_edit", args=[painting.pk]), {"title": ""}, follow=True)
    assert "give it one" in page.text


def test_a_deleted_painting_is_gone_at_once_and_can_be_brought_back(
    guest: Client, painting: Painting
) -> None:
    assert ask(guest, "DELETE", painting.api_url).status_code == 204
    assert guest.get(painting.view_url).status_code == 404
    assert painting not in guest.get(reverse("mine")).context["paintings"]
    assert steer(guest, painting, "restore").status_code == 200
    assert guest.get(painting.view_url).status_code == 200
    assert painting in guest.get(reverse("mine")).context["paintings"]


def test_after_an_hour_it_and_its_files_are_gone(guest: Client, painting: Painting) -> None:
    guest.post(reverse("painting_delete", args=[painting.pk]))
    assert purging.purge() == 0
    let_time_pass()
    assert purging.purge() == 1
    assert not Painting.objects.exists()
    assert cast.stored_files() == []


def test_a_studio_has_ones_own_paintings_and_those_that_others_share(
    guest: Client, photo, painting: Painting
) -> None:
    cast.make_painting(cast.STRANGER, title="Private")
    shared = cast.make_painting(cast.STRANGER, title="Shared", public=True)
    gone = cast.make_painting(cast.STRANGER, title="Gone", public=True)
    services.remove(gone)
    context = guest.get(photo.get_absolute_url()).context
    assert list(context["paintings"]) == [painting]
    assert list(context["shared_paintings"]) == [shared]
