"""A worker that has to stop gives its job back: it waits where it was, as if never tried."""

from __future__ import annotations

from gallery import jobs, runs
from gallery.models import Photo, Rendering
from tests import cast


def stop(rendering: Rendering, publish: jobs.Publish) -> None:
    runs.Run(rendering, publish, lambda: True)()


def test_the_job_waits_again_and_the_attempt_is_forgotten(rendering: Rendering) -> None:
    told: list[str] = []
    stop(cast.claim(), lambda row: told.append(row.state))
    rendering.refresh_from_db()
    assert (rendering.state, rendering.attempts, rendering.worker) == ("queued", 0, "")
    assert rendering.lease_until is None
    assert told[-1] == "queued"


def test_it_keeps_its_place_before_those_that_came_later(photo: Photo) -> None:
    first, later = cast.submit(photo), cast.submit(photo)
    stop(cast.claim(), lambda row: None)
    assert [first.position, later.position] == [0, 1]
    assert cast.claim().pk == first.pk


def test_it_can_be_given_back_any_number_of_times(rendering: Rendering) -> None:
    for _ in range(5):
        stop(cast.claim(), lambda row: None)
    cast.run_all()
    rendering.refresh_from_db()
    assert rendering.state == "done"
    assert rendering.attempts == 1


def test_who_lost_the_job_does_not_give_it_back(rendering: Rendering) -> None:
    late = cast.claim("elsewhere:1")
    cast.lose_lease(rendering)
    cast.claim("elsewhere:2")
    stop(late, lambda row: None)
    rendering.refresh_from_db()
    assert (rendering.state, rendering.worker, rendering.attempts) == ("running", "elsewhere:2", 2)
