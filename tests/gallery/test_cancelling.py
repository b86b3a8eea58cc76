"""A job can be cancelled while it waits or runs, and tried again when it failed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gallery import jobs, services
from gallery.models import Rendering
from tests import cast
from tests.api import steer


def act(client: Client, action: str, rendering: Rendering):
    answer = steer(client, rendering, action)
    rendering.refresh_from_db()
    return answer


def test_a_waiting_job_is_cancelled_at_once(guest: Client, rendering: Rendering) -> None:
    answer = act(guest, "cancel", rendering)
    assert answer.status_code == 200
    assert answer.json()["state"] == rendering.state == "cancelled"
    assert rendering.finished
    assert jobs.claim("fast", cast.ELSEWHERE) is None


def test_a_running_job_stops_at_its_next_step_and_leaves_nothing(
    guest: Client, rendering: Rendering
) -> None:
    told: list[bool] = []

    def cancel() -> None:
        answer = act(guest, "cancel", rendering)
        told.append(answer.json()["cancel_requested"])
        assert answer.json()["state"] == "running"

    cast.run(cast.claim(), cast.at_step(1, cancel))
    rendering.refresh_from_db()
    assert told == [True]
    assert rendering.state == "cancelled"
    assert not rendering.result
    assert not [name for name in cast.stored_files() if name.startswith("renderings")]


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_what_has_ended_cannot_be_cancelled(
    guest: Client, rendering: Rendering, state: str
) -> None:
    rendering.change(state=state)
    assert act(guest, "cancel", rendering).status_code == 409
    assert rendering.state == state
    assert not rendering.cancel_requested


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_job_that_did_not_work_is_tried_again_as_if_new(
    guest: Client, photo, rendering: Rendering, state: str
) -> None:
    rendering.change(state=state, error="It tore", attempts=3, cancel_requested=True, step=2)
    other = cast.submit(photo)
    answer = act(guest, "retry", rendering)
    assert answer.status_code == 200
    assert (rendering.state, rendering.error, rendering.attempts) == ("queued", "", 0)
    assert other.position == 0
    assert rendering.position == 1
    cast.run_all()
    rendering.refresh_from_db()
    assert rendering.state == "done"


@pytest.mark.parametrize("state", ["queued", "running", "paused", "done"])
def test_what_has_not_failed_cannot_be_tried_again(
    guest: Client, rendering: Rendering, state: str
) -> None:
    rendering.change(state=state)
    assert act(guest, "retry", rendering).status_code == 409
    assert rendering.state == state


def test_without_a_script_the_same_actions_lead_back_to_the_page(
    guest: Client, rendering: Rendering
) -> None:
    for action in ("cancel", "retry"):
        answer = guest.post(reverse(f"picture_{action}", args=[rendering.pk]))
        assert answer.status_code == 302
        assert answer.url == rendering.get_absolute_url()
    rendering.refresh_from_db()
    assert rendering.state == "queued"


def test_who_cancels_after_a_worker_has_just_taken_the_job_still_stops_it(
    rendering: Rendering,
) -> None:
    seen_waiting = Rendering.objects.get()
    row = cast.claim()
    assert services.job_cancel(seen_waiting)
    cast.run(row)
    rendering.refresh_from_db()
    assert rendering.state == "cancelled"


def test_who_cancels_after_the_picture_is_done_keeps_it(rendering: Rendering) -> None:
    seen_waiting = Rendering.objects.get()
    cast.run_all()
    assert not services.job_cancel(seen_waiting)
    rendering.refresh_from_db()
    assert rendering.state == "done"
