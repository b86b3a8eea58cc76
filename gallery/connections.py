"""Connections to the database are few: whoever waits for something else gives theirs back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection


def give_back() -> None:
    """The connection of this thread, unless a transaction holds it."""
    if not connection.in_atomic_block:
        close_old_connections()


def briefly(function: Callable[..., Any]) -> Callable[..., Any]:
    """To be awaited, by who may wait for something else afterwards: on the request's thread, which
    has no connection any more when it is done."""

    def work(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        finally:
            give_back()

    return sync_to_async(work)
