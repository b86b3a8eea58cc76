"""The site in numbers, for Prometheus.

All of it is of the whole site, whichever process answers: what is now is asked of the database,
what only grows stands in the tally (see tally.py). So one scrape of any one process is enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from gallery.job import Job, kinds
from gallery.jobs import worker_name
from gallery.models import Presence
from gallery.operations import counted, presence, storage, tally
from gallery.operations.sockets import SocketLog
from gallery.operations.version import version

State = Job.State
LANES = ("fast", "slow")
COUNTERS = {
    counted.ENDED: ("webstyle_jobs_ended", "Jobs that ended", ["engine", "device", "outcome"]),
    counted.FAILED: ("webstyle_jobs_failed", "Jobs that failed", ["engine", "reason"]),
    counted.SHORT: (
        "webstyle_jobs_short_of_memory",
        "Jobs that went on in smaller parts or on the CPU",
        ["engine", "device"],
    ),
    counted.REQUESTS: ("webstyle_http_requests", "Requests answered", ["view", "method", "status"]),
    counted.ERRORS: ("webstyle_errors", "Errors in the log", ["logger"]),
}
HISTOGRAMS = {
    counted.SECONDS: (
        "webstyle_job_seconds", "Seconds of work on a job that was done",
        ["engine", "device"], counted.OF_JOBS,
    ),
    counted.WAIT: (
        "webstyle_job_wait_seconds", "Seconds that a job waited for a worker",
        ["lane"], counted.OF_JOBS,
    ),
    counted.LATENCY: (
        "webstyle_http_request_seconds", "Seconds until an answer began",
        ["view"], counted.OF_REQUESTS,
    ),
}  # fmt: skip


def text() -> bytes:
    """In the text format of Prometheus."""
    tally.flush()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Site())
    return generate_latest(registry)


class Site:
    """A collector: asks anew at each scrape."""

    def collect(self) -> Iterator[Metric]:
        yield gauge("webstyle_info", "What runs here", {"version": version()}, 1)
        yield from queue()
        yield from processes()
        yield from stored()
        yield from sums()


def gauge(name: str, about: str, labels: dict[str, str], value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family


def queue() -> Iterator[Metric]:
    jobs = GaugeMetricFamily(
        "webstyle_jobs", "Jobs that have not ended", labels=["lane", "kind", "state"]
    )
    oldest = GaugeMetricFamily(
        "webstyle_queue_oldest_wait_seconds", "How long the oldest waiting job waits",
        labels=["lane"],
    )  # fmt: skip
    since: dict[str, Any] = {}
    for kind in kinds():
        for lane, state, number, first in unfinished(kind):
            jobs.add_metric([lane, kind.KIND, state], number)
            if state == State.QUEUED and number:
                since[lane] = min(first, since.get(lane, first))
    now = timezone.now()
    for lane in LANES:
        waits = (now - since[lane]).total_seconds() if lane in since else 0.0
        oldest.add_metric([lane], max(0.0, waits))
    beyond = GaugeMetricFamily(
        "webstyle_jobs_for_newer_worker", "Waiting jobs that no worker is new enough for",
        labels=["lane"],
    )  # fmt: skip
    told = presence.beyond()
    for lane in LANES:
        beyond.add_metric([lane], told.get(lane, 0))
    yield from (jobs, oldest, beyond)


def unfinished(kind: type[Job]) -> Iterator[tuple[str, str, int, Any]]:
    """Lane, state, how many, and since when the first one waits; none of them is a number too."""
    rows = kind.objects.kept().filter(state__in=Job.UNFINISHED).order_by()
    told = rows.values_list("lane", "state").annotate(Count("pk"), Min("queued"))
    found = {(lane, state): (number, first) for lane, state, number, first in told}
    for lane in LANES:
        for state in Job.UNFINISHED:
            number, first = found.get((lane, state), (0, None))
            yield lane, str(state), number, first


def processes() -> Iterator[Metric]:
    seen = GaugeMetricFamily(
        "webstyle_process_last_seen_timestamp_seconds", "When a process was last heard of",
        labels=["process", "serves", "lanes"],
    )  # fmt: skip
    worked = CounterMetricFamily(
        "webstyle_worker_jobs", "Attempts at jobs of a worker since it started", labels=["process"]
    )
    sockets = GaugeMetricFamily("webstyle_sockets_open", "Open WebSockets", labels=["process"])
    memory = GaugeMetricFamily(
        "webstyle_gpu_memory_bytes", "Memory of the GPU of a worker",
        labels=["process", "device", "what"],
    )  # fmt: skip
    here = worker_name()
    open_by = {here: SocketLog.open}
    for row in Presence.objects.all():
        serves = "yes" if row.serves else "no"
        seen.add_metric([row.name, serves, ",".join(row.lanes)], row.seen.timestamp())
        if row.serves:
            open_by.setdefault(row.name, row.sockets)
        if row.lanes:
            worked.add_metric([row.name], row.jobs)
        if row.gpu_total is not None:
            memory.add_metric([row.name, row.device, "used"], row.gpu_used or 0)
            memory.add_metric([row.name, row.device, "total"], row.gpu_total)
    for name, number in open_by.items():
        sockets.add_metric([name], number)
    yield from (seen, worked, sockets, memory)


def stored() -> Iterator[Metric]:
    from gallery.accounts.belongings import kind_of, owned_models

    rows = GaugeMetricFamily("webstyle_rows", "Rows of the database", labels=["kind"])
    for model in owned_models():
        rows.add_metric([kind_of(model)], model._base_manager.count())
    free = GaugeMetricFamily("webstyle_disk_free_bytes", "Free on the disk", labels=["setting"])
    for name, left in storage.free_bytes().items():
        free.add_metric([name], left)
    yield from (rows, free)
    if (note := storage.noted(storage.MEASURED)) is None:
        return
    files = GaugeMetricFamily("webstyle_storage_files", "Files in the storage", labels=["folder"])
    size = GaugeMetricFamily("webstyle_storage_bytes", "Bytes in the storage", labels=["folder"])
    for folder, told in note.value.items():
        files.add_metric([folder], told["files"])
        size.add_metric([folder], told["bytes"])
    measured = "webstyle_storage_measured_timestamp_seconds"
    yield from (files, size, gauge(measured, "When the storage was measured", {},
                                   note.at.timestamp()))  # fmt: skip


def sums() -> Iterator[Metric]:
    found: dict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)
    for name, labels, value in tally.read():
        found[name].append((labels, value))
    for name, (title, about, names) in COUNTERS.items():
        family = CounterMetricFamily(title, about, labels=names)
        for labels, value in found[name]:
            family.add_metric([labels.get(label, "") for label in names], value)
        yield family
    for name, (title, about, names, bounds) in HISTOGRAMS.items():
        histogram = HistogramMetricFamily(title, about, labels=names)
        for labels, (counts, total) in tally.histograms(found[name]):
            values = [labels.get(label, "") for label in names]
            histogram.add_metric(values, cumulative(counts, bounds), total)
        yield histogram


def cumulative(counts: dict[str, float], bounds: tuple[float, ...]) -> list[tuple[str, float]]:
    """As Prometheus wants buckets: each with all that are below it."""
    told, below = [], 0.0
    for bound in [*(f"{bound:g}" for bound in bounds), "+Inf"]:
        below += counts.get(bound, 0.0)
        told.append((bound, below))
    return told
