"""What the site stands on is away, or full: nobody's job has failed for that, and nobody is told
that something broke."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.test import Client
from redis.exceptions import ConnectionError as RedisAwayError

from gallery import jobs, notify
from gallery.models import Photo, Rendering
from tests import cast

FULL = OSError(errno.ENOSPC, "No space left on device")
AWAY = [OperationalError("the connection is closed"), FULL, RedisAwayError("refused"),
        EndpointConnectionError(endpoint_url="http://s3")]  # fmt: skip


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for a result and part of what comes next."""
    write = default_storage._wrapped._save

    def save(name: str, content: Any) -> str:
        if "/view-" not in name:
            return write(name, content)
        write(name, type(content)(b"half"))
        raise FULL

    monkeypatch.setattr(default_storage._wrapped, "_save", save)


def test_a_job_waits_for_room_and_leaves_no_half_files(rendering: Rendering, full: None) -> None:
    cast.run(cast.claim())
    rendering.refresh_from_db()
    assert (rendering.state, rendering.attempts) == ("running", 1)
    made = [name for name in cast.stored_files() if name.startswith("renderings/")]
    assert made == [rendering.preview.name]


def test_after_the_third_time_it_is_told_why(rendering: Rendering, full: None) -> None:
    for _ in range(3):
        cast.run(cast.claim())
        cast.lose_lease(rendering)
    rendering.refresh_from_db()
    assert (rendering.state, rendering.attempts) == ("failed", 3)
    assert "storage is full" in rendering.error
    assert jobs.rescue(notify.publish) == 0


def test_once_there_is_room_it_is_done(
    rendering: Rendering, full: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.run(cast.claim())
    monkeypatch.undo()
    cast.lose_lease(rendering)
    cast.run(cast.claim())
    rendering.refresh_from_db()
    assert (rendering.state, rendering.error) == ("done", "")


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_a_page_says_that_it_will_be_back(
    guest: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """And asks the database for nothing more."""

    def away(*args: Any, **kwargs: Any) -> None:
        raise error

    guest.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("django.db.backends.utils.CursorWrapper.execute", away)
        page, told = guest.get("/gallery/"), guest.get("/api/v1/jobs")
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert b"does not answer just now" in page.content
    assert (told.status_code, told.json()["after"]) == (503, 5)
    assert guest.get("/api/v1/jobs").status_code == 200


def test_so_does_a_picture_whose_storage_is_away(
    guest: Client, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise AWAY[-1]

    guest.raise_request_exception = False
    monkeypatch.setattr(default_storage._wrapped, "_open", away)
    assert guest.get(photo.view_url).status_code == 503
