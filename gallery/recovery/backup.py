"""Make a backup: the rows as of one moment, then the files that they name, and what of VAR cannot
be made again."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gallery.operations.version import version
from gallery.provenance import certificate
from gallery.recovery import rows
from gallery.recovery.archive import BackupError, Writer

STORAGE_ERRORS = (OSError, BotoCoreError, ClientError)  # of a folder, of a bucket
GONE_TOLD = 100  # names of files that were not there


@dataclass
class Told:
    """What is in a backup."""

    place: Path
    rows: dict[str, int] = field(default_factory=dict)  # by label of the model
    files: int = 0
    bytes: int = 0  # of the files
    gone: int = 0  # files that rows name and that are not there
    gone_names: list[str] = field(default_factory=list)  # of the first of them


def place_for(target: Path) -> Path:
    """The file that a backup is to become. Raises BackupError."""
    if target.is_dir():
        target = target / f"webstyle-{timezone.now():%Y%m%d-%H%M%S}.tar"
    if target.exists():
        raise BackupError(f"{target} is there already: name another file")
    if not target.parent.is_dir():
        raise BackupError(f"{target.parent} is no folder: make it first")
    return target


def backup(target: Path) -> Told:
    """Raises BackupError, and OSError when the disk does not take it. The file has its name only
    once it is whole; nobody but its owner may read it."""
    told = Told(place_for(target))
    folder = told.place.parent
    with tempfile.TemporaryDirectory(dir=folder, prefix=".webstyle-backup-") as work:
        part = Path(work) / "backup.tar"
        part.touch(mode=0o600)
        with part.open("wb") as file, (Path(work) / "sums").open("w+b") as sums:
            writer = Writer(file, sums)
            with (Path(work) / "names").open("w+b") as names:
                nodes = add_rows(writer, Path(work), names, told)
                kept = add_secrets(writer)
                names.seek(0)
                add_files(writer, (json.loads(line) for line in names), told)
            writer.finish(manifest(told, nodes, kept))
            file.flush()
            os.fsync(file.fileno())
        if told.place.exists():
            raise BackupError(f"{told.place} came meanwhile: name another file")
        part.rename(told.place)
    return told


def manifest(told: Told, nodes: set[rows.Node], kept: list[str]) -> dict[str, Any]:
    return {
        "version": version(),
        "made": timezone.now().isoformat(),
        "database": connection.vendor,
        "migrations": sorted(nodes),
        "rows": told.rows,
        "files": told.files,
        "bytes": told.bytes,
        "gone": told.gone,
        "gone_names": told.gone_names,
        "var": kept,
        "secret_key": fingerprint(),
    }


def fingerprint() -> str:
    """Of the secret key: tells whether another one is the same, and nothing else."""
    return salted_hmac("gallery.recovery", "fingerprint", algorithm="sha256").hexdigest()


def add_rows(writer: Writer, work: Path, names: IO[bytes], told: Told) -> set[rows.Node]:
    """The migrations that the rows are of."""
    with rows.snapshot():
        loader, nodes = rows.applied()
        if unknown := sorted(nodes - set(loader.graph.nodes)):
            raise BackupError(
                f"the database has the migration {'.'.join(unknown[0])}, which this program does "
                "not know: make the backup with the program that the site runs"
            )
        if not nodes:
            raise BackupError("the database is empty: is DATABASE_URL the site's?")
        for label, model in rows.models_at(loader, nodes).items():
            if label in rows.NOT_KEPT:
                continue
            spool = work / "rows"
            with gzip.open(spool, "wb", compresslevel=3) as out:
                told.rows[label] = rows.dump(model, out, names)  # type: ignore[arg-type]
            with spool.open("rb") as file:
                writer.add(f"database/{label}.jsonl.gz", file, spool.stat().st_size)
    return nodes


def secrets() -> dict[str, Path]:
    """What of VAR cannot be made again, by its name in a backup: the key, unless it comes from the
    environment, and the certificate that was made here, if there is one."""
    var, found = Path(settings.VAR), {}
    key = var / "secret-key"
    if key.exists() and key.read_text() == settings.SECRET_KEY:
        found["var/secret-key"] = key
    for name in (certificate.CHAIN, certificate.KEY):
        if (path := certificate.folder() / name).exists():
            found[f"var/c2pa/{name}"] = path
    return found


def add_secrets(writer: Writer) -> list[str]:
    found = secrets()
    for name, path in found.items():
        with path.open("rb") as file:
            writer.add(name, file, path.stat().st_size)
    return list(found)


def add_files(writer: Writer, names: Iterator[str], told: Told) -> None:
    for name in names:
        file = opened(name)
        if file is None:  # its owner deleted it since the rows were read; or it is lost
            told.gone += 1
            if told.gone <= GONE_TOLD:
                told.gone_names.append(name)
            continue
        with file:
            size = int(file.size)
            writer.add(f"files/{name}", file, size)  # type: ignore[arg-type]
        told.files += 1
        told.bytes += size


def opened(name: str) -> File[Any] | None:
    """A file of the storage, or None if it is not there."""
    try:
        file = default_storage.open(name)
        file.seek(0)  # a bucket sends it only now
        return file
    except FileNotFoundError:
        return None
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey"):
            return None
        raise
