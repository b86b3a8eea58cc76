"""What was measured, as the tables of docs/load.md; and what of it breaks a bound."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


def quantile(times: Sequence[float], share: float) -> float:
    """The smallest of ``times`` that ``share`` of them do not exceed (nearest rank); NaN of
    nothing."""
    if not times:
        return math.nan
    ordered = sorted(times)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f}"


def spread(times: Sequence[float]) -> list[str]:
    """p50, p95 and p99 in ms."""
    return [ms(quantile(times, share)) for share in (0.5, 0.95, 0.99)]


@dataclass
class Report:
    """Lines for people, and what went wrong."""

    lines: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def say(self, line: str = "") -> None:
        self.lines.append(line)
        print(line, flush=True)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self.say()
        self.say(f"| {' | '.join(head)} |")
        self.say(f"|{'---|' * len(head)}")
        for row in rows:
            self.say(f"| {' | '.join(row)} |")
        self.say()

    def bound(self, what: str, value: float, most: float, unit: str) -> None:
        ratio = value / most
        self.say(f"- {what}: {value:.0f} {unit}, bound {most:g}, ratio {ratio:.2f}")
        if not ratio <= 1:  # NaN too
            self.fault(f"{what}: {value:.0f} {unit} is more than {most:g}")

    def none(self, what: str, found: Counter[str], of: int) -> None:
        """What must not happen at all."""
        self.say(f"- {what}: {found.total()} of {of}")
        for each, number in found.most_common(5):
            self.fault(f"{what}: {number} times {each}")

    def note(self, line: str) -> None:
        """For who watches, and not for the tables."""
        print(f"  {line}", file=sys.stderr, flush=True)

    def fault(self, what: str) -> None:
        self.faults.append(what)
