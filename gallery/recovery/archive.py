"""The file of a backup: a plain tar. Its last member says what the others are, so one that broke
off is known by that.

Nothing is ever unpacked by tarfile: members are read one after the other, and whoever restores them
knows by their names where they belong. However large it is, only a piece of it is in memory.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from webstyle.engine.events import EngineError

SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
FORMAT = 1
PIECE = 1 << 20
LARGEST_MANIFEST = 10_000_000  # bytes
FACTS = {  # of the manifest, that restoring goes by
    "version": str, "made": str, "migrations": list, "rows": dict, "files": int, "bytes": int,
}  # fmt: skip


class BackupError(EngineError):
    """A backup cannot be made or restored. One sentence that names what is wrong and the remedy."""


class Hashing:
    """A file that is read once, and the sha256 of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sum = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.sum.update(data)
        return data

    def to_the_end(self) -> str:
        """The sum of all of it."""
        while self.read(PIECE):
            pass
        return self.sum.hexdigest()


class Writer:
    """An archive that is being written. The sums wait on the disk until all the rest is in."""

    def __init__(self, file: IO[bytes], sums: IO[bytes]) -> None:
        self.tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.sums = sums

    def add(self, name: str, file: IO[bytes], size: int) -> str:
        """``size`` bytes of ``file``; their sum."""
        check_name(name)
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        source = Hashing(file)
        self.tar.addfile(info, source)  # type: ignore[arg-type]
        self.tar.members.clear()  # type: ignore[attr-defined]  # else it remembers a million
        line = f"{source.sum.hexdigest()}  {name}\n"
        if name != SUMS:
            self.sums.write(line.encode())
        return source.sum.hexdigest()

    def finish(self, manifest: dict[str, Any]) -> None:
        size = self.sums.tell()
        self.sums.seek(0)
        told = {"format": FORMAT, **manifest, "sums": self.add(SUMS, self.sums, size)}
        with tempfile.TemporaryFile() as file:
            size = file.write(json.dumps(told, indent=1).encode())
            file.seek(0)
            self.add(MANIFEST, file, size)
        self.tar.close()


def check_name(name: str) -> None:
    """No member may be called as if it lay somewhere else."""
    path = PurePosixPath(name)
    odd = "\\" in name or not name.isprintable()
    if odd or path.is_absolute() or ".." in path.parts or str(path) != name or name == ".":
        raise BackupError(f"'{name!a}' is no name for a file of a backup: do not trust this file")


@contextmanager
def members(place: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Name and content of each, in order. Raises BackupError for what is no backup, also while the
    content is read."""
    try:
        with tarfile.open(place, "r:") as tar:
            yield each_of(place, tar)
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{place} is no whole backup ({error}): take another one") from None


def each_of(place: Path, tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    while (info := tar.next()) is not None:
        tar.members.clear()  # type: ignore[attr-defined]
        check_name(info.name)
        file = tar.extractfile(info) if info.isreg() else None
        if file is None:
            raise BackupError(
                f"'{info.name}' in {place} is no plain file: do not trust this backup"
            )
        yield info.name, file


def verified(place: Path) -> dict[str, Any]:
    """The manifest, once every byte has been looked at. Raises BackupError."""
    manifest: dict[str, Any] = {}
    with (
        tempfile.TemporaryFile() as found,
        tempfile.TemporaryFile() as said,
        members(place) as inside,
    ):
        for name, file in inside:
            if manifest:
                raise BackupError(f"{place} goes on behind its end: do not trust this backup")
            if name == MANIFEST:
                manifest = read_manifest(place, file)
            elif name == SUMS:
                while data := file.read(PIECE):
                    said.write(data)
            else:
                found.write(f"{Hashing(file).to_the_end()}  {name}\n".encode())
        if not manifest:
            raise BackupError(f"{place} is no whole backup (its end is missing): take another one")
        compare(place, found, said)
        said.seek(0)
        if Hashing(said).to_the_end() != manifest.get("sums"):
            raise BackupError(f"{place} is damaged ({SUMS}): take another one")
    return manifest


def read_manifest(place: Path, file: IO[bytes]) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(file.read(LARGEST_MANIFEST))
        if manifest["format"] != FORMAT:
            raise BackupError(
                f"{place} is of another version of this program (format {manifest['format']!r}, "
                f"here {FORMAT}): upgrade first"
            )
        if all(isinstance(manifest[name], kind) for name, kind in FACTS.items()):
            return manifest
    except (KeyError, TypeError, RecursionError, UnicodeDecodeError, json.JSONDecodeError):
        pass
    raise BackupError(f"{place} is damaged ({MANIFEST}): take another one")


def compare(place: Path, found: IO[bytes], said: IO[bytes]) -> None:
    """The sums of what is there with those that were written down, line by line."""
    found.seek(0)
    said.seek(0)
    for line in found:
        if line != said.readline():
            name = line.decode().rstrip("\n").partition("  ")[2]
            raise BackupError(f"{place} is damaged ({name}): take another one")
    if line := said.readline():
        name = line.decode(errors="replace").rstrip("\n").partition("  ")[2]
        raise BackupError(f"{place} is damaged ({name} is missing): take another one")
