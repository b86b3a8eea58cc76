"""A snapshot is the whole state of a job, numbered, so that a lost one does no harm."""

from __future__ import annotations

import copy
from datetime import timedelta
from itertools import pairwise

from django.utils import timezone

from gallery.models import Rendering
from tests import cast
from tests.pencil import recipe as pencil_recipe


def test_every_change_gives_a_higher_number(rendering: Rendering) -> None:
    told: list[dict] = [rendering.snapshot()]
    cast.run(cast.claim(), lambda row: told.append(row.snapshot()))
    numbers = [snapshot["seq"] for snapshot in told]
    assert len(numbers) >= 4
    assert numbers == sorted(set(numbers))


def test_a_job_is_told_from_waiting_to_done(rendering: Rendering) -> None:
    told: list[dict] = []
    cast.run(cast.claim(), lambda row: told.append(row.snapshot()))
    assert [told[0]["state"], told[-1]["state"]] == ["running", "done"]
    steps = [snapshot["step"] for snapshot in told]
    assert steps == sorted(steps)
    assert told[-1]["step"] == told[-1]["total"] > 0


def test_pages_are_told_at_most_five_times_a_second_besides_previews(rendering: Rendering) -> None:
    told: list[dict] = []
    cast.run(cast.claim(), lambda row: told.append(row.snapshot()))
    during = [s for s in told if s["state"] == "running" and not s["preview"]]
    seconds = Rendering.objects.get().seconds
    assert len(during) <= 3 + 5 * seconds


def test_a_preview_comes_as_an_address_while_painting_and_goes_with_the_end(
    rendering: Rendering, guest
) -> None:
    found: list[int] = []

    def publish(row: Rendering) -> None:
        if address := row.snapshot()["preview"]:
            found.append(guest.get(address).status_code)

    cast.run(cast.claim(), publish)
    assert set(found) == {200}
    rendering.refresh_from_db()
    assert rendering.snapshot()["preview"] is None
    assert not [name for name in cast.stored_files() if "preview" in name]


def test_what_an_event_carries_is_not_lost_for_one_just_before_it(photo, pencil, settings) -> None:
    settings.CHECKPOINT_SECONDS = 0
    drawing = cast.submit(photo, pencil_recipe(steps=6, pace=0.25, chatty=True))
    told: list[Rendering] = []
    cast.draw(drawing, lambda row: told.append(copy.copy(row)))
    assert [row for row in told if row.preview]
    assert [row for row in told if row.checkpoint]


def test_previews_come_at_most_twice_a_second(photo, pencil) -> None:
    drawing = cast.submit(photo, pencil_recipe(steps=150))
    seen: list[str] = []
    cast.draw(drawing, lambda row: seen.append(row.preview.name))
    changes = [name for name, before in pairwise(seen[:-1]) if name != before]
    assert 2 <= len(changes) <= 2 + 2 * drawing.seconds


def test_a_finished_picture_has_its_addresses_and_true_size(painted: Rendering) -> None:
    snapshot = painted.snapshot()
    assert snapshot["view"]
    assert snapshot["thumb"]
    assert (snapshot["width"], snapshot["height"]) == (64, 43)
    assert painted.seconds > 0


def test_a_waiting_picture_has_no_addresses_but_its_size_to_be(rendering: Rendering) -> None:
    snapshot = rendering.snapshot()
    assert (snapshot["view"], snapshot["thumb"], snapshot["preview"]) == (None, None, None)
    assert (snapshot["width"], snapshot["height"]) == (64, 43)


def test_the_time_left_follows_from_the_pace_so_far(rendering: Rendering) -> None:
    row = cast.claim()
    assert row.snapshot()["eta"] is None
    row.change(step=1, total=4, started=timezone.now() - timedelta(seconds=10))
    assert 29 <= row.snapshot()["eta"] <= 33
    row.change(state="done", step=4)
    assert row.snapshot()["eta"] is None


def test_the_snapshot_says_what_was_asked_for(photo) -> None:
    recipe = cast.Recipe(styles=(("udnie", 1.0),), size=512, strength=0.5, keep_color=True)
    snapshot = cast.submit(photo, recipe).snapshot()
    assert (snapshot["size"], snapshot["strength"], snapshot["keep_color"]) == (512, 0.5, True)
    assert [style["slug"] for style in snapshot["styles"]] == ["udnie"]
