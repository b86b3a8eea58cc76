"""Public pages with ten thousand pictures beside the same pages with a hundred.

Rows only, on a database of its own: SQLite in a temporary folder, or the empty one that
``DATABASE_URL`` names. Prints for each page its queries, its time in the processor with many
pictures and the ratio to that with few, medians of interleaved runs; then the plans of the walls'
queries. The bound for the ratio is 1.5. Run it with ``python -m benchmarks.browse``.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

FEW, MANY = 100, int(os.environ.get("MANY", "10000"))
RUNS = int(os.environ.get("RUNS", "15"))
BOUND = 1.5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"VAR": folder, "DJANGO_SETTINGS_MODULE": "webstyle.settings", "DEBUG": "1",
                       "LOG_LEVEL": "ERROR"}  # fmt: skip
        import django

        django.setup()
        from django.conf import settings

        settings.DEBUG, settings.ALLOWED_HOSTS = False, ["*"]
        measure(Path(folder))


def measure(folder: Path) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    from gallery.models import Photo, Rendering
    from tests.crowd import crowd, pages
    from webstyle.engine.recipe import Recipe

    call_command("migrate", verbosity=0)
    photo = Photo.objects.create(guest="g", title="Cup", width=640, height=480)
    one = Rendering.objects.create(
        photo=photo, guest="g", recipe=Recipe(styles=(("udnie", 1.0),)).to_json(), state="done",
        width=640, height=480, result="r.png", view="v.webp", thumb="t.webp",
        thumbs={"400": "t400.avif", "800": "t800.avif"},
    )  # fmt: skip
    setup_test_environment()  # for what a page was made from
    crowd(one, FEW)
    few = {name: took(address) for name, address in pages(Client()).items()}
    began = time.perf_counter()
    crowd(one, MANY - FEW, FEW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{MANY - FEW} pictures listed in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    worst = 0.0
    for name, address in pages(Client()).items():
        number, milliseconds, ratio = took(address)
        ratio /= few[name][2]
        worst = max(worst, ratio)
        print(f"{name:26}{number:3} queries ({few[name][0]}), {milliseconds:6.1f} ms, "
              f"{ratio:5.2f} times as with {FEW}")  # fmt: skip
    print(f"worst ratio {worst:.2f}, bound {BOUND}")
    plans()


def took(address: str) -> tuple[int, float, float]:
    """Queries, milliseconds of the processor, and these in units of a page without a wall, which is
    asked for in turn: so a busy machine is one for both."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200, address
    asked = len(caught)
    times, ratios = [], []
    for _ in range(RUNS):
        spent = []
        for one in (address, "/account/login/"):
            began = time.process_time()
            client.get(one)
            spent.append(time.process_time() - began)
        times.append(1000 * spent[0])
        ratios.append(spent[0] / spent[1])
    return asked, statistics.median(times), statistics.median(ratios)


def plans() -> None:
    from gallery.browse.walls import Loved, wall

    walls = {
        "newest": wall(), "style": wall(["style:udnie"]), "tag": wall(["tag:sea"]),
        "tag and style": wall(["tag:sea", "style:udnie"]), "search": wall((), ["zeppelin"]),
    }  # fmt: skip
    for name, of in walls.items():
        print(f"\n{name}:\n{of.ids[240:264].explain()}")
    print(f"\nloved:\n{Loved(wall().rows).recent.values('rendering').explain()}")


if __name__ == "__main__":
    main()
