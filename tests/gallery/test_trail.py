"""What was done is written down once, and nothing of it can be changed afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.models import Ban, Rendering, TrailEntry
from gallery.moderation import trail
from gallery.moderation.models import FrozenError
from gallery.moderation.services import ban, decide
from tests.cast import GUEST, copies, make_photo
from tests.community import pictures_of
from tests.members import make_member, owner
from tests.moderation import SPAM, client_for, decision, make_moderator, make_staff, moderating


@pytest.fixture
def chief(db: None) -> Any:
    return make_staff("chief", is_superuser=True)


@pytest.fixture
def entry(hung: Rendering) -> TrailEntry:
    return decide(make_moderator(), hung, decision("hidden", words="Third time"))


def test_an_entry_says_who_what_of_whom_and_why(entry: TrailEntry, hung: Rendering) -> None:
    entry.refresh_from_db()
    assert entry.actor is not None
    assert (entry.actor.username, entry.role, entry.action) == ("mona", "moderator", "hidden")
    assert (entry.kind, entry.target, entry.title) == ("picture", str(hung.pk), hung.title)
    assert (entry.reason, entry.words, entry.guest) == ("spam", "Third time", "the-guest")
    columns = {field.name for field in TrailEntry._meta.fields}
    assert not {name for name in columns if "address" in name or name == "ip"}


def test_nothing_of_it_can_be_changed_or_deleted(entry: TrailEntry) -> None:
    rows = TrailEntry.objects.all()
    entry.words = "Changed"
    same = TrailEntry(pk=entry.pk, kind="picture", action="left", role="site")
    for attempt in (
        entry.save,
        entry.delete,
        lambda: rows.update(words="Changed"),
        rows.delete,
        lambda: rows.bulk_update([entry], ["words"]),
        lambda: rows.bulk_create(
            [same], update_conflicts=True, unique_fields=["pk"], update_fields=["words"]
        ),
        lambda: rows.update_or_create(pk=entry.pk, defaults={"words": "Changed"}),
    ):
        with pytest.raises(FrozenError):
            attempt()
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        same.save()


def test_nor_from_the_admin_pages(entry: TrailEntry, chief: Any) -> None:
    client = client_for(chief)
    listed = reverse("admin:gallery_trailentry_changelist")
    change = reverse("admin:gallery_trailentry_change", args=[entry.pk])
    assert "Third time" in client.get(change).text
    assert client.post(change, {"words": "Changed"}).status_code == 403
    for name in ("add", "delete"):
        args = [entry.pk] if name == "delete" else []
        path = reverse(f"admin:gallery_trailentry_{name}", args=args)
        assert client.post(path, {"post": "yes"}).status_code == 403
    wish = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    client.post(listed, wish)
    entry.refresh_from_db()
    assert entry.words == "Third time"


def test_it_outlives_the_moderator_and_the_thing(entry: TrailEntry, hung: Rendering) -> None:
    get_user_model().objects.get(username="mona").delete()
    hung.delete()
    entry.refresh_from_db()
    assert (entry.actor, entry.role, entry.action) == (None, "moderator", "hidden")


def test_what_is_done_on_the_admin_pages_is_in_it(hung: Rendering, chief: Any) -> None:
    client, user = client_for(chief), make_member("vincent")
    (picture,) = pictures_of(user, hung)
    photo = make_photo()
    form = reverse("admin:auth_user_change", args=[user.pk])
    values = {
        "username": "vincent", "is_active": "", "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00", "email": user.email,
    }  # fmt: skip
    assert client.post(form, values).status_code == 302
    one = reverse("admin:gallery_photo_delete", args=[photo.pk])
    assert client.post(one, {"post": "yes"}).status_code == 302
    rows = [row.pk for row in copies(hung, 2)]
    wish = {"action": "delete_selected", "_selected_action": rows, "post": "yes"}
    client.post(reverse("admin:gallery_rendering_changelist"), wish)
    noted = {(e.action, e.kind, e.target) for e in TrailEntry.objects.all()}
    assert noted == {
        ("changed", "user", str(user.pk)), ("deleted", "photo", str(photo.pk)),
        *(("deleted", "picture", str(pk)) for pk in rows),
    }  # fmt: skip
    changed = TrailEntry.objects.get(action="changed")
    assert (changed.actor, changed.role, changed.subject) == (chief, "superuser", user)
    assert changed.title == ""  # a name is no title
    assert picture.pk


def test_it_is_searched_by_who_what_and_when(entry: TrailEntry, hung: Rendering) -> None:
    client = moderating("max")
    user = make_member("vincent")
    ban(get_user_model().objects.get(username="max"), owner(user), SPAM)

    def found(**asked: Any) -> list[str]:
        page = client.get(reverse("moderation_trail"), asked)
        assert page.status_code == 200
        return [one.action for one in page.context["page"]]

    today = timezone.localdate()
    assert found() == ["banned", "hidden"]
    assert found(who="MON") == ["hidden"]
    assert found(who="vincent") == ["banned"]
    assert found(what="udnie") == found(what="hidden") == found(what=str(hung.pk)) == ["hidden"]
    assert found(what="ban") == ["banned"]
    assert found(since=today, until=today) == ["banned", "hidden"]
    assert found(until=today - timedelta(days=1)) == []
    assert found(who="max", what="picture") == []
    page = client.get(reverse("moderation_trail"), {"since": "yesterday"})
    assert "From: Enter a valid date." in page.text


def test_a_member_who_leaves_takes_along_what_is_personal(hung: Rendering) -> None:
    user = make_member("vincent")
    (picture,) = pictures_of(user, hung)
    decide(make_moderator(), picture, decision("hidden", words="That Vincent again"))
    trail.forget(owner(user))
    entry = TrailEntry.objects.get()
    assert (entry.action, entry.reason, entry.kind) == ("hidden", "spam", "picture")
    assert (entry.title, entry.target, entry.words, entry.subject) == ("", "", "", None)


def test_bans_on_the_admin_pages_tell_no_key_and_no_hash(chief: Any) -> None:
    made = ban(chief, GUEST, SPAM)
    Ban.objects.filter(pk=made.pk).update(address="f" * 64)
    client: Client = client_for(chief)
    page = client.get(reverse("admin:gallery_ban_change", args=[made.pk])).text
    assert "the-guest" not in page
    assert "f" * 64 not in page
    page = client.get(reverse("admin:gallery_trailentry_changelist")).text
    assert "the-guest" not in page
