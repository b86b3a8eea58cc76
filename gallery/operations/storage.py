"""What the storage holds: every file, and what all of it takes. Works through default_storage, so
for a bucket as for a folder."""

from __future__ import annotations

import contextlib
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone

MEASURED = "storage"  # the note
OLD = timedelta(hours=1)


def walk(folder: str = "") -> Iterator[tuple[str, list[str]]]:
    """Each folder with the names of the files in it, the inner folders first."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # it went in this moment, or there never was anything
        return
    for inner in folders:
        yield from walk(f"{folder}/{inner}" if folder else inner)
    yield folder, [f"{folder}/{name}" if folder else name for name in files]


def size_of(name: str) -> int:
    with contextlib.suppress(OSError):
        return int(default_storage.size(name))
    return 0


def changed(name: str) -> datetime:
    """When; now for what went in this moment."""
    with contextlib.suppress(OSError):
        return default_storage.get_modified_time(name)
    return timezone.now()


def measure() -> dict[str, Any]:
    """Files and bytes by the outermost folder, which says what kind they are of."""

    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for folder, names in walk():
        entry = found[folder.partition("/")[0] or "(top)"]
        entry[0] += len(names)
        entry[1] += sum(map(size_of, names))
    value = {kind: {"files": files, "bytes": size} for kind, (files, size) in found.items()}
    value = {kind: entry for kind, entry in sorted(value.items()) if entry["files"]}
    note(MEASURED, value)
    return value


def measure_if_old() -> None:
    """A bucket asks a price for each answer: that is measured by ``manage.py cleanup`` alone."""
    from gallery.models import Note

    if not isinstance(default_storage._wrapped, FileSystemStorage):  # type: ignore[attr-defined]
        return
    if not Note.objects.filter(pk=MEASURED, at__gt=timezone.now() - OLD).exists():
        measure()


def note(name: str, value: dict[str, Any]) -> None:
    from gallery.models import Note

    Note.objects.update_or_create(pk=name, defaults={"at": timezone.now(), "value": value})


def noted(name: str) -> Any:
    """The note, or None."""
    from gallery.models import Note

    return Note.objects.filter(pk=name).first()


def free_bytes() -> dict[str, int]:
    """On the disks that the site writes to, by setting."""
    places = {"VAR": Path(settings.VAR), "MEDIA_ROOT": Path(settings.MEDIA_ROOT)}
    return {name: shutil.disk_usage(place).free for name, place in places.items() if place.exists()}
