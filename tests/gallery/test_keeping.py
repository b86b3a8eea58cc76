"""Good enough: a visitor takes the picture as it is, before the engine would have stopped."""

from __future__ import annotations

import pytest
from django.test import Client

from gallery import services
from gallery.models import Photo, Rendering
from tests import cast
from tests.api import steer
from tests.pencil import STEPS, Pencil, recipe, steps_of

SOON = 100  # steps of 0.005 s or more: what is asked for acts within half a second


def keep(client: Client, rendering: Rendering):
    answer = steer(client, rendering, "keep")
    rendering.refresh_from_db()
    return answer


@pytest.fixture
def paused(drawing: Rendering, pencil: type[Pencil]) -> Rendering:
    pencil.at[20] = lambda: services.job_pause(drawing)
    cast.draw(drawing)
    pencil.at.clear()
    return drawing


def test_a_running_job_ends_within_a_second_with_the_picture_so_far(
    guest: Client, drawing: Rendering, pencil: type[Pencil]
) -> None:
    told: list[dict] = []
    pencil.at[20] = lambda: told.append(keep(guest, drawing).json())
    cast.draw(drawing)
    assert (told[0]["state"], told[0]["keep_requested"]) == ("running", True)
    assert drawing.state == "done"
    assert 20 <= steps_of(drawing) == pencil.told[0][-1] < 20 + SOON
    assert drawing.snapshot()["view"]
    assert drawing.step == drawing.total


def test_a_paused_job_ends_with_the_picture_at_which_it_was_paused(
    guest: Client, paused: Rendering, pencil: type[Pencil]
) -> None:
    stopped_at = pencil.told[0][-1]
    assert paused.snapshot()["keepable"]
    assert keep(guest, paused).json()["state"] == "queued"
    cast.draw(paused)
    assert paused.state == "done"
    assert pencil.told[1] == [stopped_at + 1]
    assert steps_of(paused) == stopped_at + 1


def test_what_has_not_begun_has_nothing_to_keep(guest: Client, drawing: Rendering) -> None:
    assert not drawing.snapshot()["keepable"]
    assert keep(guest, drawing).status_code == 409
    services.job_pause(drawing)
    assert keep(guest, drawing).status_code == 409
    assert (drawing.state, drawing.keep_requested) == ("paused", False)


def test_a_fast_job_is_not_kept_half_way(guest: Client, rendering: Rendering) -> None:
    cast.claim()
    assert not rendering.snapshot()["keepable"]
    assert keep(guest, rendering).status_code == 409


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_what_has_ended_is_not_kept_again(guest: Client, drawing: Rendering, state: str) -> None:
    drawing.change(state=state, checkpoint="some/where")
    assert keep(guest, drawing).status_code == 409
    assert (drawing.state, drawing.keep_requested) == (state, False)


def test_keeping_takes_a_pause_back_and_pausing_takes_keeping_back(drawing: Rendering) -> None:
    cast.claim(lane="slow")
    services.job_pause(drawing)
    services.job_keep(drawing)
    assert (drawing.pause_requested, drawing.keep_requested) == (False, True)
    services.job_pause(drawing)
    assert (drawing.pause_requested, drawing.keep_requested) == (True, False)


def test_who_cancels_what_is_to_be_kept_has_cancelled_it(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    def both() -> None:
        assert services.job_keep(drawing)
        assert services.job_cancel(drawing)
        assert not services.job_keep(drawing)

    pencil.at[20] = both
    assert cast.draw(drawing).state == "cancelled"


def test_who_cancels_while_the_result_is_stored_gets_none(
    drawing: Rendering, pencil: type[Pencil], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gallery import runs

    save = runs.Run.save

    def slowly(self: runs.Run, kind: str, *args: object, **options: object) -> str:
        if kind == "thumb":
            services.job_cancel(drawing)
        return save(self, kind, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(runs.Run, "save", slowly)
    pencil.at[5] = lambda: services.job_keep(drawing)
    assert cast.draw(drawing).state == "cancelled"
    assert not [name for name in cast.stored_files() if name.startswith("renderings")]


def test_a_kept_picture_can_be_painted_to_its_end_as_a_new_one(
    photo: Photo, pencil: type[Pencil]
) -> None:
    drawing = cast.submit(photo, recipe(steps=30))
    assert steps_of(cast.draw(drawing)) == 30 < STEPS
