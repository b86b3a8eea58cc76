"""Where a member is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from gallery.notify import close_sockets
from gallery.owners import Owner


def end_sessions(user: Any) -> int:
    """Sign ``user`` out of every browser and program, and close the sockets. How many sessions
    there were.

    No column says whose a session is, so each is looked into: tens of microseconds a session. The
    other way, a table of who signed in from where, would keep more about people than we want to.
    """
    keys = [
        session.session_key
        for session in Session.objects.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(session_key__in=keys).delete()
    user.api_tokens.all().delete()  # programs are signed out as browsers are
    close_sockets(Owner(user_id=user.pk).group)
    return len(keys)


def on_new_password(sender: Any, user: Any, **kwargs: Any) -> None:
    """Other browsers are signed out by it; a socket would not notice. Pages that are still signed
    in connect again."""
    close_sockets(Owner(user_id=user.pk).group)
