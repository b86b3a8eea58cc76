"""Rows as text that every database can read: one file a model, one JSON list a row.

The models are those of the migrations that are applied, not those of the program: so a database can
be backed up before it is migrated, and the backup of an older version is read as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import IO, Any

from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from gallery.jobs import NOTHING_DONE
from gallery.recovery.archive import BackupError

AT_ONCE = 500  # rows
# Of the machine that was: its processes, and uploads whose first bytes lay beside the database.
NOT_KEPT = frozenset({"gallery.presence", "gallery.arrival"})
# There in a database that was only migrated.
OF_MIGRATIONS = frozenset(
    {"contenttypes.contenttype", "auth.permission", "auth.group", "auth.group_permissions"}
)
Node = tuple[str, str]  # app and name of a migration


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read inside is of one moment, and nobody waits for it."""
    connection.ensure_connection()
    sqlite = connection.vendor == "sqlite"
    usual = getattr(connection, "transaction_mode", None)
    try:
        if sqlite:
            connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]  # no lock to write
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        if sqlite:
            connection.transaction_mode = usual  # type: ignore[attr-defined]


def applied() -> tuple[MigrationLoader, set[Node]]:
    """The program's migrations, and those that the database says it has."""
    loader = MigrationLoader(connection)
    return loader, set(loader.applied_migrations)


def leaves(loader: MigrationLoader, nodes: Collection[Node]) -> list[Node]:
    """Those of ``nodes`` that no other of them in the same app is built on."""
    below = {
        parent.key
        for node in nodes
        for parent in loader.graph.node_map[node].parents
        if parent.key[0] == node[0]
    }
    return sorted(set(nodes) - below)


def models_at(loader: MigrationLoader, nodes: Collection[Node]) -> dict[str, Any]:
    """By label, as they are once the migrations ``nodes`` are applied."""
    if not nodes:
        return {}
    apps = loader.project_state(leaves(loader, nodes)).apps  # type: ignore[arg-type]
    found = apps.get_models(include_auto_created=True)
    kept = (model for model in found if model._meta.managed and not model._meta.proxy)
    return {model._meta.label_lower: model for model in kept}


def dump(model: Any, out: IO[bytes], names: IO[bytes]) -> int:
    """The number of rows. The names of their files go into ``names``, one a line as JSON."""
    fields = model._meta.concrete_fields
    write(out, [field.attname for field in fields])
    number = 0
    for row in model._base_manager.order_by("pk").iterator(chunk_size=AT_ONCE):
        give_back(row)
        write(out, [plain(field, row) for field in fields])
        for name in files_of(fields, row):
            write(names, name)
        number += 1
    return number


def write(out: IO[bytes], value: Any) -> None:
    out.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def plain(field: Any, row: Any) -> Any:
    """A value as JSON has it: dates, ids and bytes as Django's serializers write them, but for
    fractions of seconds, none of which is lost."""
    value = field.value_from_object(row)
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(value, (bool, int, float, str)):
        return value
    return field.value_to_string(row)


def give_back(row: Any) -> None:
    """A job that is being worked on waits again: its worker is not in the backup."""
    if getattr(row, "lease_until", None) is None or row.state != "running":
        return
    row.state, row.worker, row.lease_until, row.heartbeat = "queued", "", None, None
    row.attempts, row.stage = max(0, row.attempts - 1), ""
    if not row.checkpoint:
        for name, value in NOTHING_DONE.items():
            setattr(row, name, value)


def files_of(fields: Iterable[Any], row: Any) -> Iterator[str]:
    for field in fields:
        if isinstance(field, models.FileField):
            if name := str(getattr(row, field.attname) or ""):
                yield name
        elif field.attname == "thumbs":
            yield from getattr(row, field.attname).values()


def load(model: Any, lines: Iterator[bytes]) -> int:
    """Rows as ``dump`` wrote them, their ids too. The number. Raises BackupError."""
    label = model._meta.label_lower
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = json.loads(next(lines, b"[]"))
    if set(columns) != set(fields):
        odd = min(set(columns) ^ set(fields))
        raise BackupError(f"{label}: '{odd}' is not a column of both the backup and this program")
    number = 0
    while batch := list(islice(lines, AT_ONCE)):
        rows = [
            model(**{
                name: fields[name].to_python(value)
                for name, value in zip(columns, json.loads(line), strict=True)
            })
            for line in batch
        ]  # fmt: skip
        try:
            model._base_manager.bulk_create(rows)
        except (DatabaseError, ValueError) as error:
            first = str(error).splitlines()[0]
            raise BackupError(
                f"{label}: {connection.display_name} does not take a row of {rows[0].pk} to "
                f"{rows[-1].pk} ({first}): change it where the backup is from"
            ) from error
        number += len(rows)
    return number


def what_is_there(found: dict[str, Any]) -> dict[str, int]:
    """Rows of the database by label, but for those of one that was only migrated."""
    numbers = {
        label: model._base_manager.count()
        for label, model in found.items()
        if label not in OF_MIGRATIONS | NOT_KEPT
    }
    return {label: number for label, number in numbers.items() if number}


def at_work(found: dict[str, Any]) -> list[str]:
    """Processes that said of late that they use this database."""
    if (presence := found.get("gallery.presence")) is None:
        return []
    since = timezone.now() - timedelta(seconds=30)
    rows = presence._base_manager.filter(seen__gt=since)
    return sorted(rows.values_list("name", flat=True))


def clear(found: dict[str, Any]) -> None:
    """All rows of all models. Part of the transaction around it."""
    tables = [model._meta.db_table for model in found.values()]
    statements = connection.ops.sql_flush(
        no_style(), tables, reset_sequences=True, allow_cascade=False
    )
    connection.ops.execute_sql_flush(statements)


def reset_sequences(found: dict[str, Any]) -> None:
    """The next row gets an id behind those that were loaded."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(found.values())):
            cursor.execute(statement)
