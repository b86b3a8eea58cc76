"""Django's ``migrate``, which does not stop a site that serves.

A change of a table waits until nobody reads it, and whoever asks for the table next waits behind
the change: behind one long transaction (a backup's, say) the whole site would stand still. So on
PostgreSQL a change waits for LOCK_SECONDS at most, steps back, lets the others through, and comes
again.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections
from psycopg.errors import DeadlockDetected, LockNotAvailable

LOCK_SECONDS, PAUSE_SECONDS, TRIES = 2, 3, 60


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        self.connection = connections[options["database"]]
        for left in reversed(range(TRIES)):
            try:
                super().handle(*args, **options)
                self.wait_at_most(0)
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected)):
                    raise
                if not left:
                    self.give_up()
                self.stderr.write(f"a table is in use: again in {PAUSE_SECONDS} s ({left} tries)")
                time.sleep(PAUSE_SECONDS)

    def give_up(self) -> None:
        self.stderr.write(
            "a table is in use by a transaction that does not end: look for it in pg_stat_activity "
            "(a backup?), then run `migrate` again; what was applied stays applied"
        )
        raise SystemExit(2)

    def migration_progress_callback(
        self, action: str, migration: Any = None, fake: bool = False
    ) -> None:
        if action in ("apply_start", "unapply_start"):
            # What is made concurrently stands in nobody's way, and left half done it is in the
            # way of the next try.
            self.wait_at_most(LOCK_SECONDS if migration.atomic else 0)
        super().migration_progress_callback(action, migration, fake)  # type: ignore[misc]

    def wait_at_most(self, seconds: int) -> None:
        """For a lock; 0: for ever."""
        if self.connection.vendor == "postgresql":
            with self.connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{seconds}s'")
