"""What is deleted is gone at once for everybody, can be brought back, and after an hour is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery import purging
from gallery.models import UNDO_TIME, Painting, Photo, Rendering
from tests import cast
from tests.api import ask, steer


def delete(client: Client, item: Photo | Rendering, **extra):
    kind = "photo" if isinstance(item, Photo) else "picture"
    return client.post(reverse(f"{kind}_delete", args=[item.pk]), **extra)


def let_time_pass(time: timedelta = UNDO_TIME + timedelta(seconds=1)) -> None:
    for model in (Photo, Painting, Rendering):
        for item in model.objects.filter(deleted__isnull=False):
            item.deleted -= time
            item.save()


def own_pages(item: Photo | Rendering) -> list[str]:
    return [item.get_absolute_url(), item.view_url, item.thumb_url]


@pytest.mark.parametrize("which", ["photo", "picture"])
def test_deleted_things_are_gone_at_once(guest: Client, painted: Rendering, which: str) -> None:
    item = painted if which == "picture" else painted.photo
    delete(guest, item)
    assert {guest.get(address).status_code for address in own_pages(item)} == {404}
    assert item.get_absolute_url() not in guest.get(reverse("home")).text
    page = guest.get(reverse("mine"))
    assert item not in [*page.context["photos"], *page.context["page"].object_list]


def test_a_deleted_public_picture_leaves_the_gallery(
    guest: Client, stranger: Client, painted: Rendering
) -> None:
    painted.change(public=True, published=timezone.now())
    delete(guest, painted)
    assert {stranger.get(address).status_code for address in own_pages(painted)} == {404}
    assert painted.get_absolute_url() not in stranger.get(reverse("gallery")).text


def test_with_a_photo_its_pictures_go_too(
    guest: Client, stranger: Client, painted: Rendering
) -> None:
    painted.change(public=True, published=timezone.now())
    delete(guest, painted.photo)
    assert painted.get_absolute_url() not in stranger.get(reverse("gallery")).text
    assert painted.get_absolute_url() not in guest.get(reverse("mine")).text
    for client in (guest, stranger):
        assert {client.get(address).status_code for address in own_pages(painted)} == {404}


def test_a_picture_of_a_deleted_photo_cannot_be_acted_on(
    guest: Client, rendering: Rendering
) -> None:
    delete(guest, rendering.photo)
    rendering.refresh_from_db()
    assert rendering.state == "cancelled"
    assert guest.post(reverse("picture_retry", args=[rendering.pk])).status_code == 404


@pytest.mark.parametrize("which", ["photo", "picture"])
def test_undo_brings_it_back(guest: Client, painted: Rendering, which: str) -> None:
    item = painted if which == "picture" else painted.photo
    assert ask(guest, "DELETE", item.api_url).status_code == 204
    assert guest.get(item.api_url).status_code == 404
    assert steer(guest, item, "restore").json()["id"] == str(item.pk)
    assert {guest.get(address).status_code for address in own_pages(item)} == {200}
    assert guest.get(painted.get_absolute_url()).status_code == 200


def test_without_a_script_the_next_page_offers_undo(guest: Client, painted: Rendering) -> None:
    delete(guest, painted)
    assert reverse("picture_restore", args=[painted.pk]) in guest.get(reverse("mine")).text


@pytest.mark.parametrize("which", ["photo", "picture"])
def test_deleting_cancels_what_was_waiting(guest: Client, rendering: Rendering, which: str) -> None:
    delete(guest, rendering if which == "picture" else rendering.photo)
    rendering.refresh_from_db()
    assert rendering.state == "cancelled"


def test_deleting_stops_what_was_being_painted(guest: Client, rendering: Rendering) -> None:
    cast.run(cast.claim(), cast.at_step(1, lambda: delete(guest, rendering)))
    rendering.refresh_from_db()
    assert rendering.state == "cancelled"


def test_nothing_is_purged_while_it_can_be_brought_back(guest: Client, painted: Rendering) -> None:
    delete(guest, painted)
    delete(guest, painted.photo)
    let_time_pass(UNDO_TIME - timedelta(minutes=1))
    assert purging.purge() == 0
    assert painted.result.storage.exists(painted.result.name)


def test_after_an_hour_a_picture_and_its_files_are_gone_and_the_photo_stays(
    guest: Client, painted: Rendering
) -> None:
    delete(guest, painted)
    let_time_pass()
    assert purging.purge() == 1
    assert not Rendering.objects.exists()
    assert [name.partition("/")[0] for name in cast.stored_files()] == ["photos"] * 3


def test_after_an_hour_a_photo_its_pictures_and_all_their_files_are_gone(
    guest: Client, painted: Rendering
) -> None:
    delete(guest, painted.photo)
    let_time_pass()
    assert purging.purge() == 2
    assert not Photo.objects.exists()
    assert not Rendering.objects.exists()
    assert cast.stored_files() == []


def test_no_file_of_a_broken_off_attempt_outlives_its_picture(
    guest: Client, rendering: Rendering
) -> None:
    """The first worker is lost after it has saved a preview; a second one finishes."""

    def lose() -> None:
        cast.lose_lease(rendering)
        assert cast.claim("elsewhere:2").attempts == 2

    cast.run(cast.claim(), cast.at_step(1, lose))
    cast.run(Rendering.objects.get())
    rendering.refresh_from_db()
    assert rendering.state == "done"
    delete(guest, rendering.photo)
    let_time_pass()
    purging.purge()
    assert cast.stored_files() == []


def test_what_is_still_being_painted_is_not_purged(guest: Client, rendering: Rendering) -> None:
    cast.claim()
    delete(guest, rendering.photo)
    let_time_pass()
    assert purging.purge() == 0
    assert Photo.objects.exists()


def test_what_was_not_deleted_is_not_purged(painted: Rendering) -> None:
    assert purging.purge() == 0
    assert painted.result.storage.exists(painted.result.name)
