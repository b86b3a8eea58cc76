"""How many sockets, and how much on each: they stay open, so no counter of a minute holds them.

Counted in this process; a proxy that spreads visitors over several gives each so many in each.
"""

from __future__ import annotations

import time
from collections import Counter

from django.conf import settings

from gallery.limits.rates import Rate, read_rates

TOO_MANY = 4429  # the code that a socket is closed with
SILENT = 10  # messages a minute on a socket that expects none

_open: Counter[str] = Counter()


class Place:
    """That of one open socket: by its owner, and by its address."""

    def __init__(self, owner: str, address: str) -> None:
        self.names = [f"owner:{owner}", f"address:{address}"]

    @classmethod
    def take(cls, owner: str, address: str) -> Place | None:
        """None when there are enough."""
        place = cls(owner, address)
        most = (settings.SOCKETS_PER_OWNER, settings.SOCKETS_PER_ADDRESS)
        for name, number in zip(place.names, most, strict=True):
            if number and _open[name] >= number:
                return None
        _open.update(place.names)
        return place

    def leave(self) -> None:
        """Twice is once."""
        names, self.names = self.names, []
        for name in names:
            _open[name] -= 1
            if _open[name] <= 0:
                del _open[name]

    def move(self, owner: str) -> None:
        """A guest has signed in."""
        if self.names:
            address = self.names[1]
            self.leave()
            self.names = [f"owner:{owner}", address]
            _open.update(self.names)


def open_now() -> dict[str, int]:
    return dict(_open)


class Pace:
    """How fast one socket may talk: each rate a bucket, which fills again as time goes by."""

    def __init__(self, rates: list[Rate]) -> None:
        self.rates = rates
        self.left = [float(rate.amount) for rate in rates]
        self.looked = time.monotonic()

    @classmethod
    def of(cls, action: str) -> Pace:
        return cls(read_rates(settings.RATE_LIMITS[action]))

    def allows(self) -> bool:
        now = time.monotonic()
        passed, self.looked = now - self.looked, now
        self.left = [
            min(rate.amount, left + passed * rate.amount / rate.period) - 1
            for rate, left in zip(self.rates, self.left, strict=True)
        ]
        return all(left >= 0 for left in self.left)


def silent() -> Pace:
    return Pace([Rate(SILENT, 60, "socket")])
