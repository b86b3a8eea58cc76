"""What every line of the log says besides its message: of which request, or of which job, it is.

It is kept in a context variable: each request, each socket and each lane of a worker has its own,
and what they start inherits it. Never in it: names, addresses, tokens, paths.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest

FIELDS = ("request", "socket", "job", "kind", "engine", "lane", "worker", "owner")


class Context:
    """Of one request, socket or job. Whoever learns more of it later adds that."""

    def __init__(self, http: HttpRequest | None = None, **fields: str) -> None:
        self.http = http
        self.fields = fields
        self.secrets: dict[str, str] = {}  # what may not be read in a line -> what stands for it

    def told(self) -> dict[str, str]:
        """The fields in their order, with the owner as far as that is known without asking."""
        found = dict(self.fields)
        if self.http is not None and "owner" not in found and (owner := owner_known(self.http)):
            found["owner"] = owner
        return {name: found[name] for name in FIELDS if found.get(name)}


_current: ContextVar[Context | None] = ContextVar("operations", default=None)


def current() -> Context | None:
    return _current.get()


def begin(context: Context) -> Context:
    """From now on, in this task or thread."""
    _current.set(context)
    return context


@contextmanager
def within(context: Context) -> Iterator[Context]:
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def note(**fields: str) -> None:
    """Say more of what is under way; nothing outside of a request, a socket or a job."""
    if (context := current()) is not None:
        context.fields.update(fields)


def new_id() -> str:
    return secrets.token_hex(8)


def owner_mark(group: str) -> str:
    """Tells lines of one visitor from those of others. Made with the site's key, so that nobody
    finds out by trying whose it is."""
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2s(group.encode(), key=key, digest_size=4).hexdigest()


def owner_known(request: HttpRequest) -> str:
    """The mark of the visitor, if the session has been read anyway: a line in the log is no reason
    to ask the database."""
    from gallery.owners import SESSION_KEY, Owner

    user = getattr(request, "_cached_user", None) or getattr(request, "_acached_user", None)
    if user is not None and user.is_authenticated:
        return owner_mark(Owner(user_id=user.pk).group)
    session: Any = getattr(request, "session", None)
    guest = getattr(session, "_session_cache", {}).get(SESSION_KEY)
    return owner_mark(Owner(guest=guest).group) if guest else ""


def of_job(job: Any) -> Context:
    """``job`` is a gallery.job.Job."""
    return Context(
        job=str(job.pk), kind=job.KIND, engine=job.engine_name, lane=job.lane,
        worker=job.worker, owner=owner_mark(job.owned_by.group),
    )  # fmt: skip
