"""Today's counters of an owner: written here, and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from gallery.limits import addresses
from gallery.limits.models import Usage
from gallery.owners import Owner

log = logging.getLogger(__name__)
COUNTED = ("pictures", "styles", "bytes", "seconds")
TURNS = ("fast_turn", "slow_turn")


def today() -> date:
    return timezone.localdate()


def until_tomorrow() -> int:
    """Seconds until all is counted anew."""
    now = timezone.localtime()
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, round((midnight - now).total_seconds()))


def row_of(owner: Owner) -> Usage:
    """Today's, made when it is first needed. A guest's day belongs to where it began."""
    address = "" if owner.user_id else addresses.here()
    row, made = Usage.objects.get_or_create(
        **owner.fields, day=today(), defaults={"address": address}
    )
    if address and not made and not row.address:  # begun by a worker, say
        Usage.objects.filter(pk=row.pk, address="").update(address=address)
    return row


def take(row: Usage, name: str, number: float, most: float) -> bool:
    """Count ``number`` more, if with them there are not more than ``most`` (0: any number). One
    statement: of two requests at once the second finds what the first has counted."""
    rows = Usage.objects.filter(pk=row.pk)
    if most:
        rows = rows.filter(**{f"{name}__lte": most - number})
    return bool(rows.update(**{name: F(name) + number}))


def worked(owner: Owner, lane: str, seconds: float) -> None:
    """A worker was at a job of ``owner`` for so long, and its turn is over."""
    Usage.objects.filter(pk=row_of(owner).pk).update(
        seconds=F("seconds") + max(0.0, seconds), **{f"{lane}_turn": timezone.now()}
    )


def of_owner(owner: Owner) -> dict[str, float]:
    found = Usage.objects.filter(**owner.fields, day=today()).values(*COUNTED).first()
    return found or dict.fromkeys(COUNTED, 0)


def of_address(key: str) -> dict[str, float]:
    """Of all guests who came from there today, whoever they have become since."""
    rows = Usage.objects.filter(day=today(), address=key)
    sums = rows.aggregate(**{name: Sum(name) for name in COUNTED})
    return {name: value or 0 for name, value in sums.items()}


def turns(owners: Iterable[Owner], lane: str) -> dict[Owner, datetime]:
    """When each had a turn in ``lane``, as far as it was today."""
    members = [owner.user_id for owner in owners if owner.user_id]
    guests = [owner.guest for owner in owners if owner.guest]
    theirs = Q(owner__in=members) | Q(guest__in=guests, owner=None)
    column = f"{lane}_turn"
    rows = Usage.objects.filter(theirs, day=today()).exclude(**{column: None})
    return {
        Owner(owner, guest): turn
        for owner, guest, turn in rows.values_list("owner", "guest", column)
    }


def move(guest: Owner, member: Owner) -> None:
    """A guest has signed in: what was used today stays used, and where it was used from."""
    for row in Usage.objects.filter(**guest.fields):
        values: dict[str, Any] = {name: F(name) + getattr(row, name) for name in COUNTED}
        values |= {name: turn for name in TURNS if (turn := getattr(row, name))}
        if row.address:
            values["address"] = row.address
        if Usage.objects.filter(**member.fields, day=row.day).update(**values):
            row.delete()
            continue
        try:
            with transaction.atomic():
                Usage.objects.filter(pk=row.pk).update(**member.fields)
        except IntegrityError:  # the member's own came in this moment
            Usage.objects.filter(**member.fields, day=row.day).update(**values)
            row.delete()


def sweep() -> int:
    """Days that are over, and with them the addresses."""
    return Usage.objects.filter(day__lt=today()).delete()[0]
