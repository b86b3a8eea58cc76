"""What the operators' page shows, gathered from the rows, the tally and the notes."""

from __future__ import annotations

import importlib.metadata
import platform
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Avg, Count, F, Max, Q, Value
from django.utils import timezone

from gallery.job import Job, kinds
from gallery.models import ErrorEntry, Presence, Rendering
from gallery.operations import cleanup, counted, storage, tally
from gallery.operations.metrics import LANES, unfinished
from gallery.operations.presence import beyond, lately
from gallery.operations.version import version

State = Job.State
HOURS, ERRORS, FAILURES = 24, 20, 10
PACKAGES = ("Django", "channels", "daphne", "torch", "Pillow")
BAR, HIGH = 10, 60  # of the drawing, in its own units: the width of an hour, and the height
SETTINGS = (
    "DEBUG", "HTTPS", "LANES", "DEVICE", "PERCEPTUAL", "LEASE_SECONDS", "RESCAN_SECONDS",
    "CHECKPOINT_SECONDS", "MAX_JOBS_WAITING", "MAX_UPLOAD_BYTES", "DECODE_SECONDS",
    "DECODE_MEMORY_MB", "MIN_FREE_BYTES", "GUEST_DAYS", "LOG_FORMAT",
)  # fmt: skip


def overview() -> dict[str, Any]:
    return {
        "now": timezone.now(),
        "lanes": lanes(),
        "processes": processes(),
        "hours": hours(),
        "engines": engines(),
        "storage": stored(),
        "failures": failures(),
        "errors": ErrorEntry.objects.all()[:ERRORS],
        "versions": versions(),
        "settings": settings_shown(),
    }


def lanes() -> list[dict[str, Any]]:
    """The queue: how many, and how long the first one has waited."""
    now, newer = timezone.now(), beyond()
    told = {
        lane: {"name": lane, "queued": 0, "running": 0, "paused": 0, "newer": newer.get(lane, 0)}
        for lane in LANES
    }
    first: dict[str, Any] = {}
    for kind in kinds():
        for lane, state, number, since in unfinished(kind):
            told[lane][state] += number  # type: ignore[operator]
            if state == State.QUEUED and since:
                first[lane] = min(since, first.get(lane, since))
    return [
        entry | {"oldest": max(0, round((now - first[lane]).total_seconds()))
                 if lane in first else None}
        for lane, entry in told.items()
    ]  # fmt: skip


def processes() -> list[Presence]:
    """With ``silent`` for those that have not been heard of, and how much of the GPU is used."""
    return list(Presence.objects.annotate(silent=Q(seen__lt=lately())))


def hours() -> dict[str, Any]:
    """Jobs that ended in each of the last hours, as a drawing and as numbers."""
    now = timezone.now()
    names = [
        (now - timedelta(hours=ago)).strftime(counted.HOUR_FORM) for ago in reversed(range(HOURS))
    ]
    done, failed = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    outcomes = {str(State.DONE): done, str(State.FAILED): failed}
    for _, labels, value in tally.read(counted.HOUR):
        of = outcomes.get(labels["outcome"])
        if of is not None and labels["hour"] in of:
            of[labels["hour"]] += round(value)
    most = max(1, *(done[name] + failed[name] for name in names))
    bars = []
    for place, name in enumerate(names):
        good, bad = (HIGH * number / most for number in (done[name], failed[name]))
        bars.append({
            "hour": f"{name[-2:]}:00", "done": done[name], "failed": failed[name],
            "x": place * BAR + 1, "y_done": HIGH - good, "high_done": good,
            "y_failed": HIGH - good - bad, "high_failed": bad,
        })  # fmt: skip
    return {
        "bars": bars, "most": most, "wide": HOURS * BAR, "high": HIGH, "bar": BAR - 2,
        "done": sum(done.values()), "failed": sum(failed.values()),
    }  # fmt: skip


def engines() -> list[dict[str, Any]]:
    """Seconds a job, of the last day, by what painted it and where."""
    day = timezone.now() - timedelta(days=1)
    found: list[Any] = []
    for kind in kinds():
        rows = kind._base_manager.filter(state=State.DONE, finished__gt=day)
        name = F("engine") if kind is Rendering else Value("teaching")
        found += (
            rows.order_by().annotate(by=name).values("by", "device")
            .annotate(number=Count("pk"), mean=Avg("seconds"), most=Max("seconds"))
        )  # fmt: skip
    return sorted(found, key=lambda row: -row["number"])


def stored() -> dict[str, Any]:
    measured, cleaned = storage.noted(storage.MEASURED), storage.noted(cleanup.DONE)
    return {
        "measured": measured,
        "bytes": sum(told["bytes"] for told in measured.value.values()) if measured else 0,
        "free": storage.free_bytes(),
        "cleaned": cleaned,
    }


def failures() -> list[Job]:
    """The last jobs that failed: what the visitor was told, and where it happened."""
    rows = [
        job
        for kind in kinds()
        for job in kind._base_manager.filter(state=State.FAILED).order_by("-finished")[:FAILURES]
    ]
    return sorted(rows, key=lambda job: job.finished or job.created, reverse=True)[:FAILURES]


def versions() -> list[tuple[str, str]]:
    return [
        ("webstyle", version()),
        ("Python", platform.python_version()),
        *((name, importlib.metadata.version(name)) for name in PACKAGES),
        (connection.display_name, ".".join(map(str, connection.get_database_version()))),
    ]


def settings_shown() -> list[tuple[str, str]]:
    """Those that matter and that are no secret: addresses with passwords in them are not."""
    layer = "Redis" if settings.CHANNEL_LAYER_URL else "in memory"
    kind = type(default_storage._wrapped if bool(default_storage) else None)  # type: ignore[attr-defined]
    told = [(name, getattr(settings, name)) for name in SETTINGS]
    return [
        ("Channel layer", layer),
        ("Cache", settings.CACHES["default"]["BACKEND"].rpartition(".")[2]),
        ("Storage", kind.__name__),
        ("TRUSTED_PROXIES", str(settings.ALLAUTH_TRUSTED_PROXY_COUNT)),
        ("METRICS_TOKEN", "set" if settings.METRICS_TOKEN else "not set"),
        ("HSTS_SECONDS", str(settings.SECURE_HSTS_SECONDS)),
        *((name, shown(value)) for name, value in told),
    ]


def shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
