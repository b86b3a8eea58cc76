"""Small pictures in one style are painted at once: each claimed in turn, each its own job."""

from __future__ import annotations

import time
from typing import Any

import pytest
import torch
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from gallery import jobs, notify, services, together
from gallery.job import Job
from gallery.limits import usage
from gallery.models import Photo, Rendering
from gallery.runs import Run
from tests import cast, gpu
from tests.cast import ELSEWHERE, GUEST, SMALL, STRANGER
from tests.engine.painting import difference
from webstyle.engine import device, images
from webstyle.engine.engines.stylebank import StyleBank
from webstyle.engine.recipe import Recipe

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = Recipe(styles=(("great-wave", 1.0),), size=64)


@pytest.fixture(autouse=True)
def _together(settings: Any) -> None:
    settings.BATCH_MS = 1.0


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures were painted at once, each time."""
    told: list[int] = []
    paint = StyleBank.run_many

    def run_many(self: StyleBank, photos: list[Image.Image], *args: Any, **how: Any) -> Any:
        told.append(len(photos))
        return paint(self, photos, *args, **how)

    monkeypatch.setattr(StyleBank, "run_many", run_many)
    return told


def claimed() -> list[Any]:
    return [job.pk for job in together.claim("fast", ELSEWHERE)]


def runs_of(claimed: list[Job], publish: Any = notify.publish, stops: bool = False) -> list[Run]:
    return [Run(job, publish, lambda: stops) for job in claimed]


def work(publish: Any = notify.publish) -> None:
    """One turn of a lane."""
    together.Together(runs_of(together.claim("fast", ELSEWHERE), publish))()


def wait(photo: Photo, number: int, recipe: Recipe = SMALL) -> list[Rendering]:
    return [cast.submit(photo, recipe) for _ in range(number)]


def states(rows: list[Rendering]) -> list[str]:
    for row in rows:
        row.refresh_from_db()
    return [row.state for row in rows]


def painted(row: Rendering) -> Image.Image:
    return Image.open(row.result.open()).convert("RGB")


# Which are claimed.


def test_those_that_wait_in_one_style_are_claimed_at_once(photo: Photo, settings: Any) -> None:
    settings.BATCH_MOST = 3
    rows = wait(photo, 4)
    assert claimed() == [row.pk for row in rows[:3]]
    assert states(rows) == ["running"] * 3 + ["queued"]
    assert {row.worker for row in rows[:3]} == {ELSEWHERE}


def test_each_is_painted_alone_where_that_is_set_and_on_a_cpu(
    photo: Photo, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = wait(photo, 3)
    settings.BATCH_MS = 0
    assert claimed() == [rows[0].pk]
    settings.BATCH_MS = None
    assert claimed() == [rows[1].pk]
    assert together.wait() == 0
    monkeypatch.setattr(device, "pick_device", lambda name: gpu.GPU)
    assert together.wait() == 0.005


def test_what_comes_while_the_first_one_waits_is_painted_with_it(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = wait(photo, 1)
    late: list[Rendering] = []
    monkeypatch.setattr(together.time, "sleep", lambda seconds: late.extend(wait(photo, 1)))
    assert claimed() == [first.pk, late[0].pk]


def test_turns_stay_turns_whoever_is_next_and_not_alike_ends_the_batch(photo: Photo) -> None:
    mine = wait(photo, 3)
    theirs = wait(cast.make_photo(STRANGER), 1, OTHER)
    assert claimed() == [mine[0].pk]
    assert claimed() == [theirs[0].pk]
    assert claimed() == [mine[1].pk, mine[2].pk]


def test_pictures_of_several_owners_go_together(photo: Photo, batches: list[int]) -> None:
    rows = wait(photo, 2) + wait(cast.make_photo(STRANGER), 2)
    assert set(claimed()) == {row.pk for row in rows}


def test_no_more_of_one_owner_are_claimed_than_may_run(photo: Photo, settings: Any) -> None:
    settings.QUOTAS = settings.QUOTAS | {"guest": settings.QUOTAS["guest"] | {"at_once": 2}}
    rows = wait(photo, 4)
    assert claimed() == [row.pk for row in rows[:2]]
    assert claimed() == []


@pytest.mark.parametrize(
    "other",
    [
        OTHER,
        Recipe(styles=(("udnie", 1.0),), size=65),
        Recipe(styles=(("udnie", 1.0),), size=64, strength=0.5),
        Recipe(styles=(("udnie", 1.0),), size=64, keep_color=True),
    ],
)
def test_pictures_by_other_recipes_do_not_go_together(photo: Photo, other: Recipe) -> None:
    rows = wait(photo, 1) + wait(photo, 1, other)
    assert claimed() == [rows[0].pk]


def test_nor_do_photos_of_other_proportions_regions_and_large_pictures(photo: Photo) -> None:
    wide, tall = wait(photo, 1) + wait(cast.make_photo(name="astronaut.png"), 1)
    assert together.key_of(wide) != together.key_of(tall)
    masked = wide.recipe | {"masks": [["udnie", "m"]]}
    for values in ({"recipe": masked}, {"engine": "sheet"}, {"width": 1025, "height": 1024}):
        wide.refresh_from_db()
        assert together.key_of(wide)
        for name, value in values.items():
            setattr(wide, name, value)
        assert together.key_of(wide) is None, values


def test_what_is_claimed_is_painted_even_if_the_others_cannot_be_claimed(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = wait(photo, 2)
    claim = jobs.claim

    def once(lane: str, worker: str, like: Any = None) -> Any:
        return 1 / 0 if like else claim(lane, worker)

    monkeypatch.setattr(jobs, "claim", once)
    assert claimed() == [rows[0].pk]


# What becomes of them.


def test_each_gets_its_own_picture(photo: Photo, batches: list[int]) -> None:
    dark = cast.make_upload(Photo(title="Dark", **GUEST.fields), "rocket.jpg", 256)
    black = images.encode(Image.new("RGB", (256, 171)), "jpg")
    default_storage.delete(dark.original.name)
    assert default_storage.save(dark.original.name, ContentFile(black)) == dark.original.name
    Photo.objects.filter(pk=dark.pk).update(width=256, height=171)
    dark.refresh_from_db()
    rows = [cast.submit(photo), cast.submit(dark), cast.submit(photo)]
    work()
    assert batches == [3]
    assert states(rows) == ["done"] * 3
    first, second, third = (painted(row) for row in rows)
    assert difference(first, third) < 2  # each has a mark of its own
    assert difference(first, second) > 20


def test_a_batch_paints_what_each_alone_would_have_been(photo: Photo, batches: list[int]) -> None:
    second = cast.make_photo(name="coffee.png")
    rows = [cast.submit(photo), cast.submit(second), cast.submit(photo)]
    work()
    assert batches == [3]
    assert states(rows) == ["done"] * 3
    alone = cast.submit(photo)
    cast.run(cast.claim())
    alone.refresh_from_db()
    for row in rows:
        assert (row.width, row.height, row.device) == (64, 43, "cpu")
        assert difference(painted(row), painted(alone)) < 2  # each has a mark of its own
        assert row.finished
        assert row.attempts == 1


def test_the_seconds_of_a_batch_are_shared(photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    paint = StyleBank.run_many

    def slowly(self: StyleBank, *args: Any, **how: Any) -> Any:
        time.sleep(4.5)
        return paint(self, *args, **how)

    monkeypatch.setattr(StyleBank, "run_many", slowly)
    rows = wait(photo, 3)
    work()
    assert states(rows) == ["done"] * 3
    assert all(1.5 <= row.seconds < 4.5 for row in rows)
    assert 4.5 <= usage.of_owner(GUEST)["seconds"] < 13.5


def test_a_photo_that_is_lost_fails_alone(photo: Photo, batches: list[int]) -> None:
    bad = cast.make_photo()
    rows = [cast.submit(photo), cast.submit(bad), cast.submit(photo)]
    bad.original.storage.delete(bad.original.name)
    work()
    assert states(rows) == ["done", "failed", "done"]
    assert batches == [2]


def test_a_batch_that_runs_out_of_memory_is_painted_one_by_one(
    photo: Photo, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(self: Any, *args: Any, **how: Any) -> Any:
        raise torch.OutOfMemoryError(gpu.SAID)

    monkeypatch.setattr(StyleBank, "run_many", full)
    rows = wait(photo, 3)
    work()
    assert states(rows) == ["done"] * 3
    assert {row.note for row in rows} == {""}
    assert "3 jobs are painted one by one" in caplog.text


def test_one_is_cancelled_while_the_batch_is_painted(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = wait(photo, 3)
    paint = StyleBank.run_many

    def while_painted(self: StyleBank, *args: Any, **how: Any) -> Any:
        services.job_cancel(rows[1])
        return paint(self, *args, **how)

    monkeypatch.setattr(StyleBank, "run_many", while_painted)
    work()
    assert states(rows) == ["done", "cancelled", "done"]
    assert not rows[1].result


def test_a_worker_that_is_told_to_stop_gives_the_batch_back(photo: Photo) -> None:
    rows = wait(photo, 3)
    group = runs_of(together.claim("fast", ELSEWHERE), stops=True)
    together.Together(group)()
    assert states(rows) == ["queued"] * 3
    assert {row.attempts for row in rows} == {0}


def test_a_lease_that_was_lost_meanwhile_costs_only_that_job(photo: Photo) -> None:
    rows = wait(photo, 2)
    group = runs_of(together.claim("fast", ELSEWHERE))
    cast.lose_lease(rows[0])
    together.Together(group)()
    assert states(rows) == ["queued", "done"]


def test_the_pages_hear_that_each_is_painted_before_the_batch_is(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    rows = wait(photo, 2)
    paint = StyleBank.run_many

    def after_that(self: StyleBank, *args: Any, **how: Any) -> Any:
        assert told == [(row.pk, "running") for row in rows]
        return paint(self, *args, **how)

    monkeypatch.setattr(StyleBank, "run_many", after_that)
    work(lambda job: told.append((job.pk, str(job.state))))
    done = [pk for pk, state in told if state == "done"]  # in any order: on a core each
    assert sorted(done) == sorted(row.pk for row in rows)
