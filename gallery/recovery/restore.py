"""Bring a backup back: looked at whole first, then all of it or nothing.

The rows are loaded in one transaction, which ends once the files are in their place too. A backup
says what is in rows and files; where they go, this program says.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from gallery import scratch
from gallery.operations import storage
from gallery.provenance import certificate
from gallery.recovery import archive, rows
from gallery.recovery.archive import BackupError, Hashing
from gallery.recovery.backup import fingerprint

# Where the names of a backup that begin with var/ belong.
KEY_NAME = "var/secret-key"
ENDING = ".jsonl.gz"
CERTIFICATE_NAMES = {f"var/c2pa/{name}": name for name in (certificate.CHAIN, certificate.KEY)}
UNREADABLE = (OSError, EOFError, zlib.error, ValueError, TypeError, RecursionError)


@dataclass
class Restored:
    rows: int = 0
    files: int = 0
    bytes: int = 0
    migrated: int = 0  # migrations that the backup did not have
    other_key: bool = False  # the site's secret key is not the one of the backup


def restore(place: Path, *, replace: bool = False) -> Restored:
    """Raises BackupError; then neither rows nor files have changed, unless it says so."""
    manifest = archive.verified(place)
    loader, nodes = known_state(place, manifest)
    target = Target(loader, nodes, replace)
    target.check()
    target.migrate()
    told, new = Restored(), NewFiles(replace)
    try:
        with transaction.atomic():
            fill(place, target.models, manifest, told, new)
    except BaseException:
        new.take_back()
        raise
    ContentType.objects.clear_cache()
    told.migrated = target.migrate_forward()
    told.other_key = manifest.get("secret_key") != fingerprint() and not new.has_key
    return told


def known_state(place: Path, manifest: dict[str, Any]) -> tuple[MigrationLoader, set[rows.Node]]:
    """The migrations that the backup was made at. Raises BackupError if one is unknown here."""
    loader = MigrationLoader(None)
    try:
        nodes = {(str(app), str(name)) for app, name in manifest["migrations"]}
    except (KeyError, TypeError, ValueError):
        raise BackupError(f"{place} is damaged ({archive.MANIFEST}): take another one") from None
    if unknown := sorted(nodes - set(loader.graph.nodes)):
        raise BackupError(
            f"{place} is of a newer version of this program ({manifest.get('version')}, with the "
            f"migration {'.'.join(unknown[0])}): upgrade first"
        )
    return loader, nodes


class Target:
    """The database and the storage that a backup is to come into."""

    def __init__(self, loader: MigrationLoader, nodes: set[rows.Node], replace: bool) -> None:
        self.nodes, self.replace = nodes, replace
        self.here_loader, self.here = rows.applied()
        self.older = nodes != set(loader.graph.nodes)  # the backup, than this program
        self.models = rows.models_at(loader, nodes)

    def check(self) -> None:
        """Raises BackupError if nothing may be restored here. Changes nothing."""
        if unknown := sorted(self.here - set(self.here_loader.graph.nodes)):
            raise BackupError(
                f"the database is of a newer version of this program (migration "
                f"{'.'.join(unknown[0])}): upgrade first, or name another DATABASE_URL"
            )
        found = rows.models_at(self.here_loader, self.here)
        if names := rows.at_work(found):
            raise BackupError(f"{names[0]} is at work on this database: stop the site, wait 30 s")
        if self.older and self.here:
            raise BackupError(
                "the backup is of an older version, and comes only into a database without "
                "tables, to be migrated there: make a new one and name it in DATABASE_URL"
            )
        there = rows.what_is_there(found)
        if there and not self.replace:
            told = ", ".join(f"{number} of {label}" for label, number in sorted(there.items())[:3])
            raise BackupError(
                f"the database is not empty ({told}): name another DATABASE_URL, or say --replace"
            )
        if there and self.here != self.nodes:
            raise BackupError("the database is not migrated: run `python manage.py migrate` first")
        name = next((name for __, names in storage.walk() for name in names), None)
        if name and not self.replace:
            raise BackupError(
                f"the storage is not empty ({name}): name another MEDIA_ROOT or S3_BUCKET, or say "
                "--replace"
            )

    def migrate(self) -> None:
        """To the state that the backup was made at."""
        if self.older:
            executor = MigrationExecutor(connection)
            executor.migrate(rows.leaves(executor.loader, self.nodes))
        else:
            call_command("migrate", verbosity=0, interactive=False)

    def migrate_forward(self) -> int:
        """From there to what this program needs: how many migrations."""
        before = len(self.nodes)
        if self.older:
            try:
                call_command("migrate", verbosity=0, interactive=False)
            except (DatabaseError, CommandError) as error:
                raise BackupError(
                    "all is restored as it was, and could not be migrated "
                    f"({str(error).splitlines()[0]}): mend that, then run `manage.py migrate`"
                ) from error
        return len(rows.applied()[1]) - before


class NewFiles:
    """What is written outside of the database, to be taken back if the rest fails."""

    def __init__(self, replace: bool) -> None:
        self.replace, self.has_key = replace, False
        # A name a line: a million of them need not be in memory.
        self.names = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.secrets: dict[Path, bytes] = {}

    def put(self, name: str, file: IO[bytes]) -> None:
        """Raises BackupError if another file of this name is in the way."""
        try:
            if default_storage.exists(name):
                if sum_of(name) == Hashing(file).to_the_end():
                    return
                file.seek(0)
                if not self.replace:
                    raise BackupError(f"the storage has another file '{name}': empty it first")
                default_storage.delete(name)
            self.names.write(f"{json.dumps(name)}\n")
            if default_storage.save(name, File(file)) != name:  # type: ignore[arg-type]
                raise BackupError(f"the storage takes '{name}' only under another name")
        except SuspiciousFileOperation:
            raise BackupError(f"'{name}' is no name for a file: do not trust this backup") from None

    def keep_secret(self, name: str, data: bytes) -> None:
        """A file of VAR, written at the end. A key that the environment gives stays what it is."""
        kept_key = Path(settings.VAR) / "secret-key"
        if name == KEY_NAME:
            if kept_key.exists() and kept_key.read_text() == settings.SECRET_KEY:
                self.secrets[kept_key] = data
                self.has_key = True
        elif name in CERTIFICATE_NAMES:
            self.secrets[certificate.folder() / CERTIFICATE_NAMES[name]] = data
        else:
            raise BackupError(f"'{name}' does not belong into a backup: do not trust this one")

    def write_secrets(self) -> None:
        for path, data in self.secrets.items():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            new = path.with_name(f".{path.name}.new")
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
            new.replace(path)

    def take_back(self) -> None:
        self.names.seek(0)
        for line in self.names:
            name = json.loads(line)
            scratch.discard(name)


def sum_of(name: str) -> str:
    with default_storage.open(name) as file:
        return Hashing(file).to_the_end()  # type: ignore[arg-type]


def fill(
    place: Path, found: dict[str, Any], manifest: dict[str, Any], told: Restored, new: NewFiles
) -> None:
    """Rows and files. Inside a transaction."""
    rows.clear(found)
    loaded = set()
    with archive.members(place) as inside:
        for name, file in inside:
            kind, _, rest = name.partition("/")
            if kind == "database":
                told.rows += load(rest, file, found, manifest)
                loaded.add(rest.removesuffix(ENDING))
            elif kind == "var":
                new.keep_secret(name, file.read(archive.PIECE))
            elif kind == "files":
                new.put(rest, file)
                told.files += 1
    if missing := set(manifest["rows"]) - loaded:
        raise BackupError(f"{place} has no rows of {min(missing)}: take another backup")
    try:
        connection.check_constraints()
    except DatabaseError as error:
        raise BackupError(f"rows of {place} name others that are not in it: {error}") from error
    rows.reset_sequences(found)
    new.write_secrets()
    told.bytes = manifest["bytes"]


def load(name: str, file: IO[bytes], found: dict[str, Any], manifest: dict[str, Any]) -> int:
    label = name.removesuffix(ENDING)
    if label not in found:
        raise BackupError(f"'{name}' holds rows of no model of this program")
    try:
        number = rows.load(found[label], lines_of(file))
    except (*UNREADABLE, ValidationError) as error:
        if isinstance(error, BackupError):
            raise
        raise BackupError(f"{name} cannot be read ({error}): take another backup") from error
    if number != manifest["rows"].get(label):
        raise BackupError(f"{name} has {number} rows, not those it should: take another backup")
    return number


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    with gzip.open(file) as lines:
        yield from lines
