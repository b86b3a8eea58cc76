"""Ringing the workers' bell and telling pages of changes, from any thread."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.utils import translation

from gallery.job import Job
from gallery.owners import Owner

log = logging.getLogger(__name__)
BELL = "stylize"  # the channel the workers listen on

# The loop that owns an in-memory channel layer. async_to_sync from another thread reaches such a
# layer through a loop of its own, and the message lies there for seconds.
_loop: asyncio.AbstractEventLoop | None = None


def use_loop(loop: asyncio.AbstractEventLoop | None) -> None:
    """Send through this loop from now on (the one process of ``manage.py serve``)."""
    global _loop
    _loop = loop


def _send(method: str, target: str, message: dict[str, Any]) -> None:
    """A lost message is only a delay: workers scan the table and pages poll. So errors are told."""
    layer = get_channel_layer()
    assert layer is not None
    try:
        if _loop is not None:
            asyncio.run_coroutine_threadsafe(getattr(layer, method)(target, message), _loop)
        else:
            async_to_sync(getattr(layer, method))(target, message)
    except Exception as error:
        log.warning("channel layer did not take a message for %s: %s", target, error)


def ring() -> None:
    _send("send", BELL, {"type": "stylize.bell"})


def publish(job: Job) -> None:
    """The row's state to all pages of its owner."""
    try:
        facts = {"id": str(job.pk), "state": job.state, "seq": job.seq}
        message = {"type": "job.changed", **facts, "jobs": in_all_languages(job)}
    except Exception:  # a row that cannot be described must not stop who works on it
        log.exception("job %s cannot be told of", job.pk)
        return
    _send("group_send", job.owned_by.group, message)


def in_all_languages(job: Job) -> dict[str, str]:
    """Its snapshot as JSON: each page takes the one that is its visitor's. Written here, once: a
    layer copies a text at no cost, where the points of a curve took a millisecond for each page."""
    shot, told = job.snapshot(), {}
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            told[code] = json.dumps(shot | job.words())
    return told


def close_sockets(group: str) -> None:
    """A socket keeps its user after logout: so it is closed."""
    _send("group_send", group, {"type": "owner.gone"})


def move_sockets(group: str, owner: Owner) -> None:
    """A guest has become a member: pages that are open hear of the member's jobs from now on."""
    _send("group_send", group, {"type": "owner.moved", "user": owner.user_id})


def on_logout(user: Any, **kwargs: Any) -> None:
    if user is not None:
        close_sockets(Owner(user_id=user.pk).group)
