"""The losses of a job against time, few enough points to be sent with every snapshot."""

from __future__ import annotations

import math

POINTS = 120
FINEST = 0.2  # seconds between two points at first
Curve = list[tuple[float, dict[str, float]]]


def spacing(seconds: float) -> float:
    """Doubled as often as it takes for ``POINTS`` to cover the whole time."""
    gap = FINEST
    while seconds > POINTS * gap:
        gap *= 2
    return gap


def extended(curve: Curve, seconds: float, losses: dict[str, float] | None) -> Curve:
    """With one more point, unless the last is too near; thinned when there are too many.

    What is not a number is left out: JSON does not know it.
    """
    if not losses or not all(map(math.isfinite, losses.values())):
        return curve
    if curve and seconds - curve[-1][0] < spacing(seconds):
        return curve
    point = (round(seconds, 2), {name: float(f"{value:.4g}") for name, value in losses.items()})
    curve = [*curve, point]
    return curve if len(curve) <= POINTS else curve[::2]


def until(curve: Curve, seconds: float) -> Curve:
    """What was known then."""
    return [point for point in curve if point[0] <= seconds]
