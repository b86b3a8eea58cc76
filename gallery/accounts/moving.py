"""A guest signs up or in: what was made as a guest becomes the member's."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from gallery import notify
from gallery.accounts.belongings import counts, in_words, owned_models
from gallery.limits import usage
from gallery.models import Ban, KeptAnswer
from gallery.moderation import sweep, trail
from gallery.moderation.bans import banned
from gallery.owners import SESSION_KEY, Owner


def take_over(guest: Owner, member: Owner) -> dict[str, int]:
    """All of ``guest`` becomes ``member``'s, at once or not at all. How many of each kind.

    Jobs that are being painted go on: a worker holds its row by its own name, not by the owner's.
    """
    if not guest.guest or not member.user_id:
        raise ValueError("work moves from a guest to a member only")
    with transaction.atomic():
        moved = counts(guest)
        for model in owned_models():
            model._base_manager.filter(**guest.fields).update(**member.fields)
        usage.move(guest, member)
        sweep.end_bans(Ban.objects.of(guest))
        trail.move(guest, member)
        if (ban := banned(member)) and ban.hides:
            sweep.withhold(member, True)
        KeptAnswer.of(guest).delete()  # their keys were the guest's
        transaction.on_commit(lambda: notify.move_sockets(guest.group, member))
    return moved


def on_login(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """However somebody signs in. The key leaves the session: whoever comes next is a new guest.
    What a banned guest made stays behind, and so does the ban: it may be somebody else's."""
    key = request.session.pop(SESSION_KEY, "")
    if key and not banned(Owner(guest=key)):
        moved = take_over(Owner(guest=key), Owner(user_id=user.pk))
        for kind in ("mask", "upload"):  # nobody thinks of them as things of their own
            moved.pop(kind, None)
        request.came_along = in_words(moved)  # type: ignore[attr-defined]  # for the message
