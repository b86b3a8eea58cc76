"""A deleted account leaves nothing: no row, no file, no session, no counter."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from gallery import jobs, runs, scratch, services
from gallery.models import Photo, Rendering
from tests import cast
from tests.backends import cached_keys
from tests.members import PASSWORD, make_member, owner, said, sign_in, signed_in
from webstyle.engine.events import Result

NAME = "vincent"


def delete(client: Client, password: str = PASSWORD) -> Any:
    return client.post(reverse("account_delete"), {"password": password}, follow=True)


def folders() -> list[str]:
    return sorted(folder for folder in cast.stored_folders() if "/" in folder)


def every_value() -> str:
    """Every table as text, sessions opened; what is deleted from it is to be found nowhere."""
    rows = [row for model in apps.get_models() for row in model._base_manager.values_list()]
    return repr([*rows, *(session.get_decoded() for session in Session.objects.all())])


@pytest.fixture
def user(db: None) -> Any:
    return make_member(NAME)


@pytest.fixture
def work(user: Any, result: Result) -> Photo:
    """A photo with a picture of every state, a mask and a painting; one thing deleted before."""
    photo = cast.make_photo(owner(user))
    cast.submit(photo)
    claimed = cast.claim()
    runs.Run(claimed, lambda _: None, lambda: False).finish(result, seconds=0.5)
    claimed.refresh_from_db()
    for state in ("failed", "cancelled", "paused", "queued"):
        row = cast.submit(photo)
        row.change(state=state)
        row.change(preview=scratch.save_preview(row, b"preview"),
                   checkpoint=scratch.save_checkpoint(row, b"checkpoint"))  # fmt: skip
    claimed.change(public=True, published=claimed.created)
    cast.make_mask(photo)
    cast.make_painting(owner(user), public=True)
    services.remove(cast.make_photo(owner(user), "rocket.jpg"))
    return photo


def test_nothing_is_left_in_any_table_nor_in_the_storage(work: Photo, user: Any) -> None:
    client, elsewhere = signed_in(user), signed_in(user)
    sign_in(Client(), NAME, "wrong")
    kind = ContentType.objects.get_for_model(Photo)
    chief = get_user_model().objects.create_superuser("chief")
    LogEntry.objects.create(user=chief, content_type=kind, object_id=str(work.pk),
                            object_repr="The title of a photo", action_flag=CHANGE)  # fmt: skip
    ids = [str(row) for row in Rendering.objects.values_list("pk", flat=True)]
    assert NAME in every_value()
    assert len(folders()) > 5
    page = delete(client)
    assert said(page).endswith("Your account and all that was in it are deleted.")
    left = every_value()
    for trace in (NAME, "vincent@example.org", str(work.pk), "title of a photo", *ids):
        assert trace not in left
    assert f"'_auth_user_id': '{user.pk}'" not in left
    assert not EmailAddress.objects.exists()
    assert cast.stored_files() == []
    assert folders() == []
    assert elsewhere.get(reverse("account")).status_code == 302
    assert sign_in(Client()).status_code == 200


def test_of_the_counters_only_those_of_the_place_are_left(user: Any) -> None:
    client = signed_in(user)
    sign_in(Client(), NAME, "wrong")
    client.post(reverse("account_reset_password"), {"email": user.email})
    delete(client)
    kept = [key for key in cached_keys() if ":rl:" in key and "/ip:" not in key]
    assert kept == []


def test_what_is_somebody_elses_stays(painted: Rendering, work: Photo, user: Any) -> None:
    other = cast.make_photo(owner(make_member("ada")))
    before = cast.stored_files()
    delete(signed_in(user))
    assert set(Photo.objects.values_list("pk", flat=True)) == {painted.photo_id, other.pk}
    assert Rendering.objects.get() == painted
    kept = [name for name in before if str(painted.pk) in name or str(painted.photo_id) in name]
    assert len(kept) >= 6
    assert set(kept) <= set(cast.stored_files())
    assert get_user_model().objects.get().username == "ada"


@pytest.mark.parametrize("password", ["", "wrong"])
def test_it_asks_for_the_password(work: Photo, user: Any, password: str) -> None:
    client = signed_in(user)
    page = delete(client, password)
    assert page.context["form"].errors["password"]
    assert Photo.objects.count() == 2
    assert client.get(reverse("account")).status_code == 200


def test_tries_at_the_password_are_limited(user: Any) -> None:
    client = signed_in(user)
    for _ in range(5):
        delete(client, "wrong")
    assert "Wait five minutes" in delete(client).text
    assert get_user_model().objects.exists()


def test_the_page_says_what_goes_and_changes_nothing(work: Photo, user: Any) -> None:
    page = signed_in(user).get(reverse("account_delete"))
    assert "1 photograph, 1 painting, 1 mask and 5 pictures" in " ".join(page.text.split())
    assert "cannot be undone" in page.text
    assert Photo.objects.count() == 2


def test_a_worker_that_is_painting_stops_and_leaves_nothing(user: Any) -> None:
    photo = cast.make_photo(owner(user))
    rendering = cast.submit(photo)
    client = signed_in(user)
    claimed = cast.claim()
    runs.Run(claimed, cast.at_step(1, lambda: delete(client)), lambda: False)()
    assert not Rendering.objects.filter(pk=rendering.pk).exists()
    assert cast.stored_files() == []
    assert folders() == []
    assert jobs.claim("fast", "elsewhere:2") is None


def test_a_worker_that_has_just_finished_cannot_store_the_picture(
    user: Any, result: Result
) -> None:
    photo = cast.make_photo(owner(user))
    cast.submit(photo)
    run = runs.Run(cast.claim(), lambda _: None, lambda: False)
    delete(signed_in(user))
    run.paint = lambda: result  # type: ignore[method-assign]
    run()
    assert not Rendering.objects.exists()
    assert cast.stored_files() == []
    assert folders() == []


def test_it_can_be_tried_again_when_something_breaks_on_the_way(
    work: Photo, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: str) -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr(scratch, "remove_folder", broken)
    client = signed_in(user)
    with pytest.raises(OSError, match="away"):
        delete(client)
    assert Photo.objects.count() == 2
    monkeypatch.undo()
    delete(signed_in(user))
    assert cast.stored_files() == []
