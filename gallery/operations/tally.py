"""Sums that only grow, of all processes together: jobs that ended, requests that were answered.

A process counts in memory and adds what it counted to the table now and then, each sum with an
``F()``: so processes do not overwrite each other, and nothing shrinks when a picture is deleted.
What cannot be written stays in memory until it can.
"""

from __future__ import annotations

import json
import logging
import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F

log = logging.getLogger(__name__)
MOST = 5_000  # sums that are kept in memory while the database is away
SUM = "sum"  # in the place of a bucket's bound

_counted: dict[str, float] = defaultdict(float)
_lock = threading.Lock()


def key_of(name: str, labels: dict[str, str]) -> str:
    return json.dumps([name, *sorted(labels.items())], separators=(",", ":"))


def parse(key: str) -> tuple[str, dict[str, str]]:
    name, *labels = json.loads(key)
    return name, dict(labels)


def add(name: str, **labels: str) -> None:
    add_value(name, 1, labels)


def add_value(name: str, value: float, labels: dict[str, str]) -> None:
    key = key_of(name, labels)
    if len(key) > 200:
        return
    with _lock:
        if key in _counted or len(_counted) < MOST:
            _counted[key] += value


def observe(name: str, value: float, buckets: tuple[float, ...], **labels: str) -> None:
    """Of a histogram: the bucket that ``value`` falls in, and the sum."""
    place = bisect_left(buckets, value)
    bound = f"{buckets[place]:g}" if place < len(buckets) else "+Inf"
    add_value(name, 1, labels | {"bucket": bound})
    add_value(name, max(0.0, value), labels | {"bucket": SUM})


def flush() -> None:
    """What was counted since the last time goes into the table; raises nothing."""
    with _lock:
        taken = dict(_counted)
        _counted.clear()
    if not taken:
        return
    try:
        write(taken)
    except DatabaseError as error:
        log.warning("the tally cannot be written now: %s", error)
        with _lock:
            for key, value in taken.items():
                _counted[key] += value


def write(taken: dict[str, float]) -> None:
    """In one order whoever writes: two that waited for each other would wait for ever."""
    from gallery.models import Tally

    with transaction.atomic():
        known = set(Tally.objects.filter(key__in=taken).values_list("key", flat=True))
        missing = [Tally(key=key) for key in sorted(taken.keys() - known)]
        Tally.objects.bulk_create(missing, ignore_conflicts=True)
        for key in sorted(taken):
            Tally.objects.filter(key=key).update(value=F("value") + taken[key])


def read(*names: str) -> Iterator[tuple[str, dict[str, str], float]]:
    """Name, labels and value of all sums, or of those with these names."""
    from gallery.models import Tally

    for key, value in Tally.objects.values_list("key", "value"):
        name, labels = parse(key)
        if not names or name in names:
            yield name, labels, value


def histograms(rows: list[tuple[dict[str, str], float]]) -> Iterator[tuple[dict[str, str], Any]]:
    """Labels, and ``(counts by bound, sum)``, of the sums that one histogram's name has."""
    found: dict[tuple[tuple[str, str], ...], dict[str, float]] = defaultdict(dict)
    for labels, value in rows:
        rest = tuple(sorted((k, v) for k, v in labels.items() if k != "bucket"))
        found[rest][labels["bucket"]] = value
    for rest, counts in sorted(found.items()):
        yield dict(rest), (counts, counts.pop(SUM, 0.0))
