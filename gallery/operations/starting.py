"""What shows itself only when a process starts: a device that is not there, and other processes of
the site, where this one can only work alone. No system checks: most commands need neither torch nor
a database that answers.
"""

from __future__ import annotations

import socket
import threading
import time
from datetime import datetime
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, SystemCheckError
from django.db import DatabaseError, connection

from gallery.jobs import alive, worker_name
from gallery.operations import presence
from gallery.operations.checks import sqlite

PATIENCE = 2.0  # seconds for the database to answer
LONGEST = 15.0  # seconds that a process which is alive may take to say so again


class StartingCommand(BaseCommand):
    """One that goes on for ever. What cannot work ends it with 2: whoever starts it again when it
    ends otherwise need not try."""

    def check(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().check(*args, **kwargs)
        except SystemCheckError as error:
            error.returncode = 2
            raise

    def give_up(self, why: str) -> NoReturn:
        self.stderr.write(why)
        raise SystemExit(2)


def refusal(*, paints: bool) -> str:
    """Why this process cannot start, with the remedy; empty if it can."""
    return (device_fault() if paints else "") or company_fault()


def device_fault() -> str:
    """Imports torch only if a GPU is asked for."""
    name = settings.DEVICE
    if not name.startswith("cuda"):
        return ""
    import torch

    number, there = int(name.partition(":")[2] or 0), torch.cuda.device_count()
    if number < there:
        return ""
    seen = f"torch sees {there} of them" if there else "torch sees no GPU"
    return (
        f"DEVICE={name}: {seen}. Use DEVICE=auto or cpu; or see that `nvidia-smi` lists it, and "
        "that torch was built for CUDA"
    )


def company_fault() -> str:
    name = company()
    return (
        f"{name} is at work on this database, too: {needed()}. Or end that process" if name else ""
    )


def needed() -> str:
    """To be several, by settings as they are."""
    if not settings.CHANNEL_LAYER_URL:
        return (
            "set CHANNEL_LAYER_URL (redis://host:6379/0) for all processes, an in-memory layer "
            "reaches no other"
        )
    return (
        "set DATABASE_URL (postgres://user:password@host/name) on all machines, SQLite is for one"
    )


def company() -> str:
    """Another process, beside which this one cannot work. One of this machine is there as long as
    its number is; of another machine's we wait to hear, as it may have died a moment ago."""
    wait = min(presence.REPORT_SECONDS + settings.RESCAN_SECONDS + PATIENCE, LONGEST)
    end = time.monotonic() + wait
    now = first = asked_in_time()
    while now:
        for name, seen in now.items():
            if is_here(name) or seen > first.get(name, seen):
                return name
        if time.monotonic() > end:
            break
        time.sleep(0.5)
        now = asked_in_time()
    return ""


def asked_in_time() -> dict[str, datetime]:
    """A database that takes connections and never answers must keep no site from starting."""
    found: dict[str, datetime] = {}

    def ask() -> None:
        try:
            found.update(strangers())
        except DatabaseError:  # away, or not migrated
            pass
        finally:
            connection.close()

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    return found.copy()


def strangers() -> dict[str, datetime]:
    """Processes heard of lately that this one cannot work beside, each with when."""
    from gallery.models import Presence

    if settings.CHANNEL_LAYER_URL and not sqlite():
        return {}
    rows = Presence.objects.filter(seen__gt=presence.lately()).exclude(pk=worker_name())
    return {name: seen for name, seen in rows.values_list("name", "seen") if is_strange(name)}


def is_strange(name: str) -> bool:
    """Two of one machine may share SQLite, but no memory. The dead are nobody."""
    return not is_here(name) or (not settings.CHANNEL_LAYER_URL and alive(name))


def is_here(name: str) -> bool:
    return name.startswith(f"{socket.gethostname()}:")
