"""A slow job can be paused and goes on from where it was; a fast one is not worth it."""

from __future__ import annotations

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from gallery import jobs, services
from gallery.models import Photo, Rendering
from tests import cast
from tests.api import paint, steer
from tests.pencil import STEPS, Pencil, recipe, steps_of

SOON = 100  # steps of 0.005 s or more: what is asked for acts within half a second


def act(client: Client, action: str, rendering: Rendering):
    answer = steer(client, rendering, action)
    rendering.refresh_from_db()
    return answer


@pytest.fixture
def paused(drawing: Rendering, pencil: type[Pencil]) -> Rendering:
    """It was being drawn, and has a checkpoint."""
    pencil.at[5] = lambda: services.job_pause(drawing)
    cast.draw(drawing)
    pencil.at.clear()
    assert drawing.state == "paused"
    return drawing


def test_a_running_job_is_paused_within_a_second_and_its_worker_is_free(
    guest: Client, drawing: Rendering, pencil: type[Pencil]
) -> None:
    told: list[dict] = []
    pencil.at[5] = lambda: told.append(act(guest, "pause", drawing).json())
    cast.draw(drawing)
    assert (told[0]["state"], told[0]["pause_requested"]) == ("running", True)
    assert (drawing.state, drawing.pause_requested, drawing.worker) == ("paused", False, "")
    assert 5 <= drawing.step < 5 + SOON
    assert drawing.lease_until is None
    assert drawing.checkpoint
    assert jobs.claim("slow", cast.ELSEWHERE) is None


def test_a_paused_job_shows_how_far_it_is(guest: Client, paused: Rendering) -> None:
    snapshot = paused.snapshot()
    assert snapshot["step"] > 0
    assert snapshot["total"] == STEPS
    assert snapshot["curve"]
    assert guest.get(snapshot["preview"]).status_code == 200
    listed = guest.get(reverse("v1:jobs")).json()["jobs"]
    assert [(job["id"], job["state"]) for job in listed] == [(str(paused.pk), "paused")]


def test_a_continued_job_goes_on_from_where_it_was(
    guest: Client, paused: Rendering, pencil: type[Pencil]
) -> None:
    stopped_at = pencil.told[0][-1]
    assert act(guest, "continue", paused).json()["state"] == "queued"
    cast.draw(paused)
    assert paused.state == "done"
    assert pencil.told[1][0] == stopped_at + 1
    assert pencil.told[1][-1] == STEPS - 1
    assert not [name for name in cast.stored_files() if "checkpoint" in name]


def test_pausing_counts_as_no_failed_attempt(paused: Rendering, pencil: type[Pencil]) -> None:
    for _ in range(4):
        services.job_continue(paused)
        pencil.at[paused.step + 2] = lambda: services.job_pause(paused)
        cast.draw(paused)
        assert (paused.state, paused.attempts) == ("paused", 0)


def test_a_continued_job_waits_behind_those_that_came_meanwhile(
    paused: Rendering, photo: Photo
) -> None:
    other = cast.submit(photo, recipe())
    services.job_continue(paused)
    assert (other.position, paused.position) == (0, 1)


def test_a_waiting_job_is_paused_at_once(guest: Client, drawing: Rendering) -> None:
    assert act(guest, "pause", drawing).json()["state"] == "paused"
    assert not drawing.snapshot()["keepable"]
    assert jobs.claim("slow", cast.ELSEWHERE) is None
    assert act(guest, "continue", drawing).json()["state"] == "queued"
    assert cast.draw(drawing).state == "done"


def test_a_pause_can_be_taken_back_before_it_acts(
    guest: Client, drawing: Rendering, pencil: type[Pencil]
) -> None:
    def waver() -> None:
        act(guest, "pause", drawing)
        assert not act(guest, "continue", drawing).json()["pause_requested"]

    pencil.at[5] = waver
    assert cast.draw(drawing).state == "done"
    assert len(pencil.told) == 1


def test_a_pause_taken_back_while_the_worker_lets_go_is_not_made(
    drawing: Rendering, pencil: type[Pencil], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visitor is faster than the checkpoint is written."""
    from gallery import scratch

    save = scratch.save_checkpoint

    def slowly(row: Rendering, data: bytes) -> str:
        services.job_continue(drawing)
        return save(row, data)

    monkeypatch.setattr(scratch, "save_checkpoint", slowly)
    pencil.at[5] = lambda: services.job_pause(drawing)
    assert cast.draw(drawing).state == "done"
    assert pencil.told == [list(range(STEPS))]
    assert not [name for name in cast.stored_files() if "checkpoint" in name]


def test_an_engine_without_a_checkpoint_at_hand_is_paused_all_the_same(
    photo: Photo, pencil: type[Pencil]
) -> None:
    drawing = cast.submit(photo, recipe(checkpoints=False))
    pencil.at[5] = lambda: services.job_pause(drawing)
    cast.draw(drawing)
    assert (drawing.state, drawing.step) == ("paused", 0)
    assert len(pencil.told[0]) < 5 + 2 * SOON  # for a checkpoint it is waited for a little


def test_a_paused_job_can_be_cancelled_and_leaves_nothing(
    guest: Client, paused: Rendering, pencil: type[Pencil]
) -> None:
    assert act(guest, "cancel", paused).json()["state"] == "cancelled"
    assert (paused.checkpoint.name, paused.preview.name) == ("", "")
    assert not [name for name in cast.stored_files() if name.startswith("renderings")]
    act(guest, "retry", paused)
    cast.draw(paused)
    assert pencil.told[-1][0] == 0


def test_a_fast_job_is_not_paused(guest: Client, rendering: Rendering) -> None:
    assert not rendering.snapshot()["pausable"]
    assert act(guest, "pause", rendering).status_code == 409
    assert rendering.state == "queued"


@pytest.mark.parametrize("state", ["done", "failed", "cancelled", "paused"])
def test_what_is_not_under_way_is_not_paused(guest: Client, drawing: Rendering, state: str) -> None:
    drawing.change(state=state)
    assert act(guest, "pause", drawing).status_code == 409
    assert (drawing.state, drawing.pause_requested) == (state, False)


@pytest.mark.parametrize("state", ["queued", "running", "done", "failed", "cancelled"])
def test_what_is_not_paused_is_not_continued(guest: Client, drawing: Rendering, state: str) -> None:
    drawing.change(state=state)
    assert act(guest, "continue", drawing).status_code == 409
    assert drawing.state == state


def test_who_pauses_after_a_worker_has_just_taken_the_job_still_pauses_it(
    drawing: Rendering,
) -> None:
    seen_waiting = Rendering.objects.get()
    row = cast.claim(lane="slow")
    assert services.job_pause(seen_waiting)
    cast.run(row)
    drawing.refresh_from_db()
    assert drawing.state == "paused"


def test_a_cancelled_job_is_not_paused_by_who_pressed_both(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    def both() -> None:
        assert services.job_pause(drawing)
        assert services.job_cancel(drawing)
        assert not services.job_pause(drawing)

    pencil.at[5] = both
    assert cast.draw(drawing).state == "cancelled"


def test_of_a_lost_worker_a_job_to_be_paused_is_paused(
    drawing: Rendering, pencil: type[Pencil]
) -> None:
    cast.claim(lane="slow")
    services.job_pause(drawing)
    cast.lose_lease(drawing)
    drawing.refresh_from_db()
    assert (drawing.state, drawing.pause_requested) == ("paused", False)


def test_paused_jobs_count_among_those_a_visitor_may_have(
    guest: Client, paused: Rendering, photo: Photo, settings
) -> None:
    settings.MAX_JOBS_WAITING = 1
    answer = paint(guest, photo, style="udnie")
    assert answer.status_code == 429
    assert "or cancel some" in answer.json()["error"]


def test_with_its_photo_a_paused_job_is_cancelled(guest: Client, paused: Rendering) -> None:
    guest.post(reverse("photo_delete", args=[paused.photo_id]))
    assert Rendering.objects.filter(Q(pk=paused.pk, state="cancelled", checkpoint="")).exists()


def test_the_time_spent_before_a_pause_counts(paused: Rendering) -> None:
    spent = paused.spent
    assert spent > 0
    services.job_continue(paused)
    claimed = cast.claim(lane="slow")
    assert claimed.eta is not None
    cast.run(claimed)
    paused.refresh_from_db()
    assert paused.seconds > spent
    assert steps_of(paused) == STEPS
