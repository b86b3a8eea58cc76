"""What nobody needs any longer: found, counted, and removed unless it is only a rehearsal.

Each step finds the same whether it removes it or not, and leaves nothing that a second run would
find. All of it may run while the site serves and paints: a file that is younger than an hour may be
one that a worker is just writing, so it is left alone.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from gallery import purging
from gallery.models import ErrorEntry, Presence, Rendering, Tally
from gallery.operations import counted, guests, presence, storage, tally
from webstyle.engine.events import EngineError
from webstyle.engine.weights import taught_file

YOUNG = timedelta(hours=1)  # such a file may be one that is just being written
TEMPORARY = timedelta(days=1)
ERROR_DAYS, HOURS_DAYS = 30, 2
DONE = "cleanup"  # the note
MANY = 100  # orphans, from which on more than half of all files is suspicious
TEMP_NAMES = re.compile(r"upload-\w+|tmp\w{6,}")  # as uploads.py and services.py call them
LEFT = re.compile(r"(?P<kind>[a-z]+(?:-\d{3,4})?)-\d+\.[a-z]+|checkpoint-.+|preview-.+")


@dataclass
class Found:
    """Of one step."""

    count: int = 0
    size: int = 0  # bytes
    failed: int = 0  # that could not be removed
    names: list[str] = field(default_factory=list)  # of what is only reported

    def add(self, size: int = 0) -> None:
        self.count += 1
        self.size += size

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"count": self.count, "bytes": self.size}
        return told | {k: v for k in ("failed", "names") if (v := getattr(self, k))}


class Cleanup:
    """One run. ``dry`` changes nothing, not even the note for the operators' page."""

    def __init__(self, *, dry: bool, force: bool = False) -> None:
        self.dry, self.force = dry, force
        self.files: dict[str, list[str]] = {}  # by folder
        self.gone: set[str] = set()  # folders of rows that this run removes, or would

    def run(self) -> dict[str, Found]:
        """By step, in the order in which they are done. Raises EngineError before anything is
        removed, if the storage does not look like that of this database."""
        known = named_files()
        self.files = dict(storage.walk())
        orphans = self.orphans(known)
        self.check_sane(orphans)
        steps: dict[str, Callable[[], Found]] = {
            "guests": self.guests,
            "checkpoints": self.checkpoints,
            "deleted": self.deleted,
            "orphans": lambda: self.remove_files(orphans),
            "lost": lambda: self.lost(known),
            "sessions": self.sessions,
            "temporary": self.temporary,
            "records": self.records,
        }
        found = {name: step() for name, step in steps.items()}
        if not self.dry:
            storage.measure()
            storage.note(DONE, {name: each.to_json() for name, each in found.items()})
        return found

    def guests(self) -> Found:
        found = Found()
        for guest in guests.long_gone():
            rows = list(guests.left_behind(guest))
            for row in rows:
                found.add(self.folder_size(row))
            if not self.dry:
                guests.remove(guest, rows)
        return found

    def deleted(self) -> Found:
        """Those of the step before are counted there."""
        found = Found()
        for row in purging.overdue():
            if getattr(row, "folder", "") not in self.gone:
                found.add(self.folder_size(row))
        if not self.dry:
            purging.purge()
        return found

    def folder_size(self, row: Any) -> int:
        folder = getattr(row, "folder", "")
        self.gone.add(folder)
        return sum(storage.size_of(name) for name in self.files.get(folder, ()))

    def checkpoints(self) -> Found:
        """Of jobs that failed and are not deleted."""
        found = Found()
        for job in purging.failed_long_ago()[1]:
            if job.deleted is None and job.folder not in self.gone:
                found.add(storage.size_of(str(job.checkpoint)))
        if not self.dry:
            purging.forget_checkpoints()
        return found

    def orphans(self, known: set[str]) -> list[str]:
        """Files that no row names. In the folder of a row that is there, only what an attempt at it
        left: what is made from a picture later is named by nobody and lies there too."""
        rows = row_folders()
        candidates = [
            name
            for folder, names in self.files.items()
            for name in names
            if name not in known and not (folder in rows and is_made_later(rows[folder], name))
        ]
        old = timezone.now() - YOUNG
        candidates = [name for name in candidates if storage.changed(name) < old]
        late = named_files() if candidates else set()  # by rows that came meanwhile
        return [name for name in candidates if name not in late]

    def check_sane(self, orphans: list[str]) -> None:
        number = sum(map(len, self.files.values()))
        if len(orphans) > max(MANY, number / 2) and not self.force:
            raise EngineError(
                f"{len(orphans)} of {number} files are named by no row: is DATABASE_URL that of "
                "this storage? If so, say --force"
            )

    def remove_files(self, orphans: list[str]) -> Found:
        """And the folders that are empty then. What went with its row is not counted again."""
        found, folders = Found(), set()
        for name in orphans:
            folder = name.rpartition("/")[0]
            if folder in self.gone:
                continue
            found.add(storage.size_of(name))
            folders.add(folder)
            if not self.dry:
                try:
                    default_storage.delete(name)
                except OSError:
                    found.failed += 1
        if not self.dry:
            self.remove_folders(folders)
        return found

    def remove_folders(self, folders: Iterable[str]) -> None:
        rows = row_folders()
        for folder in folders:
            if folder and folder not in rows:
                with contextlib.suppress(OSError, NotImplementedError):  # it is not empty
                    default_storage.delete(folder)

    def lost(self, known: set[str]) -> Found:
        """Files that rows name and that are not there: only reported."""
        here = {name for names in self.files.values() for name in names}
        found = Found()
        suspects = sorted(known - here)
        still = named_files() if suspects else set()
        for name in suspects:
            gone = name.rpartition("/")[0] in self.gone
            if name in still and not gone and not default_storage.exists(name):
                found.add()
                found.names.append(name)
        return found

    def sessions(self) -> Found:
        found = Found(Session.objects.filter(expire_date__lt=timezone.now()).count())
        if not self.dry:
            import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
        return found

    def temporary(self) -> Found:
        """What a process that was killed left in VAR."""
        found = Found()
        old = (timezone.now() - TEMPORARY).timestamp()
        for place in [*Path(settings.VAR).iterdir(), *taught_file("x").parent.glob("coming-*")]:
            fits = TEMP_NAMES.fullmatch(place.name) or place.name.startswith("coming-")
            with contextlib.suppress(FileNotFoundError):
                if not fits or place.lstat().st_mtime > old:
                    continue
                found.add(disk_size(place))
                if not self.dry:
                    remove_place(place)
                    found.failed += place.exists()
        return found

    def records(self) -> Found:
        """Of this room's own: errors of long ago, processes that fell silent, hours that are not
        shown any longer."""
        now = timezone.now()
        last = (now - timedelta(days=HOURS_DAYS)).strftime(counted.HOUR_FORM)
        hours = [
            tally.key_of(name, labels)
            for name, labels, _ in tally.read(counted.HOUR)
            if labels["hour"] < last
        ]
        old: list[models.QuerySet[Any]] = [
            ErrorEntry.objects.filter(at__lt=now - timedelta(days=ERROR_DAYS)),
            Presence.objects.filter(seen__lt=Now() - presence.SWEPT),
            Tally.objects.filter(key__in=hours),
        ]
        found = Found(sum(rows.count() for rows in old))
        if not self.dry:
            for rows in old:
                rows.delete()
        return found


def named_files() -> set[str]:
    """The names of all files that rows know, of whatever model."""
    found: set[str] = set()
    for model in apps.get_models():
        fields = [f.name for f in model._meta.concrete_fields if isinstance(f, models.FileField)]
        for names in model._base_manager.values_list(*fields).iterator() if fields else ():
            found.update(map(str, filter(None, names)))
    for small in Rendering._base_manager.exclude(thumbs={}).values_list("thumbs", flat=True):
        found.update(small.values())
    return found


def row_folders() -> dict[str, type[models.Model]]:
    """The folders of all rows that have files."""
    found: dict[str, type[models.Model]] = {}
    for model in apps.get_models():
        if isinstance(getattr(model, "folder", None), property):
            for pk in model._base_manager.values_list("pk", flat=True).iterator():
                found[model(pk=pk).folder] = model  # type: ignore[attr-defined]
    return found


def is_made_later(model: type[models.Model], name: str) -> bool:
    """Whether a file in a row's folder is something else than what an attempt would leave."""
    match = LEFT.fullmatch(name.rpartition("/")[2])
    if match is None:
        return True
    kind = (match["kind"] or "").partition("-")[0]
    return bool(kind) and kind not in {field.name for field in model._meta.concrete_fields}


def disk_size(place: Path) -> int:
    inside = place.rglob("*") if place.is_dir() and not place.is_symlink() else ()
    return sum(file.lstat().st_size for file in [place, *inside] if file.is_file())


def remove_place(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
