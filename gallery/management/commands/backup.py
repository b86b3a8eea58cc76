"""Make a backup of database and files, while the site serves."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat

from gallery.recovery.backup import STORAGE_ERRORS, Told, backup
from webstyle.engine.events import EngineError


class Command(BaseCommand):
    help = "Write all rows, files and keys of the site into one file: keep it safe."
    requires_system_checks: list[str] = []  # whatever is wrong, a backup is worth having

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path,
                            help="a file that is not there yet, or a folder")  # fmt: skip

    def handle(self, *args: Any, target: Path, **options: Any) -> None:
        try:
            told = backup(target)
        except EngineError as error:
            self.give_up(str(error))
        except DatabaseError as error:
            said = str(error).splitlines()[0]
            self.give_up(f"the database does not answer as it should ({said}): see DATABASE_URL")
        except STORAGE_ERRORS as error:
            self.give_up(
                f"no backup was written ({error}): see the disk of {target}, or MEDIA_ROOT"
            )
        self.stdout.write(as_text(told))

    def give_up(self, why: str) -> None:
        self.stderr.write(why)
        raise SystemExit(2)


def as_text(told: Told) -> str:
    size = filesizeformat(told.bytes)
    lines = [f"{told.place}: {sum(told.rows.values())} rows, {told.files} files ({size})"]
    if told.gone:
        lines.append(f"{told.gone} files that rows name were not there:")
        lines += [f"  {name}" for name in told.gone_names[:20]]
    return "\n".join(lines)
