"""A real site is watched while it paints: one scrape tells of all of its processes."""

from __future__ import annotations

import http.client
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from gallery.models import ErrorEntry, Photo, Presence, Rendering
from tests import cast
from tests.gallery.test_metrics import TOKEN, Samples, parsed, value
from tests.gallery.test_workers import name_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


def scrape(port: int) -> Samples:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 200, text
    return parsed(text)


def answers(port: int) -> bool:
    try:
        return bool(scrape(port))
    except OSError:
        return False


def running(samples: Samples) -> bool:
    return value(samples, "webstyle_jobs", lane="fast", kind="picture", state="running") == 1


def test_a_scrape_while_a_picture_is_painted(photo: Photo, tmp_path: Path) -> None:
    port, log = cast.free_port(), tmp_path / "log"
    with cast.managing(log, "serve", "--port", port, METRICS_TOKEN=TOKEN, LOG_FORMAT="json") as one:
        cast.wait_until(lambda: answers(port), log)
        long = cast.submit(photo, cast.LARGE)
        cast.wait_until(lambda: running(scrape(port)), log)
        told = scrape(port)
        seen = "webstyle_process_last_seen_timestamp_seconds"
        assert value(told, seen, process=name_of(one), serves="yes", lanes="fast,slow")
        assert value(told, "webstyle_job_wait_seconds_count", lane="fast") >= 0

        def done() -> Any:
            samples = scrape(port)
            key = ("webstyle_job_seconds_count", ("device", "cpu"), ("engine", "stylebank"))
            return samples if samples.get(key) else None

        told = cast.wait_until(done, log)
        long.refresh_from_db()
        assert (long.state, long.device) == ("done", "cpu")
        assert value(told, "webstyle_job_wait_seconds_count", lane="fast") == 1
        scrapes = value(told, "webstyle_http_requests_total", view="metrics", method="GET",
                        status="2xx")  # fmt: skip
        assert scrapes >= 3
        one.terminate()
        assert one.wait(60) == 0, log.read_text()
    assert not Presence.objects.exists()
    text = log.read_text()
    assert f'"job": "{long.pk}"' in text
    assert TOKEN not in text
    assert not ErrorEntry.objects.exists()


def test_two_servers_and_a_worker_tell_the_same(
    photo: Photo, tmp_path: Path, redis_url: str
) -> None:
    ports, log = [cast.free_port(), cast.free_port()], tmp_path / "log"
    given = {"CHANNEL_LAYER_URL": redis_url, "METRICS_TOKEN": TOKEN}
    doors = [cast.managing(log, "serve", "--no-worker", "--port", port, **given) for port in ports]
    with doors[0] as first, doors[1], cast.managing(log, "worker", **given) as worker:
        for port in ports:
            cast.wait_until(lambda port=port: answers(port), log)
        cast.wait_until(lambda: Presence.objects.count() == 3, log)
        cast.submit(photo)

        def counted() -> bool:
            ended = {"engine": "stylebank", "device": "cpu", "outcome": "done"}
            name = ("webstyle_jobs_ended_total", *sorted(ended.items()))
            return all(scrape(port).get(name) == 1 for port in ports)

        cast.wait_until(counted, log)
        row = Presence.objects.get(pk=name_of(worker))
        assert (row.lanes, row.serves, row.device) == (["fast", "slow"], False, "cpu")
        cast.wait_until(lambda: Presence.objects.get(pk=name_of(worker)).jobs == 1, log)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        before = value(scrape(ports[1]), "webstyle_jobs_ended_total", engine="stylebank",
                       device="cpu", outcome="done")  # fmt: skip
        Rendering.objects.all().delete()
        after = value(scrape(ports[1]), "webstyle_jobs_ended_total", engine="stylebank",
                      device="cpu", outcome="done")  # fmt: skip
        assert before == after == 1
        worker.terminate()
        assert worker.wait(60) == 0, log.read_text()
        assert not Presence.objects.filter(pk=name_of(worker)).exists()
        assert Presence.objects.filter(pk=name_of(first)).exists(), "killed: it stays, silent"
