"""How much the site bears: see docs/load.md, which holds the tables that this prints.

    python -m benchmarks.load [--site one|several] [--part pages|sockets|uploads|sliders] [--quick]

Starts all it needs on free ports, with a database and files of its own. Ends with 1 when a bound is
broken, or anything was lost, refused or written to the log.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import resource
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from benchmarks.load import pages, sliders, sockets, uploads
from benchmarks.load.figures import Report
from benchmarks.load.site import SITES, TroubleError

PARTS = {
    "pages": pages.measure, "sockets": sockets.measure, "uploads": uploads.measure,
    "sliders": sliders.measure,
}  # fmt: skip
PICTURES, GUESTS = 1000, 50


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--site", action="append", choices=SITES, help="repeatable; default: all")
    parser.add_argument("--part", action="append", choices=PARTS, help="repeatable; default: all")
    parser.add_argument("--quick", action="store_true",
                        help="small numbers: that it works, not how fast")  # fmt: skip
    asked = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a socket is a file, here and there
    report = Report()
    report.say(machine())
    for name in asked.site or SITES:
        try:
            measure(name, asked.part or list(PARTS), report, quick=asked.quick)
        except TroubleError as error:
            sys.exit(str(error))
    for fault in report.faults:
        print(f"FAULT {fault}", file=sys.stderr)
    sys.exit(1 if report.faults else 0)


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "channels", "daphne",
                                                                  "torch"))  # fmt: skip
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores of {model}, Python {platform.python_version()}, {packages}"


def measure(name: str, parts: list[str], report: Report, *, quick: bool) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, \
            SITES[name](Path(folder)) as site:  # fmt: skip
        report.say(f"\n## {site.name[0].upper()}{site.name[1:]}")
        world = site.prepare(20 if quick else PICTURES, 4 if quick else GUESTS)
        for part in parts:
            began = time.perf_counter()
            report.say(f"\n### {part.title()}")
            try:
                asyncio.run(PARTS[part](site, world, report, quick=quick))
            except TroubleError as error:
                report.fault(str(error))
            report.note(f"{part}: {time.perf_counter() - began:.0f} s")
        if said := site.said().strip():
            report.fault(f"the log of {site.name} is not empty:\n{said[-3000:]}")


if __name__ == "__main__":
    main()
