"""Whose work it is: a user's, or the guest's whose session holds the key.

The guest key is a random value inside the session, not the session's own key: that one changes at
login.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

SESSION_KEY = "guest"


@dataclass(frozen=True)
class Owner:
    """Exactly one of the two is set, or neither for somebody who never uploaded anything."""

    user_id: int | None = None
    guest: str = ""

    @property
    def group(self) -> str:
        """The channel-layer group in which this owner's pages hear of changes."""
        return f"owner.u{self.user_id}" if self.user_id else f"owner.g{self.guest}"

    @property
    def fields(self) -> dict[str, Any]:
        return {"owner_id": self.user_id, "guest": self.guest}

    def __bool__(self) -> bool:
        return bool(self.user_id or self.guest)


def owner_of(user: Any, session: SessionBase, *, create: bool = False) -> Owner:
    """The owner behind a request or a socket. ``create`` gives a newcomer a guest key."""
    if user.is_authenticated:
        return Owner(user_id=user.pk)
    if create and SESSION_KEY not in session:
        session[SESSION_KEY] = secrets.token_urlsafe(24)
    return Owner(guest=session.get(SESSION_KEY, ""))


def visitor(request: HttpRequest) -> Owner:
    """The owner behind a request."""
    return owner_of(request.user, request.session)
