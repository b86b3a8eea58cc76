"""Who is banned may look, take along what is theirs, and leave; nothing else, by no way."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery import services
from gallery.accounts.moving import take_over
from gallery.models import Ban, Comment, Photo, Rendering, TrailEntry
from gallery.moderation.bans import banned
from gallery.moderation.services import DecidedError, Sentence, ban, lift
from gallery.moderation.sweep import sweep
from gallery.owners import Owner
from gallery.refusals import BannedError
from tests.cast import GUEST, client_of, encoded, make_photo, submit
from tests.community import make_album, pictures_of, say
from tests.gallery.test_accounts_deleting import delete
from tests.gallery.test_accounts_export import exported
from tests.gallery.test_who_sees_what import answers
from tests.members import PASSWORD, is_signed_in, make_member, owner, said, sign_in, signed_in
from tests.moderation import (
    REASON,
    SPAM,
    address,
    client_for,
    make_moderator,
    make_report,
    make_staff,
    moderating,
)
from webstyle.engine.events import EngineError

User = get_user_model()


@pytest.fixture
def mona(db: None) -> Any:
    return make_moderator()


def upload(client: Client) -> int:
    data, named = encoded("coffee.png"), {"HTTP_X_FILENAME": "coffee.jpg"}
    answer = client.post(reverse("v1:photos"), data, "image/jpeg", **named)
    return answer.status_code


def wishes(picture: Rendering, hung: Rendering) -> list[tuple[str, dict[str, Any]]]:
    """What changes something, each with what is sent."""
    photo = picture.photo
    return [
        (reverse("v1:photos"), {}), (reverse("upload"), {}), (reverse("painting_upload"), {}),
        (reverse("paint", args=[photo.pk]), {"style": "udnie"}), (reverse("teach"), {}),
        (reverse("batch_create"), {"photo": photo.pk, "style": "udnie"}),
        (reverse("remix", args=[hung.pk]), {"photo": photo.pk}),
        (reverse("picture_publish", args=[picture.pk]), {"public": "1"}),
        (reverse("picture_comment", args=[hung.pk]), {"text": "Hello"}),
        (reverse("picture_favourite", args=[hung.pk]), {"on": "1"}),
        (reverse("picture_report", args=[hung.pk]), {"reason": "spam"}),
        (reverse("picture_describe", args=[picture.pk]), {"name": "x"}),
        (reverse("link_create", args=[picture.pk]), {}), (reverse("style_import"), {}),
        (reverse("album_create"), {"title": "x"}), (reverse("profile_edit"), {"about": "x"}),
        (reverse("account_email"), {"email": "x@example.org", "action_add": "1"}),
        (reverse("account_signup"), {}),
    ]  # fmt: skip


def test_nothing_can_be_made_or_said(painted: Rendering, mona: Any) -> None:
    user = make_member("vincent")
    (hers,) = pictures_of(make_member("greta"), painted)
    (his,) = pictures_of(user, painted, public=False, photo=make_photo(owner(user)))
    for who, picture in ((owner(user), his), (GUEST, painted)):
        ban(mona, who, SPAM)
        client = signed_in(user) if who.user_id else client_of(GUEST)
        before = [Photo.objects.count(), Rendering.objects.count(), Comment.objects.count()]
        for path, sent in wishes(picture, hers):
            answer = client.post(path, sent)
            assert answer.status_code == 403, path
            assert "You are banned for good." in answer.text, path
        assert upload(client) == 403
        assert before == [Photo.objects.count(), Rendering.objects.count(), Comment.objects.count()]


def test_a_program_is_told_why_and_until_when(photo: Photo, guest: Client, mona: Any) -> None:
    ban(mona, GUEST, Sentence("spam", timezone.now() + timedelta(days=7)))
    path = reverse("paint", args=[photo.pk])
    answer = guest.post(path, {"style": "udnie"}, HTTP_ACCEPT="application/json")
    assert answer.status_code == 403
    assert "You are banned until" in answer.json()["error"]
    assert REASON in answer.json()["error"]


def test_the_services_refuse_too_whichever_way_one_comes(photo: Photo, mona: Any) -> None:
    ban(mona, GUEST, SPAM)
    with pytest.raises(BannedError, match="banned for good"):
        submit(photo)
    with pytest.raises(BannedError):
        services.photo_add(GUEST, Path("never-read"), "x.jpg")
    with pytest.raises(BannedError):
        services.style_import(GUEST, Path("never-read"), "x.safetensors")


@pytest.mark.django_db(transaction=True)
def test_sessions_end_at_once_and_the_door_says_why() -> None:
    user = make_member("vincent")
    here, there = signed_in(user), signed_in(user)
    ban(make_moderator(), owner(user), SPAM)
    assert not is_signed_in(here)
    assert not is_signed_in(there)
    page = here.post(
        reverse("account_login"), {"login": "vincent", "password": PASSWORD}, follow=True
    )
    assert "You are banned for good." in said(page)
    assert REASON in said(page)
    assert "export what is yours" in page.text
    for name in ("mine", "account", "decisions"):
        assert "You are banned for good." in here.get(reverse(name)).text
    assert [mail.subject for mail in mail.outbox] == ["Your account is banned"]


def test_what_is_theirs_can_be_taken_along_and_the_account_deleted(
    hung: Rendering, mona: Any
) -> None:
    user = make_member("vincent")
    (picture,) = pictures_of(user, hung)
    ban(mona, owner(user), SPAM)
    client = signed_in(user)
    archive = exported(client)
    told = json.loads(archive.read("moderation.json"))
    assert [one["reason"] for one in told["bans"]] == ["spam"]
    assert client.post(reverse("picture_delete", args=[picture.pk])).status_code == 302
    delete(client)
    assert not User.objects.filter(username="vincent").exists()
    assert not Ban.objects.exists()
    entry = TrailEntry.objects.get(action="banned")
    assert (entry.reason, entry.subject, entry.target) == ("spam", None, "")


def test_what_they_published_is_hidden_and_comes_back(
    hung: Rendering, stranger: Client, mona: Any
) -> None:
    user = make_member("vincent")
    (picture,) = pictures_of(user, hung)
    album = make_album([picture], owner(user), "public")
    comment = say(hung, "Buy pills", "vincent")
    addresses = [picture.get_absolute_url(), album.get_absolute_url(), "/people/vincent/"]
    assert answers(stranger, addresses) == {200}
    made = ban(mona, owner(user), SPAM)
    assert answers(stranger, addresses) == {404}
    assert str(picture.pk) not in stranger.get(reverse("gallery")).text
    assert comment.text not in stranger.get(hung.get_absolute_url()).text
    assert answers(signed_in(user), addresses) == {200}
    lift(mona, made)
    assert answers(stranger, addresses) == {200}
    assert str(picture.pk) in stranger.get(reverse("gallery")).text
    assert comment.text in stranger.get(hung.get_absolute_url()).text


def test_or_it_stays(hung: Rendering, stranger: Client, mona: Any) -> None:
    ban(mona, GUEST, Sentence("spam", hides=False))
    assert answers(stranger, [hung.get_absolute_url()]) == {200}


def test_what_was_hidden_by_itself_stays_hidden_when_the_ban_ends(
    hung: Rendering, stranger: Client, mona: Any
) -> None:
    hung.change(hidden_by_moderator=True)
    lift(mona, ban(mona, GUEST, SPAM))
    assert answers(stranger, [hung.get_absolute_url()]) == {404}


def test_jobs_end(rendering: Rendering, mona: Any) -> None:
    ban(mona, GUEST, SPAM)
    rendering.refresh_from_db()
    assert rendering.state == "cancelled"


def test_a_ban_ends_by_itself(hung: Rendering, guest: Client, stranger: Client, mona: Any) -> None:
    made = ban(mona, GUEST, Sentence("spam", timezone.now() + timedelta(hours=1)))
    assert banned(GUEST) == made
    Ban.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert banned(GUEST) is None
    assert guest.post(reverse("album_create"), {"title": "x"}).status_code == 302
    sweep()
    assert answers(stranger, [hung.get_absolute_url()]) == {200}
    entry = TrailEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.role) == ("lifted", "site")
    assert ban(mona, GUEST, SPAM).stands


def test_nobody_is_banned_twice(mona: Any) -> None:
    ban(mona, GUEST, SPAM)
    with pytest.raises(DecidedError, match="banned already"):
        ban(mona, GUEST, SPAM)
    assert Ban.objects.count() == 1


def test_who_cannot_be_banned(mona: Any) -> None:
    staff, chief = make_staff(), make_staff("chief", is_superuser=True)
    for who, why in (
        (owner(mona), "Nobody bans themselves"),
        (owner(staff), "by a superuser only"),
        (owner(chief), "by nobody"),
        (Owner(), "belongs to nobody"),
    ):
        with pytest.raises(EngineError, match=why):
            ban(mona, who, SPAM)
    with pytest.raises(EngineError):
        ban(staff, owner(chief), SPAM)
    assert ban(chief, owner(staff), SPAM)
    assert ban(staff, owner(mona), SPAM)


def test_a_ban_from_the_page_of_a_case_closes_its_reports(hung: Rendering) -> None:
    client = moderating()
    make_report(hung)
    given = {"reason": "spam", "lasts": "7", "hides": "1", "words": "Again"}
    assert client.post(address("ban", hung), given).status_code == 302
    made = Ban.objects.get()
    assert (made.guest, made.hides, made.by_address) == ("the-guest", True, False)
    assert made.until is not None
    assert 6 < (made.until - timezone.now()).days + 1 < 9
    assert client.get(reverse("moderation")).context["cases"] == []
    assert "A guest" in client.get(reverse("moderation_bans")).text
    assert client.post(address("ban", hung), given).status_code == 409
    assert client.post(address("ban", hung), {"reason": "spam"}).status_code == 400
    assert client.post(reverse("moderation_lift", args=[made.pk])).status_code == 302
    made.refresh_from_db()
    assert not made.stands
    assert "over already" in said(
        client.post(reverse("moderation_lift", args=[made.pk]), follow=True)
    )
    assert client.get(reverse("moderation_bans"), {"show": "over"}).context["page"].object_list


def from_address(client: Client, address: str, path: str = "album_create") -> int:
    return client.post(reverse(path), {"title": "x"}, REMOTE_ADDR=address).status_code


def test_a_guest_is_banned_by_address_too_for_some_days(mona: Any, settings: Any) -> None:
    ban(mona, GUEST, Sentence("spam", by_address=True))
    (row,) = Ban.objects.values()
    assert row["address"] == ""  # nobody knows yet
    newcomer, pupil = Client(), signed_in(make_member("vincent"))
    assert from_address(newcomer, "192.0.2.1") == 302
    assert from_address(client_of(GUEST), "192.0.2.1") == 403
    assert from_address(Client(), "192.0.2.1") == 403
    assert from_address(newcomer, "192.0.2.1", "account_signup") == 403
    assert from_address(newcomer, "192.0.2.2") == 302
    assert from_address(pupil, "192.0.2.1") == 302  # members are who they are
    page = newcomer.post(reverse("album_create"), {"title": "x"}, REMOTE_ADDR="192.0.2.1")
    assert "Guests from your address" in page.text
    assert "192.0.2" not in json.dumps(list(Ban.objects.values()), default=str)
    Ban.objects.update(address_until=timezone.now())
    assert from_address(newcomer, "192.0.2.1") == 302
    sweep()
    assert Ban.objects.get().address == ""
    settings.BAN_ADDRESS_DAYS = 0
    assert from_address(client_of(GUEST), "192.0.2.1") == 403
    assert Ban.objects.get().address == ""


def test_all_of_one_household_is_one_address(mona: Any) -> None:
    ban(mona, GUEST, Sentence("spam", by_address=True))
    assert from_address(client_of(GUEST), "2001:db8:1:2::7") == 403
    assert from_address(Client(), "2001:db8:1:2:aaaa::1") == 403
    assert from_address(Client(), "2001:db8:1:3::7") == 302


def test_what_a_banned_guest_made_does_not_come_along(hung: Rendering, mona: Any) -> None:
    """Somebody else signs in at the same browser: neither the work nor the ban is theirs."""
    ban(mona, GUEST, SPAM)
    user = make_member("vincent")
    client = client_of(GUEST)
    sign_in(client, "vincent")
    hung.refresh_from_db()
    assert hung.owner is None
    assert banned(owner(user)) is None
    assert from_address(client, "127.0.0.1") == 302


def test_bans_that_are_over_and_decisions_come_along(hung: Rendering, mona: Any) -> None:
    lift(mona, ban(mona, GUEST, SPAM))
    user = make_member("vincent")
    take_over(GUEST, owner(user))
    assert Ban.objects.get().owner == user
    assert {entry.subject for entry in TrailEntry.objects.all()} == {user}


def test_what_comes_along_to_somebody_who_is_banned_is_hidden(
    hung: Rendering, stranger: Client, mona: Any
) -> None:
    user = make_member("vincent")
    ban(mona, owner(user), SPAM)
    take_over(GUEST, owner(user))
    assert answers(stranger, [hung.get_absolute_url()]) == {404}


def test_the_moderators_of_one_are_not_told_to_another(mona: Any) -> None:
    """Who decided is for moderators; who it is about learns that it was decided."""
    user = make_member("vincent")
    ban(mona, owner(user), SPAM)
    client = client_for(user)
    pages = client.get(reverse("decisions")).text + client.get(reverse("mine")).text
    assert "mona" not in pages
    assert "mona" not in exported(client).read("moderation.json").decode()
