"""Bring back what `manage.py backup` wrote, while the site is stopped."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat

from gallery.recovery import archive
from gallery.recovery.backup import STORAGE_ERRORS
from gallery.recovery.restore import Restored, restore
from webstyle.engine.events import EngineError

OTHER_KEY = (
    "SECRET_KEY is not the one of the site that the backup is of: until it is, everybody is signed "
    "out, and guests do not find their pictures"
)


class Command(BaseCommand):
    help = "Bring back all rows, files and keys of a backup, into an empty database and storage."
    requires_system_checks: list[str] = []  # the certificate may be what is missing

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true",
                            help="only look whether the backup is whole")  # fmt: skip
        parser.add_argument("--replace", action="store_true",
                            help="also where there are rows and files: they go")  # fmt: skip

    def handle(self, *args: Any, file: Path, check: bool, replace: bool, **options: Any) -> None:
        try:
            if check:
                self.stdout.write(as_found(file, archive.verified(file)))
                return
            told = restore(file, replace=replace)
        except EngineError as error:
            self.give_up(str(error))
        except DatabaseError as error:
            said = str(error).splitlines()[0]
            self.give_up(f"the database does not answer as it should ({said}): see DATABASE_URL")
        except STORAGE_ERRORS as error:
            self.give_up(f"{file} cannot be restored ({error}): see who may read and write what")
        self.stdout.write(as_text(told))
        if told.other_key:
            self.stderr.write(OTHER_KEY)

    def give_up(self, why: str) -> None:
        self.stderr.write(why)
        raise SystemExit(2)


def as_found(file: Path, manifest: dict[str, Any]) -> str:
    number, size = sum(manifest["rows"].values()), filesizeformat(manifest["bytes"])
    return (
        f"{file} is whole: version {manifest['version']} of {manifest['made'][:19]}, "
        f"{number} rows, {manifest['files']} files ({size})"
    )


def as_text(told: Restored) -> str:
    size = filesizeformat(told.bytes)
    migrated = f", {told.migrated} migrations applied" if told.migrated else ""
    return f"restored {told.rows} rows, {told.files} files ({size}){migrated}"
