"""A backup that is damaged, cut off or malicious is refused before anything is touched."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gallery.models import Photo
from gallery.recovery import archive
from gallery.recovery.archive import BackupError
from tests import cast
from tests.backends import site_in
from tests.sites import OF_ITS_OWN, contents, refused

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.timeout(240),
    OF_ITS_OWN,
]  # fmt: skip


_saved: list[bytes] = []  # once for all of them: it takes three seconds


@pytest.fixture
def saved(photo: Photo, tmp_path: Path) -> Path:
    """A backup of a site with one photo."""
    place = tmp_path / "site.tar"
    if not _saved:
        done = cast.manage("backup", place)
        assert done.returncode == 0, done.stderr
        _saved.append(place.read_bytes())
    place.write_bytes(_saved[0])
    return place


def unpacked(place: Path) -> dict[str, bytes]:
    with tarfile.open(place) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}


def packed(place: Path, members: dict[str, bytes], **manifest: Any) -> Path:
    """A backup of these, with sums that are right: whoever makes one can do that too."""
    given = {k: v for k, v in members.items() if k not in (archive.SUMS, archive.MANIFEST)}
    told = json.loads(members[archive.MANIFEST]) | manifest
    sums = "".join(f"{hashlib.sha256(v).hexdigest()}  {k}\n" for k, v in given.items()).encode()
    told["sums"] = hashlib.sha256(sums).hexdigest()
    given |= {archive.SUMS: sums, archive.MANIFEST: json.dumps(told).encode()}
    with tarfile.open(place, "w") as tar:
        for name, data in given.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return place


def is_empty(site: dict[str, Any]) -> bool:
    """Neither tables nor files; what lies in its folder is what starting the program makes."""
    names = {path.name for path in Path(site["VAR"]).rglob("*")}
    return names <= {"secret-key", "db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "media"}


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut off in the middle": lambda data: data[: len(data) // 2],
    "cut off between two members": lambda data: data[: len(data) // 2 // 512 * 512],
    "without its last block": lambda data: data.rstrip(b"\0")[:-600],
    "one byte of a photo": lambda data: flipped(data, b"\xff\xd8\xff"),
    "one byte of the sums": lambda data: flipped(data, b"  database/"),
    "empty": lambda data: b"",
    "something else": lambda data: b"PK\x03\x04" + data[4:],
    "a text": lambda data: b"This is no backup.\n" * 1000,
    "twice": lambda data: data.rstrip(b"\0") + b"\0" * (-len(data.rstrip(b"\0")) % 512) + data,
}


def flipped(data: bytes, behind: bytes) -> bytes:
    at = data.index(behind) + len(behind) + 8
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused(damage: str, saved: Path) -> None:
    saved.write_bytes(DAMAGES[damage](saved.read_bytes()))
    with pytest.raises(BackupError, match=r"backup|damaged"):
        archive.verified(saved)


def test_the_command_says_which_file_is_damaged_and_touches_nothing(
    saved: Path, tmp_path: Path
) -> None:
    (photo,) = (name for name in unpacked(saved) if name.endswith("/original.jpg"))
    saved.write_bytes(flipped(saved.read_bytes(), b"\xff\xd8\xff"))
    site = site_in(tmp_path / "new")
    assert photo.removeprefix("files/") in refused(site, "restore", saved)
    assert is_empty(site)
    assert "cannot be restored" in refused(site, "restore", tmp_path / "nowhere.tar")
    assert "cannot be restored" in refused(site, "restore", tmp_path)


NAMES = (
    "../evil", "files/../../evil", "/etc/evil", "files//x", "files/./x", "files\\evil",
    "files/a\nb", ".",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_member_lies_elsewhere(name: str, saved: Path, tmp_path: Path) -> None:
    place = packed(tmp_path / "evil.tar", {name: b"evil"} | unpacked(saved))
    with pytest.raises(BackupError, match="trust"):
        archive.verified(place)


def test_neither_links_nor_devices_are_taken(saved: Path, tmp_path: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        place = tmp_path / "evil.tar"
        with tarfile.open(place, "w") as tar:
            info = tarfile.TarInfo("files/evil")
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        with pytest.raises(BackupError, match="trust"):
            archive.verified(place)


@pytest.mark.parametrize(
    ("name", "says"),
    [("var/evil", "does not belong"), ("database/gallery.evil.jsonl.gz", "no model")],
)
def test_what_belongs_nowhere_is_refused_and_all_else_taken_back(
    name: str, says: str, saved: Path, tmp_path: Path
) -> None:
    place = packed(tmp_path / "evil.tar", unpacked(saved) | {name: b"evil"})
    site = site_in(tmp_path / "new")
    assert says in refused(site, "restore", place)
    assert nothing_came(site)
    assert not (tmp_path / "new/evil").exists()


def nothing_came(site: dict[str, Any]) -> bool:
    found = contents(site)
    return not found["rows"]["gallery.Photo"] and not found["files"]


def test_rows_that_name_rows_that_are_not_there_are_refused_and_all_else_taken_back(
    saved: Path, tmp_path: Path
) -> None:
    import gzip

    members = unpacked(saved)
    columns = json.loads(
        gzip.decompress(members["database/gallery.photo.jsonl.gz"]).split(b"\n")[0]
    )
    row = gzip.decompress(members["database/gallery.photo.jsonl.gz"]).split(b"\n")[1]
    values = dict(zip(columns, json.loads(row), strict=True)) | {"owner_id": 4711}
    lines = [json.dumps(columns), json.dumps([values[name] for name in columns])]
    members["database/gallery.photo.jsonl.gz"] = gzip.compress("\n".join(lines).encode())
    place = packed(tmp_path / "evil.tar", members)
    site = site_in(tmp_path / "new")
    assert "not in it" in refused(site, "restore", place)
    assert nothing_came(site)


@pytest.mark.parametrize(
    "line", [b"[1,", b"{}", b"[]", b'"x"', b"\xff\xfe", b'["not a uuid"]' + b" " * 9]
)
def test_rows_that_cannot_be_read_are_refused_and_all_else_taken_back(
    line: bytes, saved: Path, tmp_path: Path
) -> None:
    import gzip

    members = unpacked(saved)
    first = gzip.decompress(members["database/gallery.photo.jsonl.gz"]).split(b"\n")[0]
    members["database/gallery.photo.jsonl.gz"] = gzip.compress(first + b"\n" + line + b"\n")
    site = site_in(tmp_path / "new")
    assert "gallery.photo" in refused(site, "restore", packed(tmp_path / "evil.tar", members))
    assert nothing_came(site)


def test_a_backup_of_a_newer_version_is_refused(saved: Path, tmp_path: Path) -> None:
    members = unpacked(saved)
    nodes = json.loads(members[archive.MANIFEST])["migrations"]
    site = site_in(tmp_path / "new")
    newer = [*nodes, ["gallery", "9999_later"]]
    place = packed(tmp_path / "newer.tar", members, version="9.0.0", migrations=newer)
    said = refused(site, "restore", place)
    assert "newer version" in said
    assert "9.0.0" in said
    assert "gallery.9999_later" in said
    place = packed(tmp_path / "newest.tar", members, format=2)
    assert "upgrade first" in refused(site, "restore", place)
    assert is_empty(site)


def test_a_backup_that_is_killed_leaves_nothing_that_looks_like_one(
    photo: Photo, tmp_path: Path
) -> None:
    Photo.objects.update(original="slow")
    media = Path(photo._meta.get_field("original").storage.path("slow"))
    os.mkfifo(media)  # a file that nobody ever writes: the backup waits for it
    log, folder = tmp_path / "log", tmp_path / "backups"
    folder.mkdir()
    with cast.managing(log, "backup", folder) as process:
        cast.wait_until(lambda: list(folder.glob(".webstyle-backup-*/backup.tar")), log)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not list(folder.glob("*.tar"))
    (half,) = folder.glob(".webstyle-backup-*/backup.tar")
    with pytest.raises(BackupError):
        archive.verified(half)
