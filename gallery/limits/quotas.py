"""What one visitor may have, and ask for in a day. Services ask here, so that every way in obeys.

Members and guests have quotas of their own. Guests can become new ones by throwing their cookies
away: so what all guests of one address ask for in a day is counted too. That sum is read before,
not with, what is counted: requests at the very same moment may get a little past it.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db.models import Min, Sum, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.job import Job, kinds
from gallery.limits import addresses, usage
from gallery.limits.words import amount, lasting, when
from gallery.owned import Owned
from gallery.owners import Owner
from gallery.refusals import RefusedError

PERMISSION = "gallery.unlimited"
PACE = {"fast": 2.0, "slow": 60.0}  # seconds of a job in a lane in which none has ended yet
PACE_OF = 20  # jobs, the newest
PACE_KEPT = 60  # seconds


def quota(owner: Owner, name: str) -> float:
    """0 is no limit."""
    return float(settings.QUOTAS["member" if owner.user_id else "guest"][name])


def is_exempt(owner: Owner) -> bool:
    """Superusers, and who was given the permission; looked up only where somebody else would be
    refused."""
    user = get_user_model().objects.filter(pk=owner.user_id).first() if owner.user_id else None
    return user is not None and bool(user.has_perm(PERMISSION))


def refused(owner: Owner, message: str, after: int | None) -> None:
    if not is_exempt(owner):
        raise RefusedError(message, after)


def tomorrow() -> dict[str, Any]:
    return {"when": when(usage.until_tomorrow())}


# What is stored


def sized_models() -> list[Any]:
    """Those whose rows know how large their files are."""
    owned = (model for model in apps.get_models() if issubclass(model, Owned))
    return [model for model in owned if any(f.name == "bytes" for f in model._meta.fields)]


def stored(owner: Owner) -> int:
    """Bytes of all files of ``owner``. What was deleted and can still be brought back counts: it
    is there. One question to the database."""
    sums = [
        model._base_manager.filter(**owner.fields).order_by().values("owner")
        .annotate(kind=Value(model.__name__), total=Sum("bytes")).values_list("kind", "total")
        for model in sized_models()
    ]  # fmt: skip
    found = sums[0].union(*sums[1:], all=True)
    return sum(total or 0 for __, total in found) if owner else 0


def may_keep(owner: Owner, more: int = 0) -> None:
    """Raises RefusedError when there is no room for ``more`` bytes, or for any."""
    if not owner:
        return
    most = quota(owner, "bytes")
    if most and stored(owner) + max(1, more) > most:
        refused(owner, no_room(most), next_purge(owner))
    key, most = at_address(owner, "bytes")
    if most and usage.of_address(key)["bytes"] + max(1, more) > most:
        message = _(
            "Guests have sent all the files from where you are that there is room for in a day. "
            "Sign in, or come back %(when)s."
        )
        raise RefusedError(message % tomorrow(), usage.until_tomorrow())


def no_room(most: float) -> str:
    return _(
        "Your files fill the %(most)s there are for you. Delete what you no longer need: an hour "
        "later, when it can no longer be brought back, its room is free."
    ) % {"most": amount(most)}


def next_purge(owner: Owner) -> int | None:
    """In how many seconds something that is deleted already makes room."""
    from gallery.models import UNDO_TIME

    firsts = [
        model._base_manager.filter(**owner.fields, bytes__gt=0).aggregate(at=Min("deleted"))["at"]
        for model in sized_models()
    ]
    if not any(firsts):
        return None
    left = min(filter(None, firsts)) + UNDO_TIME - timezone.now()
    return max(60, round(left.total_seconds()))


def keep(owner: Owner, size: int) -> None:
    """As ``may_keep``, now that the size is known; and it is counted."""
    may_keep(owner, size)
    usage.take(usage.row_of(owner), "bytes", size, 0)


# What is asked for


def ask(owner: Owner, *, pictures: int = 0, styles: int = 0, minutes: float = 0) -> None:
    """Count what ``owner`` asks for today: pictures to be painted, styles to be taught, and the
    minutes of a lesson. Raises RefusedError, and counts nothing, where it is too much."""
    may_keep(owner)
    may_work(owner, 60 * minutes)
    for name, number in (("pictures", pictures), ("styles", styles)):
        if not number:
            continue
        key, most = at_address(owner, name)
        if most and usage.of_address(key)[name] + number > most:
            raise RefusedError(too_many_here(), usage.until_tomorrow())
        row, most = usage.row_of(owner), quota(owner, name)
        if not usage.take(row, name, number, most):
            left = max(0, round(most - usage.of_owner(owner)[name]))
            refused(owner, too_many(name, round(most), left), usage.until_tomorrow())
            usage.take(row, name, number, 0)


def may_work(owner: Owner, more: float = 0) -> None:
    """Raises RefusedError when today's seconds of work are used up, or promised to what waits."""
    most = quota(owner, "seconds")
    if most:
        spent = usage.of_owner(owner)["seconds"]
        if spent >= most or spent + promised(owner) + more > most:
            refused(owner, no_time(most), usage.until_tomorrow())
    key, most = at_address(owner, "seconds")
    if most and usage.of_address(key)["seconds"] + more >= most:
        raise RefusedError(too_many_here(), usage.until_tomorrow())


def promised(owner: Owner) -> float:
    """Seconds, about, that what waits or is paused is going to take."""
    total = 0.0
    for kind in kinds():
        waiting = kind.objects.of(owner).filter(state__in=Job.UNFINISHED)
        for job in waiting.only("lane", "spent", *kind.TELLS_TIME):
            total += max(0.0, job.expected_seconds(pace(job.lane)) - job.spent)
    return total


def pace(lane: str) -> float:
    """Seconds that a job of ``lane`` takes, from the last ones. Lessons say so themselves."""
    known = cache.get(f"pace:{lane}")
    if known is None:
        from gallery.models import Rendering

        done = Rendering.objects.filter(lane=lane, state=Job.State.DONE).order_by("-created")
        took = [float(s or 0) for s in done.values_list("seconds", flat=True)[:PACE_OF]]
        known = sum(took) / len(took) if took else PACE[lane]
        cache.set(f"pace:{lane}", known, PACE_KEPT)
    return float(known)


def at_address(owner: Owner, name: str) -> tuple[str, float]:
    """Where a guest comes from, and the quota there; members and workers have none."""
    key = "" if owner.user_id else addresses.here()
    return key, settings.QUOTAS["address"][name] if key else 0


def too_many(name: str, most: int, left: int) -> str:
    values = {"most": most, "left": left, **tomorrow()}
    if name == "styles":
        return _("You can have %(most)d styles taught in a day. Come back %(when)s.") % values
    if left:
        return (
            _(
                "You can ask for %(most)d pictures in a day, and for %(left)d more today. Choose "
                "fewer, or come back %(when)s."
            )
            % values
        )
    return _("You can ask for %(most)d pictures in a day. Come back %(when)s.") % values


def too_many_here() -> str:
    return (
        _(
            "Guests have asked for all the work from where you are that there is time for in a "
            "day. Sign in, or come back %(when)s."
        )
        % tomorrow()
    )


def no_time(most: float) -> str:
    return _(
        "Today's %(most)s of painting are used up, or promised to what is waiting. Cancel "
        "something that waits, or come back %(when)s."
    ) % {"most": lasting(most), **tomorrow()}
