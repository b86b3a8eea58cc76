"""Anybody reports a picture; a moderator hides it from everybody but its owner, or restores it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from gallery.models import Rendering, Report
from tests.cast import GUEST, client_of
from tests.community import HARM
from tests.gallery.test_who_sees_what import answers, photo_addresses, picture_addresses

REASON = "It is hateful, violent or sexual"


@pytest.fixture
def hung(painted: Rendering) -> Rendering:
    painted.change(public=True, show_photo=True, published=painted.created)
    return painted


@pytest.fixture
def moderator(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("chief"))
    return client


def report(client: Client, rendering: Rendering, **values: str) -> Any:
    given = {"reason": "offence", "words": "See the corner", **values}
    return client.post(reverse("picture_report", args=[rendering.pk]), given, follow=True)


def act(client: Client, action: str) -> Any:
    chosen = {"action": action, "_selected_action": Report.objects.values_list("pk", flat=True)}
    return client.post(reverse("admin:gallery_report_changelist"), chosen, follow=True)


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_anybody_reports_what_they_see(
    who: str, request: pytest.FixtureRequest, hung: Rendering
) -> None:
    client = request.getfixturevalue(who)
    address = reverse("picture_report", args=[hung.pk])
    assert address in client.get(hung.get_absolute_url()).text
    assert client.get(address).status_code == 200
    assert "The moderators look at it" in report(client, hung).text
    row = Report.objects.get()
    assert (row.rendering, row.reason, row.words) == (hung, "offence", "See the corner")
    assert (row.reporter is None) == (who != "member")


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"reason": "x"}, {"words": "x" * 1001}])
def test_a_report_without_a_reason_is_refused_in_words(
    client: Client, hung: Rendering, wrong: dict[str, str]
) -> None:
    page = report(client, hung, **wrong)
    assert page.status_code == 400
    assert 'class="wrong"' in page.text
    assert not Report.objects.exists()


def test_neither_what_is_private_nor_ones_own_is_reported(
    guest: Client, stranger: Client, painted: Rendering
) -> None:
    assert report(stranger, painted).status_code == 404
    painted.change(public=True)
    assert report(guest, painted).status_code == 404
    careful = client_of(GUEST, careful=True)
    assert report(careful, painted).status_code == 403
    assert not Report.objects.exists()


def test_there_is_a_limit_to_reports(client: Client, hung: Rendering) -> None:
    assert [report(client, hung).status_code for _ in range(10)] == [200] * 10
    page = report(client, hung)
    assert page.status_code == 429
    assert "Try again in about" in page.text


def test_a_hidden_picture_is_for_its_owner_only_who_is_told_why(
    guest: Client, stranger: Client, moderator: Client, hung: Rendering
) -> None:
    report(stranger, hung)
    assert answers(stranger, picture_addresses(hung)) == {200}
    page = act(moderator, "hide")
    assert "1 thing(s) hidden" in page.text
    assert answers(stranger, picture_addresses(hung) + photo_addresses(hung.photo)) == {404}
    for name in ("home", "gallery"):
        assert str(hung.pk) not in stranger.get(reverse(name)).text
    assert answers(guest, picture_addresses(hung)) == {200}
    page = guest.get(hung.get_absolute_url()).text
    assert "The moderators have hidden this picture" in page
    assert REASON in page
    assert "See the corner" not in page
    guest.post(reverse("picture_publish", args=[hung.pk]), {"public": "1"})
    assert answers(stranger, picture_addresses(hung)) == {404}
    assert Report.objects.filter(handled=None).count() == 0
    act(moderator, "restore")
    assert answers(stranger, picture_addresses(hung)) == {200}
    assert REASON not in guest.get(hung.get_absolute_url()).text


def test_a_report_may_be_left_at_that(stranger: Client, moderator: Client, hung: Rendering) -> None:
    report(stranger, hung)
    act(moderator, "dismiss")
    assert answers(stranger, picture_addresses(hung)) == {200}
    assert Report.objects.filter(handled=None).count() == 0


def test_who_may_only_read_reports_hides_nothing(stranger: Client, hung: Rendering) -> None:
    report(stranger, hung)
    reader = get_user_model().objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_report"))
    client = Client()
    client.force_login(reader)
    assert answers(client, [reverse("admin:gallery_report_changelist")]) == {200}
    act(client, "hide")
    hung.refresh_from_db()
    assert not hung.hidden_by_moderator


def test_moderators_only_read_and_act_on_reports(
    stranger: Client, member: Client, moderator: Client, hung: Rendering
) -> None:
    report(stranger, hung, words=HARM)
    listed = reverse("admin:gallery_report_changelist")
    one = reverse("admin:gallery_report_change", args=[Report.objects.get().pk])
    for address in (listed, one):
        assert answers(stranger, [address]) == answers(member, [address]) == {302}
        page = moderator.get(address).text
        assert "<script>alert(1)" not in page
    act(member, "hide")
    hung.refresh_from_db()
    assert not hung.hidden_by_moderator
