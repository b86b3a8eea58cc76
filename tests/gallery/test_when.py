"""When to come back, and how much there is, in words."""

from __future__ import annotations

import pytest

from gallery.limits.words import amount, lasting, when


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (1, "in a minute"),
        (90, "in about 2 minutes"),
        (3600, "in about 60 minutes"),
        (3 * 3600, "in about 3 hours"),
        (14 * 3600, "tomorrow"),
    ],
)
def test_when_to_come_back(seconds: int, told: str) -> None:
    assert when(seconds) == told


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, "0 MB"), (12_400_000, "12 MB"), (1_000_000_000, "1 GB"), (1_500_000_000, "1.5 GB")],
)
def test_how_much_there_is(number: int, told: str) -> None:
    assert amount(number) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.4, "0 seconds"), (1, "1 second"), (600, "10 minutes"), (14_400, "4 hours")],
)
def test_how_long_it_takes(seconds: float, told: str) -> None:
    assert lasting(seconds) == told
