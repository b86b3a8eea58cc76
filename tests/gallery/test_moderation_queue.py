"""Moderators, and nobody else, see what was reported, by thing, and decide with one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from gallery.models import Profile, Rendering, Report, TrailEntry
from tests.cast import copies, make_painting, make_taught
from tests.community import HARM, PLAIN, make_album, pictures_of, say
from tests.gallery.test_queries import queries
from tests.members import make_member, owner
from tests.moderation import (
    REASON,
    address,
    client_for,
    make_moderator,
    make_report,
    make_staff,
    moderating,
    press,
)

PAGES = ("moderation", "moderation_bans", "moderation_trail")


@pytest.fixture
def mona(db: None) -> Client:
    return moderating()


def everything(picture: Rendering) -> list[Any]:
    """One of each kind, all of them public, by one member."""
    user = make_member("vincent")
    (picture,) = pictures_of(user, picture)
    whose = owner(user)
    return [
        picture, say(picture), make_album([picture], whose, "public"),
        make_painting(whose, public=True), make_taught(whose, public=True),
        Profile.objects.create(user=user, about="I paint"),
    ]  # fmt: skip


REPORT: dict[str, Callable[[Any], str]] = {
    "member": lambda thing: reverse("member_report", args=[thing.title]),
}


def report_address(thing: Any) -> str:
    own = REPORT.get(thing.KIND)
    return own(thing) if own else reverse(f"{thing.KIND}_report", args=[thing.pk])


def test_every_kind_of_thing_can_be_reported_and_judged(
    hung: Rendering, stranger: Client, mona: Client
) -> None:
    things = everything(hung)
    for thing in things:
        assert stranger.get(report_address(thing)).status_code == 200
        answer = stranger.post(report_address(thing), {"reason": "spam", "words": "Look"})
        assert answer.status_code == 302, thing.KIND
    assert Report.objects.count() == len(things)
    page = mona.get(reverse("moderation"))
    assert {case.thing for case in page.context["cases"]} == set(things)
    for thing in things:
        assert mona.get(address("case", thing)).status_code == 200
        assert press(mona, thing, "hidden").status_code == 302
        thing.refresh_from_db()
        assert thing.hidden_by_moderator
    assert not Report.objects.open().exists()
    assert mona.get(reverse("moderation")).context["cases"] == []
    decided = mona.get(reverse("moderation"), {"show": "decided"})
    assert len(decided.context["cases"]) == len(things)


def test_the_buttons_to_report_stand_where_the_things_are(hung: Rendering, member: Client) -> None:
    picture, comment, album, painting, style, profile = everything(hung)
    where = {
        picture: picture.get_absolute_url(), comment: picture.get_absolute_url(),
        album: album.get_absolute_url(), painting: reverse("teach"),
        style: style.get_absolute_url(), profile: profile.get_absolute_url(),
    }  # fmt: skip
    for thing, page in where.items():
        assert report_address(thing) in member.get(page).text, thing.KIND


def test_nobody_else_finds_the_pages(
    hung: Rendering, client: Client, guest: Client, member: Client
) -> None:
    staff = client_for(make_staff())
    addresses = [reverse(name) for name in PAGES] + [address("case", hung)]
    addresses.append(reverse("moderation_look", args=["picture", hung.pk]))
    for who in (client, guest, member, staff):
        assert {who.get(path).status_code for path in addresses} == {404}
        assert press(who, hung, "hidden").status_code == 404
        assert who.post(address("ban", hung), {"reason": "spam", "lasts": "1"}).status_code == 404
        assert "/moderate/" not in who.get(hung.get_absolute_url()).text
    hung.refresh_from_db()
    assert hung.is_shown


def test_who_moderates(db: None) -> None:
    """Whoever has the permission; and, as before there was one, staff who may change reports."""
    staff = make_staff()
    staff.user_permissions.add(Permission.objects.get(codename="change_report"))
    chief = make_staff("chief", is_superuser=True)
    reader = make_member("reader")
    reader.user_permissions.add(Permission.objects.get(codename="change_report"))
    seen = [client_for(user).get(reverse("moderation")).status_code
            for user in (make_moderator(), staff, chief, reader)]  # fmt: skip
    assert seen == [200, 200, 200, 404]


def test_a_moderator_is_no_staff(mona: Client, hung: Rendering) -> None:
    for path in ("/admin/", reverse("admin:gallery_report_changelist")):
        assert mona.get(path, follow=True).status_code == 403


def test_reports_of_one_thing_are_one_case_the_most_reported_first(
    hung: Rendering, mona: Client
) -> None:
    often, seldom = copies(hung, 2, public=True)
    for number in range(3):
        make_report(often, words=f"Words {number}")
    newest = make_report(seldom, "offence")
    by = {order: mona.get(reverse("moderation"), {"order": order}) for order in ("most", "newest")}
    assert [case.thing for case in by["most"].context["cases"]] == [often, seldom]
    assert [case.thing for case in by["newest"].context["cases"]] == [seldom, often]
    assert all(f"Words {number}" in by["most"].text for number in range(3))
    assert by["most"].context["moderation"] == {"open": 2}
    assert by["newest"].context["cases"][0].likely == newest.reason


def test_what_is_reported_is_shown_as_it_is_typed(hung: Rendering, mona: Client) -> None:
    make_report(hung, words=HARM)
    hung.change(name=HARM[:120], caption_text=HARM)
    page = mona.get(reverse("moderation")).text
    assert PLAIN in page
    assert "<script>alert(1)" not in page


def test_long_queues_have_pages(hung: Rendering, mona: Client) -> None:
    for picture in copies(hung, 11, public=True):
        make_report(picture)
    assert len(mona.get(reverse("moderation")).context["cases"]) == 10
    assert len(mona.get(reverse("moderation"), {"page": 2}).context["cases"]) == 1


def test_a_longer_queue_asks_little_more(hung: Rendering, mona: Client) -> None:
    for picture in copies(hung, 2, public=True):
        make_report(picture)
    few = queries(mona, reverse("moderation"))
    for picture in copies(hung, 6, public=True):
        make_report(picture)
    assert queries(mona, reverse("moderation")) - few <= 6 * 3  # history, owner and ban of each


def test_a_decision_is_refused_in_words(hung: Rendering, mona: Client) -> None:
    make_report(hung)
    for wrong, said in (
        ({"do": ""}, "Choose what is to be done"),
        ({"reason": ""}, "Reason: choose one."),
        ({"words": "x" * 1001}, "at most 1000 letters"),
    ):
        page = press(mona, hung, "hidden", **wrong)
        assert page.status_code == 400
        assert said in page.text
    assert mona.get(address("decide", hung)).status_code == 405
    assert not TrailEntry.objects.exists()


def test_what_is_private_and_was_never_reported_is_out_of_reach(
    painted: Rendering, mona: Client
) -> None:
    look = reverse("moderation_look", args=["picture", painted.pk])
    assert mona.get(address("case", painted)).status_code == 404
    assert mona.get(look).status_code == 404
    assert mona.get(reverse("moderation_look", args=["photo", painted.photo_id])).status_code == 404
    make_report(painted)
    assert mona.get(address("case", painted)).status_code == 200
    assert mona.get(look).status_code == 200
    assert mona.get(reverse("moderation_look", args=["photo", painted.photo_id])).status_code == 404


@pytest.mark.parametrize("name", ["picture/x", "nothing/1", "member/0", f"member/{10**20}"])
def test_what_is_no_thing_is_not_found(name: str, mona: Client) -> None:
    assert mona.get(f"/moderate/{name}/").status_code == 404


def test_a_case_tells_of_what_was_decided_before_about_it_and_its_owner(
    hung: Rendering, mona: Client
) -> None:
    (other,) = copies(hung, 1, public=True, name="The other one")
    press(mona, other, "hidden", words="Third time")
    press(mona, hung, "left")
    page = mona.get(address("case", hung))
    assert [entry.action for entry in page.context["case"].history] == ["left"]
    assert [entry.title for entry in page.context["case"].of_owner] == ["The other one"]
    assert "Third time" in page.text
    assert REASON in page.text
