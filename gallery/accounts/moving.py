"""A guest signs up or in: what was made as a guest becomes the member's."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from gallery import notify
from gallery.accounts.belongings import counts, in_words, owned_models
from gallery.models import KeptAnswer
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
        KeptAnswer.of(guest).delete()  # their keys were the guest's
        transaction.on_commit(lambda: notify.move_sockets(guest.group, member))
    return moved


def on_login(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """However somebody signs in. The key leaves the session: whoever comes next is a new guest."""
    key = request.session.pop(SESSION_KEY, "")
    if key:
        moved = take_over(Owner(guest=key), Owner(user_id=user.pk))
        moved.pop("mask", None)  # nobody thinks of them as things of their own
        request.came_along = in_words(moved)  # type: ignore[attr-defined]  # for the message
