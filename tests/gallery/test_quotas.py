"""What one visitor may keep, and ask for in a day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery import notify, purging, runs, services
from gallery.limits import quotas, usage
from gallery.models import Photo, Rendering, TaughtStyle, Usage
from gallery.owners import Owner
from gallery.refusals import RefusedError
from tests import cast
from tests.cast import GUEST
from tests.members import make_member, owner, sign_in, sign_up

FORM = {"style": "udnie", "size": "512"}
DAY = 24 * 3600


@pytest.fixture
def most(settings: Any) -> Any:
    """Sets a quota: of a guest, unless it is said whose."""

    def set_quota(who: str = "guest", **values: float) -> None:
        settings.QUOTAS = settings.QUOTAS | {who: settings.QUOTAS[who] | values}

    return set_quota


def upload(client: Client, **extra: Any) -> Any:
    return client.post(
        reverse("v1:photos"), cast.encoded("coffee.png"), content_type="image/jpeg",
        headers={"Accept": "application/json", "X-Filename": "cup.jpg"}, **extra,
    )  # fmt: skip


def test_pictures_of_a_day_are_counted_and_the_next_is_refused_until_tomorrow(
    guest: Client, photo: Photo, most
) -> None:
    most(pictures=2)
    address = reverse("paint", args=[photo.pk])
    assert [guest.post(address, FORM).status_code for _ in range(2)] == [302, 302]
    refused = guest.post(address, FORM, headers={"Accept": "application/json"})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= DAY
    assert refused.json()["after"] == int(refused["Retry-After"])
    assert "2 pictures in a day" in refused.json()["error"]
    page = guest.post(address, FORM)
    assert page.status_code == 429
    assert "2 pictures in a day" in page.text
    assert reverse("mine") in page.text
    assert Rendering.objects.count() == 2


def test_what_is_deleted_does_not_come_back_into_the_budget(photo: Photo, most) -> None:
    most(pictures=1)
    made = cast.submit(photo)
    services.remove(made)
    Rendering.objects.all().delete()
    with pytest.raises(RefusedError):
        cast.submit(photo)


def test_tomorrow_there_is_a_new_budget_and_the_old_day_is_swept(photo: Photo, most) -> None:
    most(pictures=1)
    cast.submit(photo)
    Usage.objects.update(day=usage.today() - timedelta(days=1))
    cast.submit(photo)
    assert Usage.objects.count() == 2
    purging.purge()
    assert Usage.objects.get().day == usage.today()


def test_a_batch_is_counted_whole_or_not_at_all(guest: Client, photo: Photo, most) -> None:
    most(pictures=3)
    form = {"photo": str(photo.pk), "style": ["udnie", "great-wave"], "size": "512"}
    assert guest.post(reverse("batch_create"), form).status_code == 302
    answer = guest.post(reverse("batch_create"), form)
    assert answer.status_code == 429
    assert "1 more today" in answer.text
    assert Rendering.objects.count() == 2
    assert usage.of_owner(GUEST)["pictures"] == 2


def test_a_refused_wish_is_not_counted(photo: Photo) -> None:
    with pytest.raises(services.EngineError):
        services.rendering_submit(photo, cast.Recipe(styles=(("nobody", 1.0),), size=64))
    assert usage.of_owner(GUEST)["pictures"] == 0


def test_zero_is_no_limit(photo: Photo, most) -> None:
    most(pictures=0, bytes=0, seconds=0, styles=0)
    Usage.objects.create(**GUEST.fields, day=usage.today(), pictures=10**6, seconds=1e9)
    assert cast.submit(photo).pk


def test_styles_of_a_day_are_counted(db: None, most) -> None:
    most(styles=1)
    painting = cast.make_painting()
    asked = {"title": "T", "artist": "", "year": 0, "minutes": 1, "stroke": 1.0,
             "own_photos": False}  # fmt: skip
    services.style_teach(GUEST, [painting], **asked)
    with pytest.raises(RefusedError, match="1 styles"):
        services.style_teach(GUEST, [painting], **asked)
    assert TaughtStyle.objects.count() == 1


def test_the_seconds_of_every_attempt_are_counted_whatever_comes_of_it(
    rendering: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.run(cast.claim())
    painted = usage.of_owner(GUEST)["seconds"]
    assert 0 < painted < 60
    again = cast.submit(rendering.photo)
    cast.run(cast.claim(), cast.at_step(1, lambda: services.job_cancel(again)))
    again.refresh_from_db()
    assert again.state in ("cancelled", "done")
    assert usage.of_owner(GUEST)["seconds"] > painted


def test_a_worker_that_is_lost_has_worked_as_long_as_it_was_heard_of(rendering: Rendering) -> None:
    row = cast.claim()
    row.change(started=row.heartbeat - timedelta(seconds=7))
    cast.lose_lease(row)
    assert 6.9 < usage.of_owner(GUEST)["seconds"] < 7.1


def test_when_the_seconds_are_used_up_nothing_more_is_taken_on(
    guest: Client, photo: Photo, most, settings
) -> None:
    most(seconds=100)
    failed = cast.submit(photo)
    failed.change(state="failed")
    Usage.objects.update(seconds=100)
    with pytest.raises(RefusedError, match="of painting are used up") as refused:
        cast.submit(photo)
    assert 0 < refused.value.after <= DAY
    with pytest.raises(RefusedError):
        services.job_retry(failed)
    answer = guest.post(reverse("picture_retry", args=[failed.pk]))
    assert answer.status_code == 429
    file = Path(settings.VAR) / "dusk.safetensors"
    file.write_bytes(cast.style_file())
    with pytest.raises(RefusedError):
        services.style_import(GUEST, file, file.name)


def test_what_waits_already_has_the_promise_of_its_seconds(db: None, most) -> None:
    most(seconds=600, styles=0)
    painting = cast.make_painting()
    asked = {"title": "T", "artist": "", "year": 0, "stroke": 1.0, "own_photos": False}
    services.style_teach(GUEST, [painting], minutes=6, **asked)
    with pytest.raises(RefusedError):
        services.style_teach(GUEST, [painting], minutes=6, **asked)
    services.style_teach(GUEST, [painting], minutes=3, **asked)


def bytes_in(folder: str) -> int:
    names = [name for name in cast.stored_files() if name.startswith(f"{folder}/")]
    assert names
    return sum(map(default_storage.size, names))


def test_files_are_counted_as_they_lie_there(guest: Client, photo: Photo) -> None:
    assert photo.bytes == bytes_in(photo.folder)
    assert upload(guest).status_code == 201
    made = Photo.objects.exclude(pk=photo.pk).get()
    assert made.bytes == made.measured() > 1000
    assert quotas.stored(GUEST) == photo.bytes + made.bytes


def test_a_finished_picture_counts_with_all_its_files(rendering: Rendering) -> None:
    runs.Run(cast.claim(), notify.publish, lambda: False)()
    rendering.refresh_from_db()
    assert rendering.bytes == bytes_in(rendering.folder)


def test_without_room_no_file_is_taken_and_none_is_left(guest: Client, most) -> None:
    most(bytes=10_000)
    refused = upload(guest)
    assert refused.status_code == 429
    assert "Delete what you no longer need" in refused.json()["error"]
    assert "Retry-After" not in refused
    assert cast.stored_files() == []
    assert not Photo.objects.exists()
    assert usage.of_owner(GUEST)["bytes"] == 0


def test_what_can_be_brought_back_takes_room_until_it_is_purged(
    guest: Client, photo: Photo, most
) -> None:
    most(bytes=photo.bytes + 10)
    services.remove(photo)
    refused = upload(guest)
    assert refused.status_code == 429
    assert 3500 < int(refused["Retry-After"]) <= 3600
    Photo.objects.update(deleted=timezone.now() - timedelta(hours=2))
    purging.purge()
    most(bytes=10**6)
    assert upload(guest).status_code == 201


def test_members_have_quotas_of_their_own(most) -> None:
    most("member", pictures=7)
    most("guest", pictures=3)
    assert quotas.quota(Owner(user_id=1), "pictures") == 7
    assert quotas.quota(GUEST, "pictures") == 3


@pytest.mark.parametrize("how", ["superuser", "permission", "neither"])
def test_some_may_work_without_quotas(db: None, most, how: str) -> None:
    most("member", pictures=1)
    user = make_member()
    if how == "superuser":
        user.is_superuser = True
        user.save()
    elif how == "permission":
        user.user_permissions.add(Permission.objects.get(codename="unlimited"))
    photo = cast.make_photo(owner(user))
    cast.submit(photo)
    if how == "neither":
        with pytest.raises(RefusedError):
            cast.submit(photo)
    else:
        assert cast.submit(photo).pk
        assert usage.of_owner(owner(user))["pictures"] == 2


def test_a_guest_without_cookies_is_no_new_one_at_the_same_address(db: None, most) -> None:
    most("address", bytes=cast.make_photo(cast.STRANGER).bytes * 3)
    answers = [upload(Client()).status_code for _ in range(8)]
    assert answers[0] == 201
    assert answers[-1] == 429
    assert upload(Client(), REMOTE_ADDR="203.0.113.9").status_code == 201
    member = Client()
    member.force_login(make_member())
    assert upload(member).status_code == 201


def test_addresses_stand_nowhere_as_they_are(db: None) -> None:
    upload(Client(), REMOTE_ADDR="203.0.113.9")
    row = Usage.objects.get()
    assert len(row.address) == 32
    assert "203.0.113.9" not in str(row.__dict__)


def test_what_a_guest_used_comes_along_and_is_added(guest: Client, photo: Photo) -> None:
    cast.submit(photo)
    sign_up(guest)
    (row,) = Usage.objects.all()
    assert (row.owner.username, row.guest, row.pictures) == ("vincent", "", 1)
    again = Client()
    upload(again)
    cast.submit(Photo.objects.get(owner=None))
    sign_in(again)
    (row,) = Usage.objects.all()
    assert (row.pictures, row.owner.username) == (2, "vincent")
    assert row.bytes > 0
    assert len(row.address) == 32  # it was used from there, whoever it was


def test_ones_own_page_says_what_is_used(guest: Client, photo: Photo, most) -> None:
    most(pictures=4, bytes=50_000_000, seconds=0)
    cast.submit(photo)
    page = guest.get(reverse("mine"))
    pictures = next(p for p in page.context["usage"]["parts"] if p.name == "pictures")
    assert (pictures.told, pictures.percent) == ("1 of 4", 25)
    assert 'value="25" aria-labelledby="usage-pictures"' in page.text
    assert 'aria-labelledby="usage-seconds"' not in page.text  # no limit: no bar
    assert "0 seconds" in page.text


def test_files_from_before_are_measured_by_the_migration(photo: Photo, painted: Rendering) -> None:
    sizes = {photo.pk: photo.bytes, painted.pk: painted.bytes}
    Photo.objects.update(bytes=0)
    Rendering.objects.update(bytes=0)
    loader = MigrationLoader(connection)
    names = [name for app, name in loader.graph.leaf_nodes() if app == "gallery"]
    path = [n for a, n in loader.graph.forwards_plan(("gallery", names[0])) if n.endswith("limits")]
    module = __import__(f"gallery.migrations.{path[0]}", fromlist=["measure"])
    module.measure(loader.project_state(("gallery", path[0])).apps, None)
    photo.refresh_from_db()
    painted.refresh_from_db()
    assert {photo.pk: photo.bytes, painted.pk: painted.bytes} == sizes


def test_a_full_queue_says_when_there_is_room(guest: Client, photo: Photo, settings) -> None:
    settings.MAX_JOBS_WAITING = 1
    cast.submit(photo)
    refused = guest.post(
        reverse("paint", args=[photo.pk]), FORM, headers={"Accept": "application/json"}
    )
    assert refused.status_code == 429
    assert 5 <= int(refused["Retry-After"]) <= 60
    assert "try again in a minute" in refused.json()["error"]
