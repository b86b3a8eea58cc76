"""``manage.py cleanup`` takes what nobody needs any longer, and nothing else."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery import scratch, services
from gallery.models import ErrorEntry, Mask, Note, Painting, Photo, Rendering, ShareLink
from gallery.operations import storage
from gallery.operations.cleanup import Cleanup
from gallery.operations.guests import SEEN, last_seen
from gallery.owners import Owner
from tests import cast
from tests.backends import SCALED
from tests.community import make_album
from webstyle.engine.events import EngineError

pytestmark = pytest.mark.django_db
WRITTEN: dict[str, datetime] = {}
STEPS = ("guests", "checkpoints", "deleted", "orphans", "lost", "sessions", "temporary", "records")


def found(*, dry: bool = False) -> dict[str, int]:
    return {name: each.count for name, each in Cleanup(dry=dry).run().items() if each.count}


def put(name: str, hours: float = 2, data: bytes = b"x" * 10) -> str:
    """A file in the storage that was written so many hours ago."""
    default_storage.save(name, ContentFile(data))
    if SCALED:
        WRITTEN[name] = timezone.now() - timedelta(hours=hours)
    else:
        moment = time.time() - 3600 * hours
        os.utime(default_storage.path(name), (moment, moment))
    return name


@pytest.fixture(autouse=True)
def _written(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a file was written, a bucket says itself: so what it says is changed."""
    WRITTEN.clear()
    changed = storage.changed
    monkeypatch.setattr(storage, "changed", lambda name: WRITTEN.get(name) or changed(name))


def ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def make_old(*rows: Any) -> None:
    """As if made two years ago, files and all."""
    for row in rows:
        type(row)._base_manager.filter(pk=row.pk).update(created=ago(730))
    for job in Rendering.objects.all():
        Rendering.objects.filter(pk=job.pk).update(queued=ago(730), finished=ago(730))


def test_files_that_no_row_names_go_and_all_others_stay(painted: Rendering) -> None:
    kept = cast.stored_files()
    made_later = put(f"{painted.folder}/jpeg-1200.jpg")
    young = put("renderings/never-there/result-1.png", hours=0.5)
    for name in (
        "photos/never-there/original.jpg", "elsewhere/x.bin", "top.bin",
        f"{painted.folder}/result-7.png", f"{painted.folder}/preview-1-0.jpg",
        f"{painted.folder}/checkpoint-ab.bin", f"{painted.folder}/thumb-320-9.avif",
    ):  # fmt: skip
        put(name)
    assert found() == {"orphans": 7}
    assert cast.stored_files() == sorted([*kept, made_later, young])
    assert "photos/never-there" not in cast.stored_folders()
    assert found() == {}


def test_a_rehearsal_says_the_same_and_changes_nothing(painted: Rendering) -> None:
    put("photos/never-there/original.jpg")
    services.remove(cast.make_photo())
    Photo.objects.exclude(deleted=None).update(deleted=ago(1))
    before = cast.stored_files()
    rehearsed = found(dry=True)
    assert rehearsed == {"orphans": 1, "deleted": 1}
    assert cast.stored_files() == before
    assert not Note.objects.exists()
    assert found() == rehearsed
    assert found(dry=True) == {}
    assert Note.objects.get(pk="cleanup").value["orphans"] == {"count": 1, "bytes": 10}


def test_a_file_whose_row_comes_meanwhile_stays(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row is there by the time the files have been looked through."""
    from gallery.operations import cleanup

    name = put("photos/late/original.jpg")
    listed = cleanup.storage.changed

    def changed(file: str) -> Any:
        Photo.objects.filter(pk=photo.pk).update(original=name)
        return listed(file)

    monkeypatch.setattr(cleanup.storage, "changed", changed)
    found()
    assert default_storage.exists(name)


def test_lost_files_are_told_and_nothing_is_done(painted: Rendering) -> None:
    default_storage.delete(painted.result.name)
    told = Cleanup(dry=False).run()["lost"]
    assert (told.count, told.names) == (1, [painted.result.name])
    painted.refresh_from_db()
    assert painted.result.name


def test_it_works_in_a_storage_that_is_no_folder(photo: Photo, settings) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }
    for name in ("original", "view", "thumb"):
        default_storage.save(getattr(photo, name).name, ContentFile(b"x"))
    default_storage.save("photos/never-there/original.jpg", ContentFile(b"x"))
    assert found() == {}, "they are all young"
    default_storage._resolve("photos/never-there/original.jpg").modified_time = ago(1)
    assert found() == {"orphans": 1}
    assert default_storage.exists(photo.original.name)


def test_most_files_go_only_if_somebody_insists(photo: Photo, monkeypatch) -> None:
    """As with the address of another, empty database."""
    monkeypatch.setattr("gallery.operations.cleanup.MANY", 3)
    names = [put(f"photos/theirs-{n}/original.jpg") for n in range(4)]
    with pytest.raises(EngineError, match="DATABASE_URL"):
        Cleanup(dry=False).run()
    assert all(map(default_storage.exists, names))
    assert Cleanup(dry=False, force=True).run()["orphans"].count == 4


def test_a_guests_private_work_goes_after_long(painted: Rendering) -> None:
    make_old(painted, painted.photo, mask := cast.make_mask(painted.photo))
    make_old(mask, album := make_album([painted]))
    make_old(album)
    other = cast.make_photo(cast.STRANGER)
    assert found(dry=True)["guests"] == 4
    assert found()["guests"] == 4
    assert list(Photo.objects.all()) == [other]
    assert not Rendering.objects.exists()
    assert not Mask.objects.exists()
    assert {name.split("/")[1] for name in cast.stored_files()} == {str(other.pk)}
    assert found(dry=True) == {}


def test_whoever_was_here_lately_keeps_everything(photo: Photo, guest: Client) -> None:
    make_old(photo)
    assert found(dry=True) == {}, "the session is of today"
    Session.objects.update(expire_date=timezone.now() + timedelta(days=365 - 400 + 36))
    assert found(dry=True) == {}, "364 days"
    Session.objects.update(expire_date=timezone.now() - timedelta(days=3))
    assert found(dry=True) == {"guests": 1, "sessions": 1}


def test_a_visit_is_noted_once_a_day(photo: Photo, guest: Client) -> None:
    session = guest.session
    session[SEEN] = "2020-01-01"
    session.save()
    Session.objects.update(expire_date=ago(-2))
    make_old(photo)
    assert last_seen()["the-guest"] < ago(300).date()
    guest.get(reverse("mine"))
    assert last_seen()["the-guest"] == timezone.now().date()
    Session.objects.update(expire_date=ago(-2))
    guest.get(reverse("mine"))
    assert last_seen()["the-guest"] < ago(300).date(), "written twice a day"


def test_a_newcomers_visit_makes_no_session(db: None) -> None:
    client = Client()
    client.get(reverse("home"))
    assert not Session.objects.exists()


def test_what_a_guest_showed_others_stays(painted: Rendering) -> None:
    painted.change(public=True, published=ago(700))
    by_link, in_album, hidden, ended = cast.copies(painted, 4, public=False)
    hidden.change(public=True, hidden_by_moderator=True)
    owner = cast.GUEST.fields
    links = [
        ShareLink.objects.create(rendering=by_link, **owner),
        ShareLink.objects.create(album=(album := make_album([in_album])), **owner),
        ShareLink.objects.create(rendering=ended, expires=ago(1), **owner),
    ]
    shared, private = cast.make_painting(public=True), cast.make_painting()
    make_old(painted, by_link, in_album, hidden, ended, painted.photo, album, *links, shared)
    make_old(private)
    assert found()["guests"] == 4
    stays = {painted.pk, by_link.pk, in_album.pk}
    assert set(Rendering.objects.values_list("pk", flat=True)) == stays
    assert list(Painting.objects.all()) == [shared]
    assert set(ShareLink.objects.all()) == set(links[:2])
    assert Photo.objects.count() == 1


def test_a_members_work_is_never_too_old(user: Any) -> None:
    make_old(cast.make_photo(Owner(user_id=user.pk)))
    assert found() == {}


def test_checkpoints_of_jobs_that_failed_go(painted: Rendering) -> None:
    painted.change(state="failed", finished=ago(2), preview="",
                   checkpoint=scratch.save_checkpoint(painted, b"x" * 99))  # fmt: skip
    told = Cleanup(dry=True).run()["checkpoints"]
    assert (told.count, told.size) == (1, 99)
    assert found() == {"checkpoints": 1}
    assert found() == {}


def test_sessions_that_have_run_out_go(db: None) -> None:
    for days in (-1, 1):
        Session.objects.create(session_key=f"k{days}", session_data="x", expire_date=ago(-days))
    assert found() == {"sessions": 1}
    assert Session.objects.get().session_key == "k1"


def test_what_killed_processes_left_goes_after_a_day(db: None, settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    (tmp_path / "tmpab12cd34").mkdir()
    (tmp_path / "tmpab12cd34" / "original.jpg").write_bytes(b"x" * 20)
    for name in ("upload-x7y8z9", "upload-young1", "secret-key", "db.sqlite3"):
        (tmp_path / name).write_bytes(b"x" * 5)
    old = time.time() - 90_000
    for name in ("tmpab12cd34", "upload-x7y8z9", "secret-key", "db.sqlite3"):
        os.utime(tmp_path / name, (old, old))
    told = Cleanup(dry=False).run()["temporary"]
    assert (told.count, told.size) == (2, 25)
    left = {path.name for path in tmp_path.iterdir()}
    assert left >= {"upload-young1", "secret-key", "db.sqlite3"}
    assert not left & {"tmpab12cd34", "upload-x7y8z9"}


def test_old_errors_go(db: None) -> None:
    for days in (1, 40):
        ErrorEntry.objects.create(logger="x", message="y", process="z", at=ago(days))
    assert found() == {"records": 1}


@pytest.mark.local("nobody can write a file into a bucket two hours ago")
@pytest.mark.django_db(transaction=True)
def test_the_command_says_it_for_people_and_for_programs(painted: Rendering) -> None:
    put("photos/never-there/original.jpg")
    told = json.loads(cast.manage("cleanup", "--dry-run", "--json").stdout)
    assert tuple(told) == ("dry_run", *STEPS)
    assert told["dry_run"] is True
    assert told["orphans"] == {"count": 1, "bytes": 10}
    done = cast.manage("cleanup")
    assert done.returncode == 0, done.stderr
    assert "1  10\xa0bytes  files that no row names" in done.stdout
    again = cast.manage("cleanup", "--dry-run", "--json").stdout
    assert not any(each["count"] for name, each in json.loads(again).items() if name in STEPS)


def test_without_a_database_it_says_so_in_one_line(tmp_path: Path) -> None:
    done = cast.manage("cleanup", DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "migrated" in done.stderr
