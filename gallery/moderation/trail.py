"""Writing the trail: what moderators decide, and what is done on the admin pages."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntryManager
from django.contrib.auth import get_user_model

from gallery.moderation.models import Ban, TrailEntry
from gallery.owners import Owner

Action, Role = TrailEntry.Action, TrailEntry.Role
IN_ADMIN = {ADDITION: Action.ADDED, CHANGE: Action.CHANGED, DELETION: Action.DELETED}


def role_of(actor: Any) -> str:
    """In which capacity; None is the site itself, when a time is over."""
    if actor is None:
        return Role.SITE
    if actor.is_superuser:
        return Role.SUPERUSER
    return Role.STAFF if actor.is_staff else Role.MODERATOR


def note(
    actor: Any, action: str, kind: str, target: Any, whose: Owner, **values: str
) -> TrailEntry:
    """``values``: title, reason, words."""
    entry = TrailEntry(
        actor=actor, role=role_of(actor), action=action, kind=kind, target=str(target),
        subject_id=whose.user_id, guest=whose.guest, **values,
    )  # fmt: skip
    entry.save()
    return entry


def note_thing(actor: Any, action: str, thing: Any, **values: str) -> TrailEntry:
    with_title = {"title": str(thing.title)[:120], **values}
    return note(actor, action, thing.KIND, thing.pk, thing.owned_by, **with_title)


def note_ban(actor: Any, action: str, ban: Ban, words: str = "") -> TrailEntry:
    return note(actor, action, "ban", ban.pk, ban.owned_by, reason=ban.reason, words=words)


def of_thing(thing: Any) -> Any:
    """What was decided about it, newest first."""
    rows = TrailEntry.objects.filter(kind=thing.KIND, target=str(thing.pk))
    return rows.select_related("actor")


def of_owner(owner: Owner) -> Any:
    """About anything of this owner's, bans among it."""
    if not owner:
        return TrailEntry.objects.none()
    rows = TrailEntry.objects.filter(subject_id=owner.user_id, guest=owner.guest)
    return rows.select_related("actor")


def forget(owner: Owner) -> None:
    """A member leaves. That something was decided, when and for which reason stays; what and whose
    it was, and what was said of it, goes. Past ``TrailQuerySet`` on purpose, here and in ``move``,
    and nowhere else."""
    rows = TrailEntry._base_manager.filter(subject_id=owner.user_id)
    rows.update(subject=None, target="", title="", words="")


def move(guest: Owner, member: Owner) -> None:
    """A guest's things become a member's, with the decisions about them, and bans that are over."""
    about = {"subject_id": member.user_id, "guest": ""}
    TrailEntry._base_manager.filter(guest=guest.guest).update(**about)
    Ban.objects.filter(guest=guest.guest).update(**member.fields)


def owner_of_row(row: Any) -> Owner:
    """Whose a row on the admin pages is, as far as one can tell."""
    if isinstance(row, get_user_model()):
        return Owner(user_id=row.pk)
    whose = getattr(row, "owner_id", None) or getattr(row, "user_id", None)
    return Owner(user_id=whose) if whose else Owner(guest=getattr(row, "guest", ""))


def note_in_admin(user_id: int, rows: Any, flag: int) -> None:
    actor = get_user_model().objects.get(pk=user_id)
    for row in rows:
        kind = getattr(row, "KIND", "") or row._meta.model_name
        title = str(row.title)[:120] if hasattr(row, "KIND") else ""
        note(actor, IN_ADMIN[flag], kind, row.pk, owner_of_row(row), title=title)


def connect() -> None:
    """All of the admin pages' own logging ends in one method. A signal would miss rows that are
    deleted together: their log is written in bulk."""
    written = LogEntryManager.log_actions

    def log_actions(
        self: Any, user_id: int, queryset: Any, action_flag: int, *args: Any, **kwargs: Any
    ) -> Any:
        rows = list(queryset)
        note_in_admin(user_id, rows, action_flag)
        return written(self, user_id, rows, action_flag, *args, **kwargs)

    LogEntryManager.log_actions = log_actions  # type: ignore[method-assign, assignment]
