"""How often: counters in Django's cache, and when to come back.

A window slides: of the period before this one so much counts as still lies within a period from
now. That takes two numbers a counter, whose increments are atomic in every cache. A request that
is refused does not count, and one that was counted can be given back.

With a cache in memory each process counts by itself; see checks.py.
"""

from __future__ import annotations

import hashlib
import logging
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from gallery.limits import addresses
from gallery.limits.words import when
from gallery.owners import Owner, visitor
from gallery.refusals import RefusedError

log = logging.getLogger(__name__)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
PERS = ("owner", "ip", "key", "socket")
RATE = re.compile(rf"(\d+)/(\d*)([{''.join(UNITS)}])(?:/({'|'.join(PERS)}))?")
CLOSED = {"link"}  # where nobody gets in while the cache is away: guessing is all that it stops


@dataclass(frozen=True)
class Rate:
    amount: int
    period: int  # seconds
    per: str

    def __str__(self) -> str:
        return f"{self.amount}/{self.period}/{self.per}"


def read_rates(text: str) -> list[Rate]:
    """As in ``60/m`` or ``20/10m/ip,100/h/key``. Raises ValueError."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        read = RATE.fullmatch(part)
        if read is None or not int(read[1]) or read[2] == "0":
            raise ValueError(part)
        found.append(Rate(int(read[1]), int(read[2] or 1) * UNITS[read[3]], read[4] or "owner"))
    return found


class TooOftenError(RefusedError):
    def __init__(self, after: int) -> None:
        super().__init__(
            _("That is a lot in a short time. Try again %(when)s.") % {"when": when(after)}, after
        )


@dataclass(frozen=True)
class Counter:
    """``name`` is its key in the cache, but for the window."""

    name: str
    rate: Rate

    def key(self, window: int) -> str:
        return f"{self.name}:{window}"

    def take(self) -> int | None:
        """Count one more. None when that is all right, else in how many seconds it will be."""
        now, period = time.time(), self.rate.period
        window, begun = int(now // period), now % period
        current, before = self.add(window, 1), cache.get(self.key(window - 1), 0)
        if before * (1 - begun / period) + current <= self.rate.amount:
            return None
        self.add(window, -1)
        return self.wait(before, current - 1, begun)

    def add(self, window: int, number: int) -> int:
        key = self.key(window)
        cache.add(key, 0, 2 * self.rate.period)
        try:
            return int(cache.incr(key, number))
        except ValueError:  # it ran out between the two
            cache.set(key, number, 2 * self.rate.period)
            return number

    def wait(self, before: int, current: int, begun: float) -> int:
        """Seconds until one more fits, if nothing comes meanwhile."""
        room, period = self.rate.amount - 1, self.rate.period
        if before and current <= room:
            seconds = period * (1 - (room - current) / before) - begun
        else:  # not in this window; in the next one this one fades
            seconds = 2 * period - begun - period * room / max(1, current)
        return max(1, math.ceil(seconds))

    def give_back(self) -> None:
        self.add(int(time.time() // self.rate.period), -1)

    def forget(self) -> None:
        window = int(time.time() // self.rate.period)
        cache.delete_many([self.key(window), self.key(window - 1)])


def counters(action: str, *, owner: str = "", address: str = "", key: str = "") -> list[Counter]:
    """Those of ``action`` for whom it is known what they count by."""
    by = {"owner": owner, "ip": address, "key": key}
    made = []
    for rate in read_rates(settings.RATE_LIMITS[action]):
        if who := by.get(rate.per):
            digest = hashlib.sha256(who.encode()).hexdigest()[:32]
            made.append(Counter(f"rate:{action}:{rate}:{digest}", rate))
    return made


def take_all(action: str, wanted: list[Counter]) -> None:
    """One more of each, or of none. Raises TooOftenError."""
    taken: list[Counter] = []
    try:
        for counter in wanted:
            if after := counter.take():
                for other in taken:
                    other.give_back()
                raise TooOftenError(after)
            taken.append(counter)
    except RefusedError:
        raise
    except Exception as error:  # whatever a cache that is away raises
        log.warning("the cache did not count '%s': %s", action, error)
        if action in CLOSED:
            raise TooOftenError(60) from None


def take(request: HttpRequest, action: str, key: str = "") -> list[Counter]:
    """Count a request; gives the counters, to give back what turns out not to count. Raises
    TooOftenError."""
    owner, address = visitor(request), addresses.key_of(addresses.of_request(request))
    wanted = counters(action, owner=owner.group if owner else "", address=address, key=key)
    take_all(action, wanted)
    return wanted


def limited(
    action: str, *, reading: bool = False, where: Callable[[HttpRequest], Any] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A view that is counted: what changes something, or with ``reading`` all that it is asked,
    ``where`` it is asked for what costs."""

    def refusal(request: HttpRequest) -> Any:
        from gallery.errors import refuse_error

        if not reading and request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        if where and not where(request):
            return None
        try:
            take(request, action)
        except RefusedError as error:
            return refuse_error(request, error)
        return None

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        if iscoroutinefunction(view):

            @wraps(view)
            async def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                refused = await sync_to_async(refusal)(request)
                return refused or await view(request, *args, **kwargs)

            return answer

        @wraps(view)
        def answer_sync(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return refusal(request) or view(request, *args, **kwargs)

        return answer_sync

    return decorate


def forget(owner: Owner, keys: list[str]) -> None:
    """The counters of an owner who leaves, and of what goes along. Those of the address stay: else
    an account that is made and deleted would buy new tries."""
    for action in settings.RATE_LIMITS:
        for counter in counters(action, owner=owner.group):
            counter.forget()
        for key in keys:
            for counter in counters(action, key=key):
                counter.forget()
