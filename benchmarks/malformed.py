"""Malformed uploads in any number: whether each is answered, and what they leave behind.

Starts ``manage.py serve`` on a free port with a folder of its own and sends it files that are
broken on purpose and by chance (``tests/malformed``), from a few connections. Prints what it
answered and how its memory grew. ``python -m benchmarks.malformed --number 100000 --seed 1``
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from tests.malformed.onslaught import assail

    with tempfile.TemporaryDirectory() as folder:
        report = assail(Path(folder), options.seed, options.number)
    print(f"seed {report.seed}: {report.sent - 1} malformed uploads, then an ordinary photo")
    for status, count in sorted(report.statuses.items()):
        print(f"{count:8} answered {status}")
    for sentence, count in report.said.most_common():
        print(f"{count:8}   {sentence}")
    rate = report.sent / report.seconds
    print(f"{report.seconds:.0f} s, {rate:.0f} a second; slowest {report.slowest[0]:.1f} s "
          f"({report.slowest[1]})")  # fmt: skip
    for sent, (site, nursery) in sorted(report.memory.items()):
        print(f"after {sent:7}: the site has {site:5.0f} MB, its nursery {nursery:4.0f} MB")
    print(f"{len(report.faults)} faults")
    for fault in report.faults[:20]:
        print(f"  {fault}")
    raise SystemExit(bool(report.faults))


if __name__ == "__main__":
    main()
