"""Which processes of the site are at work, as each says itself every few seconds."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.db.models.functions import Now

from gallery.operations import storage, tally
from gallery.operations.sockets import SocketLog
from gallery.operations.version import version

if TYPE_CHECKING:
    from gallery.worker import Worker

log = logging.getLogger(__name__)
REPORT_SECONDS = 5.0
SWEPT = timedelta(hours=1)  # a process that fell silent is shown as such for so long


def lately() -> Any:
    """Since when a process must have been heard of to count as there; by the database's clock."""
    return Now() - timedelta(seconds=max(30, 3 * settings.RESCAN_SECONDS))


def report(name: str, worker: Worker | None = None, *, serves: bool = False) -> None:
    """This process is there. And what it counted is written down."""
    from gallery.models import Presence

    told: dict[str, Any] = {
        "seen": Now(), "serves": serves, "sockets": SocketLog.open, "version": version(),
    }  # fmt: skip
    if worker is not None:
        told |= {"lanes": list(worker.bells), "jobs": worker.worked, **gpu()}
        told["beyond"] = worker.beyond
    if not Presence.objects.filter(pk=name).update(**told):
        Presence.objects.bulk_create([Presence(name=name, **told)], ignore_conflicts=True)
    tally.flush()


def of_other_versions() -> bool:
    """Whether some process that is at work is of another version: the site is being upgraded."""
    from gallery.models import Presence

    return Presence.objects.filter(seen__gt=lately()).exclude(version=version()).exists()


def beyond() -> dict[str, int]:
    """Jobs that no worker of their lane can do, by lane: they wait for a newer one. Every worker
    says how many are beyond it, so one that can do all of them makes it none."""
    from gallery.models import Presence

    found: dict[str, int] = {}
    for lanes, told in Presence.objects.filter(seen__gt=lately()).values_list("lanes", "beyond"):
        for lane in lanes:
            number = (told or {}).get(lane, 0)
            found[lane] = min(number, found.get(lane, number))
    return found


def tidy() -> None:
    """Now and then, by any worker."""
    from gallery.models import Presence

    Presence.objects.filter(seen__lt=Now() - SWEPT).delete()
    storage.measure_if_old()


def leave(name: str) -> None:
    """The process ends, as it was told to."""
    from gallery.models import Presence

    tally.flush()
    Presence.objects.filter(pk=name).delete()


async def report_for_ever(name: str) -> None:
    """Of a process that serves pages and does not paint."""

    tell = database_sync_to_async(report, thread_sensitive=False)
    while True:
        try:
            await tell(name, serves=True)
        except Exception as error:
            log.warning("presence cannot be told: %s", error)
        await asyncio.sleep(REPORT_SECONDS)


def gpu() -> dict[str, Any]:
    """The device that this process paints on, and its memory once it has been used: to ask a GPU
    that nobody has woken yet would take some of it."""
    torch = sys.modules.get("torch")
    if torch is None:
        return {}
    from webstyle.engine.device import pick_device

    device = pick_device(settings.DEVICE)
    told: dict[str, Any] = {"device": str(device)}
    if device.type == "cuda" and torch.cuda.is_initialized():
        free, total = torch.cuda.mem_get_info(device)
        told |= {"gpu_used": total - free, "gpu_total": total}
    return told
