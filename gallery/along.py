"""What is written in one transaction with a new row: that it answers a request, or an upload.

A process may die between two transactions, and whoever asks again would get the thing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Write = Callable[[Any], object]
_writes: ContextVar[tuple[Write, ...]] = ContextVar("writes", default=())


@contextmanager
def along(write: Write) -> Iterator[None]:
    """``write(item)`` is called for what is made meanwhile."""
    token = _writes.set((*_writes.get(), write))
    try:
        yield
    finally:
        _writes.reset(token)


def made(item: Any) -> None:
    """Called by who makes a row that visitors ask for, within its transaction."""
    for write in _writes.get():
        write(item)
