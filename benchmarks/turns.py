"""Whose turn it is, with a thousand jobs waiting: what a claim, a position and a list of jobs take.

``python -m benchmarks.turns``, on a database of its own in memory or, with DATABASE_URL, on one
that is empty.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

OWNERS, JOBS, TIMES = 50, 1000, 30


def main() -> None:
    os.environ.setdefault("DATABASE_URL", "sqlite:///:memory:")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webstyle.settings")
    os.environ["GUEST_AT_ONCE"] = "0"
    import django

    django.setup()
    from django.core.management import call_command

    from gallery import jobs
    from gallery.consumers import jobs_of
    from gallery.models import Photo, Rendering
    from gallery.owners import Owner
    from webstyle.engine.recipe import Recipe

    call_command("migrate", verbosity=0)
    recipe = Recipe(styles=(("udnie", 1.0),)).to_json()
    photos = [
        Photo.objects.create(guest=f"g{n}", title="P", width=64, height=64) for n in range(OWNERS)
    ]
    rows = [
        Rendering(photo=photos[n % OWNERS], guest=f"g{n % OWNERS}", recipe=recipe)
        for n in range(JOBS)
    ]
    Rendering.objects.bulk_create(rows)
    last = Rendering.objects.get(pk=rows[-1].pk)
    timed("position of the last", lambda: last.position)
    timed("all jobs of one owner", lambda: jobs_of(Owner(guest="g0")))
    timed("claim", lambda: jobs.claim("fast", "bench:1"))


def timed(name: str, work: Callable[[], Any]) -> None:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    print(f"{name:24} {statistics.median(took):6.1f} ms  (slowest {max(took):.1f})")


if __name__ == "__main__":
    main()
