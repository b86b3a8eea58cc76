"""``manage.py backup`` and ``restore``: a site comes back with every row and every file."""

from __future__ import annotations

import json
import tarfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from gallery.models import Photo, Presence, Rendering
from gallery.provenance import certificate
from tests import cast
from tests.backends import site_in
from tests.gallery.test_serving import Browser, answers
from tests.security import world
from tests.servers import new_database
from tests.sites import OF_ITS_OWN, contents, managed, migrated, refused

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.timeout(240),
    OF_ITS_OWN,
]  # fmt: skip
HERE: dict[str, Any] = {}  # the environment of the tests' own site
NOT_KEPT = ("gallery.Presence", "gallery.Arrival")


@pytest.fixture
def furnished(result: Any) -> dict[str, Any]:
    """The tests' own database with one of everything; what is in it that a backup keeps."""
    ContentType.objects.clear_cache()
    world.build(result)
    certificate.made_here()
    default_storage.save("photos/of-nobody/original.jpg", ContentFile(b"x"))
    found = contents(HERE)
    del found["files"]["photos/of-nobody/original.jpg"]
    for label in NOT_KEPT:
        found["rows"][label] = {}
    empty = {label for label, rows in found["rows"].items() if not rows}
    assert len(found["rows"]) - len(empty) > 18, f"there is little to lose: {empty}"
    assert len(found["files"]) > 20
    return found


_saved: list[tuple[dict[str, Any], bytes]] = []  # once for all: it takes some seconds


@pytest.fixture
def site_and_backup(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[dict[str, Any], Path]:
    """All that was in it, and a backup of it."""
    place = tmp_path / "site.tar"
    if not _saved:
        full = request.getfixturevalue("furnished")
        managed(HERE, "backup", place)
        _saved.append((full, place.read_bytes()))
    full, data = _saved[0]
    place.write_bytes(data)
    return full, place


@pytest.fixture
def full(site_and_backup: tuple[dict[str, Any], Path]) -> dict[str, Any]:
    return site_and_backup[0]


@pytest.fixture
def saved(site_and_backup: tuple[dict[str, Any], Path]) -> Path:
    return site_and_backup[1]


def same(site: dict[str, Any], full: dict[str, Any]) -> bool:
    found = contents(site)
    for label, rows in full["rows"].items():
        assert found["rows"][label] == rows, label
    assert found["files"] == full["files"]
    return True


def test_in_a_new_folder_every_row_and_every_file_is_as_it_was(
    full: dict[str, Any], saved: Path, tmp_path: Path, settings
) -> None:
    site = site_in(tmp_path / "new")
    assert managed(site, "restore", "--check", saved).startswith(f"{saved} is whole")
    assert not list((tmp_path / "new").rglob("*.png")), "a look changed something"
    managed(site, "restore", saved)
    assert same(site, full)
    for name in ("secret-key", "c2pa/certificate.pem", "c2pa/key.pem"):
        file = tmp_path / "new" / name
        assert file.read_bytes() == (Path(settings.VAR) / name).read_bytes(), name
        assert file.stat().st_mode & 0o077 == 0, f"others may read {name}"


def test_from_sqlite_to_postgresql_and_on_and_back_again(
    full: dict[str, Any], saved: Path, tmp_path: Path, postgres_url: str
) -> None:
    sites = [
        site_in(tmp_path / "one", new_database(postgres_url, "one")),
        site_in(tmp_path / "two", new_database(postgres_url, "two")),
        migrated(site_in(tmp_path / "three")),
    ]
    for number, site in enumerate(sites):
        managed(site, "restore", saved)
        assert same(site, full)
        saved = tmp_path / f"{number}.tar"
        managed(site, "backup", saved)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_comes_after_gets_ids_of_its_own(
    kind: str, saved: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Ids that a database counts go on behind those that were restored."""
    if kind == "postgresql":
        url = new_database(request.getfixturevalue("postgres_url"), "ids")
        site = site_in(tmp_path / "new", url)
    else:
        site = migrated(site_in(tmp_path / "new"))
    managed(site, "restore", saved)
    last = max(int(pk) for pk in contents(site)["rows"]["auth.User"])
    done = cast.manage("createsuperuser", "--noinput", "--username=late", "--email=l@example.org",
                       DJANGO_SUPERUSER_PASSWORD="a-long-one-7", **site)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert max(int(pk) for pk in contents(site)["rows"]["auth.User"]) > last


def test_a_site_that_is_started_on_it_shows_guests_their_pictures(
    guest: Client, painted: Rendering, tmp_path: Path
) -> None:
    """Their cookie is all that guests have: it goes on being good."""
    place, site = tmp_path / "site.tar", migrated(site_in(tmp_path / "new"))
    managed(HERE, "backup", place)
    managed(site, "restore", place)
    visitor = Browser(port := cast.free_port())
    visitor.cookies |= {name: morsel.value for name, morsel in guest.cookies.items()}
    log = tmp_path / "serve.log"
    with cast.managing(log, "serve", "--port", port, **site):
        cast.wait_until(lambda: answers(port), log)
        status, told = visitor.ask("GET", f"/api/v1/renderings/{painted.pk}")
        assert (status, told["state"]) == (200, "done")
        photo = visitor.ask("POST", "/api/v1/photos", cast.encoded("coffee.png"))[1]
        wish = json.dumps({"photo": photo["id"], "styles": [{"style": "udnie"}], "size": 512})
        kind = "application/json"
        job = visitor.ask("POST", "/api/v1/renderings", wish.encode(), kind)[1]
        cast.wait_until(
            lambda: visitor.ask("GET", f"/api/v1/renderings/{job['id']}")[1]["state"] == "done", log
        )


def test_a_running_job_comes_back_waiting_and_the_attempt_is_not_counted(
    photo: Photo, tmp_path: Path
) -> None:
    for keeps in (False, True):
        running = cast.submit(photo)
        assert cast.claim().pk == running.pk
        checkpoint = default_storage.save("renderings/x/checkpoint-1.bin", ContentFile(b"x"))
        running.change(step=3, total=9, stage="Drawing", checkpoint=checkpoint if keeps else "")
    place, site = tmp_path / "site.tar", migrated(site_in(tmp_path / "new"))
    managed(HERE, "backup", place)
    managed(site, "restore", place)
    found = contents(site)["rows"]["gallery.Rendering"].values()
    names = ("state", "worker", "attempts", "lease_until", "stage", "step")
    for row in found:
        kept = 3 if row["checkpoint"] != '""' else 0
        assert [row[name] for name in names] == ['"queued"', '""', "0", "null", '""', str(kept)]
    assert sorted(row["step"] for row in found) == ["0", "3"]
    assert set(Rendering.objects.values_list("state", flat=True)) == {"running"}, "the site's own"


def test_it_is_of_one_moment_and_nobody_waits_for_it(
    photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While rows are read somebody adds a photo and a picture of it: neither, or both, and the
    writer does not have to wait until the backup is through."""
    from gallery.recovery import rows
    from gallery.recovery.backup import backup

    written: list[Rendering] = []
    dump = rows.dump

    def write() -> None:
        written.append(cast.submit(photo))
        connection.close()

    def slow_dump(model: Any, *args: Any) -> int:
        if model._meta.label_lower == "gallery.rendering":
            writer = threading.Thread(target=write)
            writer.start()
            writer.join(10)
            assert written, "the writer waits for the backup"
        return dump(model, *args)

    monkeypatch.setattr(rows, "dump", slow_dump)
    told = backup(tmp_path)
    assert told.rows["gallery.photo"] == 1
    assert told.rows["gallery.rendering"] == 0
    assert Rendering.objects.count() == 1


def test_files_that_went_meanwhile_are_told_and_do_no_harm(
    painted: Rendering, tmp_path: Path
) -> None:
    default_storage.delete(painted.result.name)
    place, site = tmp_path / "site.tar", migrated(site_in(tmp_path / "new"))
    told = managed(HERE, "backup", place)
    assert "1 files that rows name were not there" in told
    assert painted.result.name in told
    managed(site, "restore", place)
    assert painted.view.name in contents(site)["files"]


def test_a_database_that_is_not_migrated_yet_is_backed_up_and_migrated_when_restored(
    tmp_path: Path, postgres_url: str
) -> None:
    """A backup of the version before: made by this program just before `migrate`."""
    old = site_in(tmp_path / "old")
    managed(old, "migrate", "auth", "-v0")
    managed(old, "migrate", "sessions", "-v0")
    managed(old, "migrate", "gallery", "0008", "-v0")
    add_old_rows(tmp_path / "old/db.sqlite3", tmp_path / "old/media")
    place = tmp_path / "old.tar"
    managed(old, "backup", place)
    for site in (
        site_in(tmp_path / "new"),
        site_in(tmp_path / "newer", new_database(postgres_url, "newer")),
    ):
        assert "migrations applied" in managed(site, "restore", place)
        managed(site, "migrate", "--check")
        found = contents(site)
        (photo,) = found["rows"]["gallery.Photo"].values()
        assert photo["title"] == '"Old"'
        assert photo["bytes"] == "9", "the migration of that version has not measured it"
        assert found["rows"]["auth.Group"], "nor made the moderators' group"
        assert list(found["files"]) == ["photos/old/original.jpg"]


def add_old_rows(database: Path, media: Path) -> None:
    """A photo, in columns of then."""
    import sqlite3

    (media / "photos/old").mkdir(parents=True)
    (media / "photos/old/original.jpg").write_bytes(b"nine byte")
    with sqlite3.connect(database) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(gallery_photo)")]
        values = dict.fromkeys(names) | {
            "id": "00000000000040008000000000000001", "guest": "g", "width": 4, "height": 4,
            "colour": "#888888", "created": "2025-01-01 00:00:00.123456", "title": "Old",
            "original": "photos/old/original.jpg", "view": "", "thumb": "",
        }  # fmt: skip
        values = {name: value for name, value in values.items() if name in names}
        marks = ", ".join("?" * len(values))
        connection.execute(
            f"INSERT INTO gallery_photo ({', '.join(values)}) VALUES ({marks})",
            list(values.values()),
        )


def test_what_is_there_is_not_replaced_unless_one_says_so(
    full: dict[str, Any], saved: Path, tmp_path: Path
) -> None:
    site = migrated(site_in(tmp_path / "new"))
    (tmp_path / "new/media/photos").mkdir(parents=True)
    there = tmp_path / "new/media/photos/mine.jpg"
    there.write_bytes(b"mine")
    assert "the storage is not empty (photos/mine.jpg)" in refused(site, "restore", saved)
    there.unlink()
    managed(site, "restore", saved)
    before = contents(site)
    assert "the database is not empty" in refused(site, "restore", saved)
    assert contents(site) == before
    other = next(name for name in full["files"] if name.endswith(".png"))
    (tmp_path / "new/media" / other).write_bytes(b"another")
    managed(site, "createsuperuser", "--noinput", "--username=x", "--email=x@example.org")
    managed(site, "restore", "--replace", saved)
    assert same(site, full)


def test_nothing_is_restored_below_a_site_that_is_at_work(photo: Photo, saved: Path) -> None:
    Presence.objects.create(name="easel:4", seen=timezone.now())
    assert "easel:4 is at work" in refused(HERE, "restore", "--replace", saved)
    Presence.objects.update(seen=timezone.now() - timedelta(minutes=5))
    assert "not empty" in refused(HERE, "restore", saved)


def test_a_key_from_the_environment_stays_and_is_told_when_it_is_another(
    saved: Path, tmp_path: Path
) -> None:
    site = migrated(site_in(tmp_path / "new"))
    done = cast.manage("restore", saved, **site, SECRET_KEY="another" * 8)
    assert done.returncode == 0
    assert "SECRET_KEY is not the one" in done.stderr
    assert not (tmp_path / "new/secret-key").exists()


def test_a_key_from_the_environment_is_in_no_backup(photo: Photo, tmp_path: Path) -> None:
    place = tmp_path / "site.tar"
    done = cast.manage("backup", place, SECRET_KEY="from the environment")
    assert done.returncode == 0, done.stderr
    with tarfile.open(place) as tar:
        assert "var/secret-key" not in tar.getnames()
    assert b"from the environment" not in place.read_bytes()


def test_nobody_else_may_read_a_backup_and_its_folder_has_nothing_else(
    photo: Photo, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    managed(HERE, "backup", folder)
    (place,) = folder.iterdir()
    assert place.name.startswith("webstyle-20")
    assert place.suffix == ".tar"
    assert place.stat().st_mode & 0o077 == 0


def test_a_target_that_will_not_do_is_told_in_a_line(photo: Photo, tmp_path: Path) -> None:
    there = tmp_path / "there.tar"
    there.write_bytes(b"mine")
    assert "is there already" in refused(HERE, "backup", there)
    assert there.read_bytes() == b"mine"
    assert "is no folder" in refused(HERE, "backup", tmp_path / "no/where.tar")
    empty = site_in(tmp_path / "empty")
    assert "the database is empty" in refused(empty, "backup", tmp_path / "x.tar")
    away = HERE | {"DATABASE_URL": f"postgres://u:sesame@127.0.0.1:{cast.free_port()}/x"}
    assert "sesame" not in refused(away, "backup", tmp_path / "x.tar")
    assert sorted(path.name for path in tmp_path.glob("*.tar")) == ["there.tar"]
