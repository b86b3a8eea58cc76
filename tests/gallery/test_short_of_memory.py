"""A job for which memory ran out ends in a picture all the same, and says how it was painted."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from django.test import Client
from PIL import Image

from gallery import runs, services
from gallery.crafts import PictureCraft
from gallery.models import Photo, Rendering
from tests import cast, gpu
from tests.gallery.test_metrics import scrape, value
from tests.gpu import Room, plug_in
from webstyle.engine.engines.stylebank import StyleBank
from webstyle.engine.events import Progress
from webstyle.engine.recipe import Recipe

MIDDLE = Recipe(styles=(("udnie", 1.0),), size=256)
SOME, NONE = 700_000, 1000  # see tests/engine/test_fallback.py
IN_PARTS = "cuda:0 ran out of memory: painted in smaller parts"
ON_CPU = "cuda:0 ran out of memory: painted on the CPU"


@pytest.fixture(autouse=True)
def _on_the_gpu(settings: Any) -> None:
    settings.DEVICE = "cuda:0"


def painted(photo: Photo) -> Rendering:
    cast.submit(photo, MIDDLE)
    return cast.run(cast.claim())


def test_the_row_the_page_and_the_api_say_that_it_was_painted_in_smaller_parts(
    photo: Photo, guest: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plug_in(monkeypatch, Room(SOME))
    row = painted(photo)
    assert (row.state, row.device, row.note) == ("done", "cuda:0", IN_PARTS)
    assert (row.width, row.height) == (256, 171)
    page = guest.get(row.get_absolute_url()).content.decode()
    assert f'<p class="note" data-job-note>{IN_PARTS}</p>' in page
    assert guest.get(row.api_url).json()["note"] == IN_PARTS
    assert f"cuda:0 ran out of memory: {gpu.SAID}" in caplog.messages


def test_with_too_little_for_that_it_is_painted_on_the_cpu(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, Room(NONE))
    row = painted(photo)
    assert (row.state, row.device, row.note) == ("done", "cpu", ON_CPU)
    short = "webstyle_jobs_short_of_memory_total"
    assert value(scrape(), short, engine="stylebank", device="cpu") == 1


def test_a_visitor_reads_it_in_their_language(
    photo: Photo, monkeypatch: pytest.MonkeyPatch, guest: Client
) -> None:
    plug_in(monkeypatch, Room(NONE))
    row = painted(photo)
    page = guest.get(row.get_absolute_url(), headers={"accept-language": "zh-CN"})
    assert "cuda:0 内存不足" in page.content.decode()


def test_with_room_enough_there_is_nothing_to_say(
    photo: Photo, guest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, Room(1e9))
    row = painted(photo)
    assert (row.state, row.device, row.note) == ("done", "cuda:0", "")
    page = guest.get(row.get_absolute_url()).content.decode()
    assert '<p class="note" data-job-note hidden></p>' in page
    assert not [key for key in scrape() if key[0] == "webstyle_jobs_short_of_memory_total"]


def test_a_preview_for_which_there_is_no_room_takes_the_picture_not_with_it(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, Room(1e9))
    tried: list[Any] = []

    def no_preview(self: Any, *args: Any) -> Image.Image:
        tried.append(args)
        raise torch.OutOfMemoryError(gpu.SAID)

    monkeypatch.setattr(StyleBank, "paint", no_preview)
    row = painted(photo)
    assert tried
    assert (row.state, row.error) == ("done", "")


def test_where_there_is_no_way_left_the_reason_names_the_remedy(
    photo: Photo, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEVICE = "cpu"

    def full(self: Any, *args: Any, **kwargs: Any) -> Any:
        yield Progress(0, 1, "Opening the paint box")
        torch.empty(10**15)

    monkeypatch.setattr(StyleBank, "run", full)
    row = painted(photo)
    assert (row.state, row.error) == ("failed", PictureCraft.no_memory)
    reason = {"engine": "stylebank", "reason": "memory"}
    assert value(scrape(), "webstyle_jobs_failed_total", **reason) == 1


def test_one_that_is_tried_again_says_nothing_of_the_last_time(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, Room(NONE))
    monkeypatch.setattr(runs.Run, "finish", lambda self, *args: 1 / 0)
    row = painted(photo)
    assert (row.state, row.note) == ("failed", ON_CPU)
    assert services.job_retry(row)
    row.refresh_from_db()
    assert row.note == ""
