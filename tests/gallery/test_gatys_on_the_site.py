"""Optimisation as a visitor meets it: from the form to the picture, through a killed worker."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from gallery import services
from gallery.models import Photo, Rendering
from tests import cast
from webstyle.engine.recipe import Recipe

pytestmark = pytest.mark.timeout(240)


def test_a_painting_of_ones_own_becomes_a_picture(
    guest: Client, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gallery import forms

    monkeypatch.setattr(forms, "SIZES", [(64, "Tiny")])
    monkeypatch.setitem(forms.PaintForm.base_fields, "size", forms.forms.IntegerField())
    painting = cast.make_painting(artist="My aunt")
    # Long enough for a snapshot with losses: there are at most five a second.
    values = {"style": painting.ref, "size": "64", "gatys_iterations": "100"}
    values |= {"gatys_until_still": "off"}
    answer = guest.post(reverse("paint", args=[photo.pk]), values)
    rendering = Rendering.objects.get()
    assert answer.url == rendering.get_absolute_url()
    told: list[dict] = []
    cast.draw(rendering, lambda row: told.append(row.snapshot()))
    assert rendering.error == ""
    assert rendering.state == "done"
    assert (rendering.width, rendering.height) == (64, 43)
    assert any(snapshot["preview"] for snapshot in told)
    assert any(snapshot["curve"] for snapshot in told)
    page = guest.get(rendering.get_absolute_url()).text
    assert "Lift-off" in page
    assert "My aunt" in page
    assert guest.get(rendering.view_url).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_job_goes_on_from_its_checkpoint(
    photo: Photo, redis_url: str, tmp_path: Path
) -> None:
    painting = cast.make_painting()
    few = {"iterations": 500, "until_still": False}
    asked = Recipe(styles=((painting.ref, 1.0),), engine="gatys", size=64, params=few)
    job = cast.submit(photo, asked)
    log = tmp_path / "workers.log"

    def working() -> bool:
        job.refresh_from_db()
        return bool(job.checkpoint) and job.step > 20

    often = {"CHANNEL_LAYER_URL": redis_url, "CHECKPOINT_SECONDS": 0}
    with cast.managing(log, "worker", "--lane", "slow", **often) as victim:
        cast.wait_until(working, log)
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
    job.refresh_from_db()
    assert job.state == "running", "it was not in the middle"
    cast.lose_lease(job)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 1)
    assert services.job_keep(job)
    told: list[int] = []
    cast.draw(job, lambda row: told.append(row.step))
    assert (job.state, job.error) == ("done", "")
    assert job.attempts == 2
    assert min(told) > 0, "it started anew"
