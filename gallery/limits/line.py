"""Whose turn it is: owners who wait in a lane take turns, whatever they have waiting.

Next is who has the fewest jobs running in the lane; among those, who has waited longest for a turn:
since the owner's oldest job was asked for, or since one of theirs last began or ended, whichever is
later. Within an owner the oldest job comes first. So a newcomer waits for no more than one job of
each of the others, and nobody waits for ever: whoever comes later comes behind.

An owner with ``at_once`` jobs running, in whatever lane, is passed over.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Min

from gallery.job import Job, kinds
from gallery.limits import usage
from gallery.limits.quotas import quota
from gallery.owners import Owner


@dataclass
class Waiting:
    """What of one owner waits: how many jobs, and since when."""

    number: int
    since: datetime


def grouped(rows: Any, *by: str, **what: Any) -> Any:
    return rows.order_by().values("owner", "guest", *by).annotate(**what)


class Line:
    """A lane as it is now: three questions to the database, however many jobs there are.
    ``leaving`` is a running job that would wait again."""

    def __init__(self, lane: str, *, leaving: Job | None = None) -> None:
        self.lane = lane
        self.leaving = leaving
        self.own: dict[Owner, list[datetime]] = {}

    @cached_property
    def waiting(self) -> dict[Owner, Waiting]:
        of_each = [
            grouped(kind.waiting(self.lane), number=Count("pk"), first=Min("queued"))
            for kind in kinds()
        ]
        found: dict[Owner, Waiting] = {}
        for row in of_each[0].union(*of_each[1:], all=True):
            owner = Owner(row["owner"], row["guest"])
            here = found.setdefault(owner, Waiting(0, row["first"]))
            here.number += row["number"]
            here.since = min(here.since, row["first"])
        return found

    @cached_property
    def running(self) -> Counter[tuple[Owner, str]]:
        """How many of an owner's jobs in a lane, of all lanes."""
        of_each = [
            grouped(kind.objects.filter(state=Job.State.RUNNING), "lane", number=Count("pk"))
            for kind in kinds()
        ]
        found: Counter[tuple[Owner, str]] = Counter()
        for row in of_each[0].union(*of_each[1:], all=True):
            found[Owner(row["owner"], row["guest"]), row["lane"]] += row["number"]
        if self.leaving:
            found[self.leaving.owned_by, self.leaving.lane] -= 1
        return found

    @cached_property
    def turns(self) -> dict[Owner, datetime]:
        return usage.turns(self.waiting, self.lane)

    def key(self, owner: Owner) -> tuple[int, datetime]:
        """The smallest is next."""
        since = self.waiting[owner].since
        return self.running[owner, self.lane], max(since, self.turns.get(owner, since))

    def is_full(self, owner: Owner) -> bool:
        """Whether as much of the owner's is running as may."""
        most = quota(owner, "at_once")
        mine = sum(number for (who, __), number in self.running.items() if who == owner)
        return bool(most) and mine >= most

    def next(self) -> Owner | None:
        """Whose turn it is."""
        ready = [owner for owner in self.waiting if not self.is_full(owner)]
        return min(ready, key=self.key, default=None)

    def ahead(self, job: Job) -> int:
        """How many jobs come before a waiting one, if none is added: of its owner's the older
        ones, of everybody else's as many, and one more of those whose turn is before."""
        mine = job.owned_by
        before = bisect_left(self.queued_of(mine), job.queued)
        number = before
        for owner, theirs in self.waiting.items():
            if owner != mine:
                first = mine in self.waiting and self.key(owner) < self.key(mine)
                number += min(theirs.number, before + first)
        return number

    def queued_of(self, owner: Owner) -> list[datetime]:
        """When the owner's waiting jobs were asked for, in order."""
        if owner not in self.own:
            of_each = [
                kind.waiting(self.lane).order_by().filter(**owner.fields).values_list("queued")
                for kind in kinds()
            ]
            found = of_each[0].union(*of_each[1:], all=True)
            self.own[owner] = sorted(queued for (queued,) in found)
        return self.own[owner]


def lined_up(jobs: Iterable[Job]) -> list[Job]:
    """The same jobs, which tell their positions without a question for each."""
    lines: dict[str, Line] = {}
    found = list(jobs)
    for job in found:
        job.line = lines.setdefault(job.lane, Line(job.lane))
    return found
