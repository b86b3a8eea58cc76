"""What moderators do. The one implementation: their own pages and the admin pages both end here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.accounts.sessions import end_sessions
from gallery.job import Job
from gallery.models import Ban, Profile, Rendering, Report
from gallery.moderation import mails, sweep, trail
from gallery.moderation.models import TrailEntry
from gallery.notify import close_sockets
from gallery.owners import Owner
from gallery.services import announce, job_cancel, unfinished_of
from webstyle.engine.events import EngineError

Action = TrailEntry.Action


class DecidedError(EngineError):
    """Another moderator came first: look at what they decided."""


@dataclass(frozen=True)
class Decision:
    """``seen`` is the id of the newest entry about the thing that the moderator has seen, 0 for
    none; None for who decides without looking at a page of ours (the admin pages)."""

    action: str
    reason: str = ""
    words: str = ""
    seen: int | None = None
    with_photo: bool = False  # of a picture that is taken down: the photograph too


@transaction.atomic
def decide(actor: Any, thing: Any, decision: Decision) -> TrailEntry:
    """Leave a thing as it is, hide, restore or take it down, and close the reports about it.
    Raises DecidedError, and EngineError for what cannot be done."""
    row = locked(thing)
    check_not_overtaken(row, decision.seen)
    EFFECTS[decision.action](row, decision)
    entry = trail.note_thing(
        actor, decision.action, row, reason=decision.reason, words=decision.words
    )
    close_reports(row, decision.action)
    thing.refresh_from_db()
    if decision.action != Action.LEFT:
        transaction.on_commit(partial(mails.tell_of_thing, row, decision.action, decision.reason))
    return entry


def locked(thing: Any) -> Any:
    """The row as it is now, and ours until the end: SQLite lets one writer in at a time anyway."""
    return type(thing)._base_manager.select_for_update().get(pk=thing.pk)


def newest_entry(thing: Any) -> int:
    entry = trail.of_thing(thing).first()
    return entry.pk if entry else 0


def check_not_overtaken(thing: Any, seen: int | None) -> None:
    """Two moderators look at one thing: the second one is told what the first decided."""
    if seen is None:
        return
    entry = trail.of_thing(thing).first()
    if entry is None or entry.pk == seen:
        return
    who = entry.actor.get_username() if entry.actor else entry.get_role_display()
    raise DecidedError(
        f"{who} has decided meanwhile: {entry.get_action_display()}."
        " Nothing was changed: look again, and decide anew if you must."
    )


def leave(row: Any, decision: Decision) -> None:
    """It stays as it is."""


def hide(row: Any, decision: Decision) -> None:
    """From everybody but its owner."""
    check_not_withdrawn(row)
    set_columns(row, hidden_by_moderator=True, hidden_reason=decision.reason)


def withdraw(row: Any, decision: Decision) -> None:
    """From everybody; for some days it can be brought back."""
    check_not_withdrawn(row)
    now = timezone.now()
    take_down(row, now, decision.reason)
    if isinstance(row, Rendering) and decision.with_photo:
        take_down(row.photo, now, decision.reason)
        for other in row.photo.renderings.filter(withdrawn=None):
            take_down(other, now, decision.reason)


def take_down(row: Any, now: datetime, reason: str) -> None:
    if isinstance(row, Job):
        job_cancel(row)
    set_columns(row, withdrawn=now, hidden_by_moderator=True, hidden_reason=reason)


def restore(row: Any, decision: Decision) -> None:
    """With the photograph, and its other pictures, that were taken down with it."""
    if row.erased:
        raise EngineError("Its words and files are erased: it cannot be brought back.")
    if isinstance(row, Rendering) and row.withdrawn and row.photo.withdrawn == row.withdrawn:
        together = row.photo.renderings.filter(withdrawn=row.withdrawn).exclude(pk=row.pk)
        for other in [row.photo, *together]:
            set_columns(other, **sweep.IN_PLACE)
    set_columns(row, **sweep.IN_PLACE)


EFFECTS: dict[str, Callable[[Any, Decision], None]] = {
    Action.LEFT: leave, Action.HIDDEN: hide, Action.RESTORED: restore, Action.WITHDRAWN: withdraw,
}  # fmt: skip


def check_not_withdrawn(row: Any) -> None:
    if row.withdrawn:
        raise EngineError("It is taken down already: restore it first.")


def set_columns(row: Any, **values: Any) -> None:
    """By ``update``: it keeps the listings right, and a worker may be at work on the row."""
    if isinstance(row, Job):
        row.change(**values)
        announce(row)
        return
    type(row)._default_manager.filter(pk=row.pk).update(**values)
    row.refresh_from_db()


def close_reports(thing: Any, outcome: str) -> None:
    Report.objects.open().about(thing).update(handled=timezone.now(), outcome=outcome)


@dataclass(frozen=True)
class Sentence:
    """``until`` None is for good; ``hides``: what they published, too; ``by_address``: of a guest,
    other guests from the same address too, for some days."""

    reason: str
    until: datetime | None = None
    hides: bool = True
    by_address: bool = False
    words: str = ""


@transaction.atomic
def ban(actor: Any, owner: Owner, sentence: Sentence, thing: Any = None) -> Ban:
    """From now on: jobs, sessions and sockets end. ``thing`` is what it is for, if anything; with
    that, the reports about it are closed. Raises DecidedError and EngineError."""
    check_may_ban(actor, owner)
    sweep.end_bans(Ban.objects.of(owner))
    try:
        with transaction.atomic():
            made = Ban.objects.create(
                reason=sentence.reason, until=sentence.until, hides=sentence.hides,
                by_address=bool(sentence.by_address and owner.guest), **owner.fields,
            )  # fmt: skip
    except IntegrityError:
        raise DecidedError("They are banned already: lift that ban first.") from None
    for job in [job for rows in unfinished_of(owner) for job in rows]:
        job_cancel(job)
    if made.hides:
        if owner.user_id:  # their name and words stand in a row that not everybody has
            Profile.objects.get_or_create(user_id=owner.user_id)
        sweep.withhold(owner, True)
    trail.note_ban(actor, Action.BANNED, made, sentence.words)
    if thing is not None:
        trail.note_thing(actor, Action.BANNED, thing, reason=sentence.reason, words=sentence.words)
        close_reports(thing, Action.BANNED)
    transaction.on_commit(partial(shut_out, made))
    return made


def check_may_ban(actor: Any, owner: Owner) -> None:
    if not owner:
        raise EngineError("It belongs to nobody who could be banned.")
    if owner.user_id is None:
        return
    if owner.user_id == actor.pk:
        raise EngineError("Nobody bans themselves.")
    user = get_user_model().objects.get(pk=owner.user_id)
    if user.is_superuser or (user.is_staff and not actor.is_superuser):
        raise EngineError("Staff can be banned by a superuser only, and a superuser by nobody.")


def shut_out(made: Ban) -> None:
    """A guest keeps the session: without it they would come back as somebody new."""
    if made.owner is not None:
        end_sessions(made.owner)
    else:
        close_sockets(made.owned_by.group)
    mails.tell_of_ban(made, Action.BANNED)


@transaction.atomic
def lift(actor: Any, made: Ban) -> None:
    """Before its time. Raises DecidedError."""
    if not sweep.end_ban(made, timezone.now()):
        raise DecidedError("This ban is over already.")
    trail.note_ban(actor, Action.LIFTED, made)
    transaction.on_commit(partial(mails.tell_of_ban, made, Action.LIFTED))
