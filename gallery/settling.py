"""What a process does before the first visitor, and at its end."""

from __future__ import annotations

import gc
import os
import threading

from django.urls import get_resolver

from webstyle.engine.registry import engine_names, get_engine

LEAVE_SECONDS = 5


def settle() -> None:
    """Import what else the first request and the first job would wait for; then the collector may
    leave all that alone: going through a quarter of a million objects, of torch for the most part,
    it stopped every thread for 0.1 to 0.25 s now and then."""
    assert get_resolver().url_patterns
    for name in engine_names():
        get_engine(name)
    import webstyle.engine.mixer  # noqa: F401  torch comes with it

    gc.collect()
    gc.freeze()


def leave() -> None:
    """For a process whose loop has ended: a request that was under way has a thread that waits for
    the loop, and Python would wait for that thread without end."""
    leaving = threading.Timer(LEAVE_SECONDS, os._exit, (0,))
    leaving.daemon = True
    leaving.start()
