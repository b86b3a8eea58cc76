"""The benchmark of load runs in all its parts, and its end says whether a bound was broken."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.load.figures import Report, quantile
from tests.cast import ROOT
from tests.sites import OF_ITS_OWN

pytestmark = OF_ITS_OWN


def test_one_process_is_measured_without_a_fault() -> None:
    command = [sys.executable, "-m", "benchmarks.load", "--site", "one", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)
    for each in ("answers that were errors: 0 of", "memory of 1,000 sockets", "uploads and pages",
                 "wishes and pages"):  # fmt: skip
        assert each in done.stdout, done.stderr
    faults = [line for line in done.stderr.splitlines() if line.startswith("FAULT")]
    faults += [] if done.returncode == bool(faults) else [done.stderr]
    # How fast is a question to the benchmark, and not here, where other tests run beside it.
    assert not [fault for fault in faults if "p95 of the gallery" not in fault]


@pytest.mark.parametrize(("value", "ratio"), [(299, "1.00"), (301, "1.00"), (float("nan"), "nan")])
def test_what_is_above_its_bound_or_was_not_measured_is_a_fault(value: float, ratio: str) -> None:
    report = Report()
    report.bound("p95", value, 300, "ms")
    assert f"ratio {ratio}" in report.lines[-1]
    assert bool(report.faults) == (not value <= 300)


def test_a_quantile_is_one_of_the_times() -> None:
    times = [float(n) for n in range(100, 0, -1)]
    assert [quantile(times, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert quantile([7.0], 0.95) == 7.0
