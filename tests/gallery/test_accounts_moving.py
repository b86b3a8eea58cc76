"""What was made as a guest comes along when the guest signs up or in; nothing else does."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from gallery import crafts, services
from gallery.accounts import moving
from gallery.accounts.belongings import belongings, in_words, owned_models
from gallery.models import Mask, Painting, Photo, Rendering
from gallery.owners import SESSION_KEY
from gallery.pictures import open_painting
from tests import cast
from tests.members import make_member, owner, said, sign_in, sign_up


def everything(of: Any) -> set[Any]:
    return {row.pk for row in belongings(of)}


@pytest.fixture
def work(painted: Rendering) -> set[Any]:
    """One of each, and one thing that is deleted and could be brought back."""
    cast.make_painting()
    cast.make_mask(painted.photo)
    services.remove(cast.make_photo(name="rocket.jpg"))
    return everything(cast.GUEST)


def test_every_kind_of_work_is_known(db: None) -> None:
    assert {Photo, Painting, Mask, Rendering} <= set(owned_models())


@pytest.mark.parametrize("way", ["up", "in"])
def test_all_of_it_comes_along_and_the_message_says_so(
    guest: Client, work: set[Any], way: str
) -> None:
    if way == "in":
        make_member()
    answer = sign_up(guest) if way == "up" else sign_in(guest)
    user = get_user_model().objects.get()
    assert everything(owner(user)) == work
    assert everything(cast.GUEST) == set()
    page = guest.get(answer.url)
    assert "1 photograph, 1 painting and 1 picture came along." in said(page)
    assert [photo.title for photo in page.context["photos"]] == ["Coffee"]


def test_what_is_somebody_elses_stays_theirs(guest: Client, work: set[Any]) -> None:
    ada = make_member("ada")
    theirs = [cast.make_photo(cast.STRANGER), cast.make_photo(owner(ada))]
    user = make_member()
    sign_in(guest)
    assert everything(owner(user)) == work
    assert everything(cast.STRANGER) == {theirs[0].pk}
    assert everything(owner(ada)) == {theirs[1].pk}


def test_it_comes_once_confirmed_where_the_address_must_be(
    guest: Client, work: set[Any], settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    sign_up(guest)
    assert everything(cast.GUEST) == work
    assert guest.get(reverse("mine")).context["photos"]


def test_a_sign_in_that_fails_moves_nothing(guest: Client, work: set[Any]) -> None:
    make_member()
    sign_in(guest, password="wrong")
    assert everything(cast.GUEST) == work


def test_it_moves_at_once_or_not_at_all(guest: Client, work: set[Any]) -> None:
    updates = []

    def break_at_last(execute: Any, sql: str, *args: Any) -> Any:
        updates.append(sql.startswith("UPDATE"))
        if updates[-1] and sum(updates) == len(owned_models()):
            raise DatabaseError("the last one breaks")
        return execute(sql, *args)

    user = make_member()
    with pytest.raises(DatabaseError), connection.execute_wrapper(break_at_last):
        moving.take_over(cast.GUEST, owner(user))
    assert everything(cast.GUEST) == work


def test_after_signing_out_the_next_guest_is_a_new_one(guest: Client, work: set[Any]) -> None:
    make_member()
    sign_in(guest)
    assert SESSION_KEY not in guest.session
    photo = Photo.objects.kept().get()
    assert guest.get(photo.view_url).status_code == 200
    guest.post(reverse("account_logout"))
    assert guest.get(photo.view_url).status_code == 404
    assert not guest.get(reverse("mine")).context["photos"]
    sent = guest.post(
        reverse("v1:photos"),
        cast.encoded("coffee.png"),
        content_type="application/octet-stream",
        headers={"X-Filename": "c.jpg"},
    )
    assert sent.status_code == 201
    assert guest.session[SESSION_KEY] != cast.GUEST.guest
    assert Photo.objects.get(pk=sent.json()["id"]).guest == guest.session[SESSION_KEY]


def test_a_second_guests_work_joins_the_first(guest: Client, stranger: Client, work) -> None:
    user = make_member()
    other = cast.make_photo(cast.STRANGER)
    sign_in(guest)
    sign_in(stranger)
    assert everything(owner(user)) == work | {other.pk}


def test_only_a_guests_work_moves_and_only_to_a_member(db: None) -> None:
    member = owner(make_member())
    for guest, to in ((member, member), (cast.GUEST, cast.STRANGER)):
        with pytest.raises(ValueError, match="guest to a member"):
            moving.take_over(guest, to)


def test_what_is_being_painted_is_painted_to_its_end(guest: Client, rendering: Rendering) -> None:
    user = make_member()
    cast.run(cast.claim(), cast.at_step(1, lambda: sign_in(guest)))
    rendering.refresh_from_db()
    assert (rendering.state, rendering.owned_by) == ("done", owner(user))


def test_so_is_what_is_painted_after_a_painting_of_the_guests(guest: Client, photo) -> None:
    """Signed in after a worker took the job, and before it opened the painting."""
    painting = cast.make_painting()
    cast.submit(photo)
    claimed = cast.claim()
    make_member()
    sign_in(guest)
    picture = open_painting(crafts.owner_now(claimed), str(painting.pk), painting.title)
    assert picture.size == (painting.width, painting.height)


@pytest.mark.django_db(transaction=True)
async def test_a_page_that_was_open_before_hears_on(guest: Client, rendering: Rendering) -> None:
    page = cast.socket_of(guest, "/ws/jobs/")
    assert (await page.connect())[0]
    assert len((await page.receive_json_from(timeout=5))["jobs"]) == 1
    await sync_to_async(make_member)()
    await sync_to_async(sign_in)(guest)
    assert len((await page.receive_json_from(timeout=5))["jobs"]) == 1
    await sync_to_async(rendering.refresh_from_db)()
    await sync_to_async(services.job_cancel)(rendering)
    assert (await page.receive_json_from(timeout=5))["job"]["state"] == "cancelled"
    await sync_to_async(guest.post)(reverse("account_logout"))
    assert await page.receive_output(timeout=5) == {"type": "websocket.close", "code": 4401}


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({}, ""),
        ({"photo": 0, "mask": 0}, ""),
        ({"photo": 1}, "1 photograph"),
        ({"photo": 2, "mask": 1}, "2 photographs and 1 mask"),
        ({"photo": 2, "mask": 1, "picture": 3}, "2 photographs, 1 mask and 3 pictures"),
    ],
)
def test_numbers_are_told_in_words(numbers: dict[str, int], words: str) -> None:
    assert in_words(numbers) == words
