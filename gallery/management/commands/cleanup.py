"""Remove what nobody needs any longer; once a day is enough."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat

from gallery.operations.cleanup import Cleanup, Found
from webstyle.engine.events import EngineError

TITLES = {
    "guests": "of guests who have not been here for long",
    "checkpoints": "checkpoints of jobs that failed",
    "deleted": "deleted more than an hour ago",
    "orphans": "files that no row names",
    "lost": "files that rows name and that are lost (nothing is done about it)",
    "sessions": "expired sessions",
    "temporary": "temporary files of processes that were killed",
    "records": "old errors, silent processes, hours that are not shown",
}


class Command(BaseCommand):
    help = (
        "Remove orphaned files, guests who are gone, old previews and whatever else is left over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument("--json", action="store_true", help="say it as one JSON object")
        parser.add_argument("--force", action="store_true",
                            help="also if most files would go")  # fmt: skip

    def handle(self, *args: Any, dry_run: bool, json: bool, force: bool, **options: Any) -> None:
        try:
            found = Cleanup(dry=dry_run, force=force).run()
        except EngineError as error:
            self.give_up(str(error))
        except DatabaseError as error:
            said = str(error).splitlines()[0]
            self.give_up(f"the database does not answer as it should ({said}): is it migrated?")
        except OSError as error:
            self.give_up(f"the storage cannot be used ({error.strerror or error}): see MEDIA_ROOT")
        self.stdout.write(as_json(found, dry_run) if json else as_text(found, dry_run))
        if failed := sum(each.failed for each in found.values()):
            self.stderr.write(f"{failed} files could not be removed: see who owns them")
            raise SystemExit(1)

    def give_up(self, why: str) -> None:
        self.stderr.write(why)
        raise SystemExit(2)


def as_json(found: dict[str, Found], dry: bool) -> str:
    return json.dumps({"dry_run": dry, **{name: each.to_json() for name, each in found.items()}})


def as_text(found: dict[str, Found], dry: bool) -> str:
    lines = ["would remove" if dry else "removed"]
    for name, each in found.items():
        size = f"{filesizeformat(each.size)}  " if each.size else ""
        lines.append(f"  {each.count:6d}  {size}{TITLES[name]}")
        lines += [f"          {lost}" for lost in each.names[:20]]
    return "\n".join(lines)
