"""``/metrics``: right with several processes, never shrinking, and not for everybody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from gallery import jobs, notify, services
from gallery.models import Presence, Rendering, Tally
from gallery.operations import counted, metrics, presence, storage, tally
from tests import cast
from tests.members import make_member, signed_in

TOKEN = "0123456789abcdef0123"
Samples = dict[tuple[Any, ...], float]


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    tally._counted.clear()
    yield
    tally._counted.clear()


def parsed(text: str) -> Samples:
    """By name and labels, as Prometheus reads it."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape() -> Samples:
    return parsed(metrics.text().decode())


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[(name, *sorted(labels.items()))]


pytestmark = pytest.mark.django_db


def test_only_who_knows_the_token_or_is_staff_finds_them(guest: Client, settings) -> None:
    staff = make_member("stan")
    staff.is_staff = True
    staff.save()
    clients = (guest, signed_in(make_member("mia")))

    def status(client: Client, token: str) -> int:
        headers = {"Authorization": token} if token else {}
        return client.get("/metrics", headers=headers).status_code

    tokens = ("", f"Bearer {TOKEN}", "Bearer ", "Bearer None", f"Basic {TOKEN}")
    assert {status(client, token) for client in clients for token in tokens} == {404}
    settings.METRICS_TOKEN = TOKEN
    assert status(guest, f"Bearer {TOKEN}") == 200
    wrong = (
        "",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        "Bearer é",
    )
    assert {status(guest, token) for token in wrong} == {404}
    answer = signed_in(staff).get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert parsed(answer.text)


def test_the_queue_is_told_by_lane_kind_and_state(rendering: Rendering) -> None:
    cast.submit(rendering.photo)
    services.remove(cast.submit(rendering.photo))
    Rendering.objects.filter(pk=rendering.pk).update(
        queued=timezone.now() - timezone.timedelta(seconds=90)
    )
    told = scrape()
    of = {"lane": "fast", "kind": "picture"}
    assert value(told, "webstyle_jobs", **of, state="queued") == 2
    assert value(told, "webstyle_jobs", **of, state="running") == 0
    assert value(told, "webstyle_jobs", lane="slow", kind="style", state="paused") == 0
    assert 90 <= value(told, "webstyle_queue_oldest_wait_seconds", lane="fast") < 150
    assert value(told, "webstyle_queue_oldest_wait_seconds", lane="slow") == 0
    assert value(told, "webstyle_rows", kind="picture") == 3


def test_what_was_painted_is_counted_and_stays_so_when_it_is_deleted(rendering: Rendering) -> None:
    done = cast.run(cast.claim())
    assert done.state == "done"
    told = scrape()
    of = {"engine": "stylebank", "device": "cpu"}
    assert value(told, "webstyle_jobs_ended_total", **of, outcome="done") == 1
    assert value(told, "webstyle_job_seconds_count", **of) == 1
    assert value(told, "webstyle_job_seconds_sum", **of) == pytest.approx(done.seconds)
    assert value(told, "webstyle_job_wait_seconds_count", lane="fast") == 1
    Rendering.objects.all().delete()
    again = scrape()
    assert value(again, "webstyle_jobs_ended_total", **of, outcome="done") == 1
    assert value(again, "webstyle_rows", kind="picture") == 0


def test_failures_are_counted_by_engine_and_reason(rendering: Rendering, monkeypatch) -> None:
    from gallery.crafts import PictureCraft

    for number, error in enumerate((MemoryError(), RuntimeError("x")), 1):

        def fail(self: Any, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(PictureCraft, "prepare", fail)
        cast.run(cast.claim())
        assert sum(v for k, v in scrape().items() if k[0] == "webstyle_jobs_failed_total") == number
        cast.submit(rendering.photo)
    told = scrape()
    for reason in ("memory", "error"):
        assert value(told, "webstyle_jobs_failed_total", engine="stylebank", reason=reason) == 1
    lost = cast.claim()
    Rendering.objects.filter(pk=lost.pk).update(attempts=3)
    cast.lose_lease(lost)
    assert value(scrape(), "webstyle_jobs_failed_total", engine="stylebank", reason="lost") == 1


def test_what_is_cancelled_while_it_waits_is_counted(rendering: Rendering) -> None:
    services.job_cancel(rendering)
    labels = {"engine": "stylebank", "device": "none", "outcome": "cancelled"}
    assert value(scrape(), "webstyle_jobs_ended_total", **labels) == 1


def test_buckets_are_cumulative(db: None) -> None:
    for seconds in (0.2, 0.5, 7.0, 1e6):
        tally.observe(counted.SECONDS, seconds, counted.OF_JOBS, engine="x", device="cpu")
    told = scrape()
    of = {"engine": "x", "device": "cpu"}
    for bound, below in (("0.5", 2), ("5.0", 2), ("10.0", 3), ("1800.0", 3), ("+Inf", 4)):
        told_below = {k: v for k, v in told.items() if k[0] == "webstyle_job_seconds_bucket"}
        found = [v for k, v in told_below.items() if float(dict(k[1:])["le"]) == float(bound)]
        assert found == [below], bound
    assert value(told, "webstyle_job_seconds_count", **of) == 4


def test_requests_are_counted_by_view_and_not_by_address(guest: Client) -> None:
    for number in range(5):
        guest.get(f"/nothing/{number}/")
    guest.get(reverse("mine"))
    guest.generic("X\nFORGED", reverse("mine"))
    told = scrape()
    requests = {k: v for k, v in told.items() if k[0] == "webstyle_http_requests_total"}
    of = dict.fromkeys(("method", "view", "status"))
    assert value(told, "webstyle_http_requests_total", view="none", method="GET", status="4xx") == 5
    assert value(told, "webstyle_http_requests_total", view="mine", method="GET", status="2xx") == 1
    assert len(requests) == 3
    assert all(dict(key[1:]).keys() == of.keys() for key in requests)
    assert {dict(key[1:])["method"] for key in requests} == {"GET", "other"}
    assert value(told, "webstyle_http_request_seconds_count", view="none") == 5


def test_processes_tell_of_themselves(db: None) -> None:
    seen = timezone.now()
    Presence.objects.create(
        pk="easel:1", lanes=["fast", "slow"], device="cuda:0", jobs=7, seen=seen,
        gpu_used=3 << 30, gpu_total=80 << 30,
    )  # fmt: skip
    Presence.objects.create(pk="door:2", serves=True, sockets=12, seen=seen)
    told = scrape()
    last = "webstyle_process_last_seen_timestamp_seconds"
    assert value(told, last, process="easel:1", serves="no", lanes="fast,slow") == pytest.approx(
        seen.timestamp()
    )
    memory = {"process": "easel:1", "device": "cuda:0"}
    assert value(told, "webstyle_gpu_memory_bytes", **memory, what="used") == 3 << 30
    assert value(told, "webstyle_gpu_memory_bytes", **memory, what="total") == 80 << 30
    assert value(told, "webstyle_worker_jobs_total", process="easel:1") == 7
    assert value(told, "webstyle_sockets_open", process="door:2") == 12
    assert value(told, "webstyle_sockets_open", process=jobs.worker_name()) == 0


def test_a_process_writes_one_row_and_takes_it_away(db: None) -> None:
    for _ in range(2):
        presence.report("easel:3", serves=True)
    assert Presence.objects.get().name == "easel:3"
    presence.leave("easel:3")
    assert not Presence.objects.exists()


def test_rows_of_processes_that_fell_silent_long_ago_are_swept(db: None) -> None:
    for name, minutes in (("here:1", 0), ("silent:2", 10), ("gone:3", 90)):
        seen = timezone.now() - timezone.timedelta(minutes=minutes)
        Presence.objects.create(pk=name, seen=seen)
    presence.tidy()
    assert set(Presence.objects.values_list("pk", flat=True)) == {"here:1", "silent:2"}


@pytest.mark.local("a bucket is measured by `manage.py cleanup` alone")
def test_the_storage_is_measured_by_folder(painted: Rendering) -> None:
    presence.tidy()
    told = scrape()
    sizes = [storage.size_of(name) for name in cast.stored_files() if name.startswith("photos/")]
    assert value(told, "webstyle_storage_files", folder="photos") == len(sizes) == 3
    assert value(told, "webstyle_storage_bytes", folder="photos") == sum(sizes)
    assert value(told, "webstyle_disk_free_bytes", setting="MEDIA_ROOT") > 0


def test_what_cannot_be_written_is_not_lost(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(taken: Any) -> None:
        raise DatabaseError("away")

    counted.request_answered("home", "GET", 200, 0.1)
    with monkeypatch.context() as broken:
        broken.setattr(tally, "write", away)
        tally.flush()
    counted.request_answered("home", "GET", 200, 0.1)
    told = scrape()
    assert value(told, "webstyle_http_requests_total", view="home", method="GET", status="2xx") == 2


@pytest.mark.django_db(transaction=True)
def test_processes_that_count_at_once_lose_nothing() -> None:
    """Each thread has a connection of its own, as a process has."""
    from django.db import connection

    key = tally.key_of("x", {"a": "b"})

    def count() -> None:
        try:
            for _ in range(20):
                tally.write({key: 1.0})
        finally:
            connection.close()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Tally.objects.get(key=key).value == 80


def test_a_job_does_not_fail_with_its_tally(rendering: Rendering, monkeypatch) -> None:
    def away(taken: Any) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(tally, "write", away)
    assert cast.run(cast.claim(), notify.publish).state == "done"
