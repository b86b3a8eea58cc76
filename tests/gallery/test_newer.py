"""A worker of the version before leaves what it does not know to a newer one, loses nothing and
says so; pages of that version show such pictures as far as they can."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery import jobs, newer, services
from gallery.job import Job
from gallery.limits.line import Line
from gallery.models import Batch, Photo, Presence, Rendering, ShareLink
from gallery.operations import metrics, presence
from tests import cast
from tests.backends import site_in
from tests.community import make_album
from tests.gallery.test_claims import answer_of
from tests.members import make_operator, signed_in
from tests.servers import new_database
from tests.sites import OF_ITS_OWN, migrated
from webstyle.engine.recipe import VERSION

pytestmark = pytest.mark.timeout(240)
# Nothing in it is as this version knows it.
RECIPE = {"version": VERSION + 1, "layers": [{"of": "udnie"}], "size": {"long": 64}, "styles": {}}


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """What one test's worker leaves to others is none of the next test's."""
    Job.left.clear()
    yield
    Job.left.clear()


def store(photo: Photo, **values: Any) -> Rendering:
    """As a web server of the next version would."""
    return Rendering.objects.create(
        **{"photo": photo, "recipe": RECIPE, "width": 64, "height": 64, **photo.owned_by.fields,
           **values}
    )  # fmt: skip


def upgraded(**values: Any) -> Presence:
    """A process of the next version, that is at work."""
    return Presence.objects.create(name="new:1", version="9.0.0", **values)


@pytest.mark.parametrize("values", [{}, {"recipe": cast.SMALL.to_json(), "engine": "of-tomorrow"}])
def test_it_is_not_claimed_and_what_is_behind_it_goes_on(photo: Photo, values: dict) -> None:
    row = store(photo, **values)
    behind = cast.submit(photo)
    assert cast.claim().pk == behind.pk
    assert jobs.claim("fast", cast.ELSEWHERE) is None
    assert Line("fast").next() is None
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("queued", 0, "")
    assert newer.waiting(["fast", "slow"]) == {"fast": 1}
    assert services.job_cancel(row), "its owner can change their mind"


@OF_ITS_OWN
def test_both_kinds_of_databases_know_it(tmp_path: Path, postgres_url: str) -> None:
    """Whatever is in a recipe: no version, one of this program's, an older or a newer one."""
    for url in ("", new_database(postgres_url, "versions")):
        site = migrated(site_in(tmp_path, url))
        told = answer_of("versions.py", site["DATABASE_URL"])
        assert told == {"waiting": ["0", "1", "none"], "beyond": {"fast": 2}}


def test_a_style_of_a_newer_version_is_given_back_once_and_costs_no_attempt(
    photo: Photo, caplog: pytest.LogCaptureFixture
) -> None:
    """Only the engine finds out; so the worker claims it, once."""
    upgraded()
    recipe = cast.SMALL.to_json() | {"styles": [["of-tomorrow", 1.0]]}
    row, behind = store(photo, recipe=recipe), cast.submit(photo)
    with caplog.at_level(logging.WARNING):
        assert cast.run(cast.claim()).state == "queued"
    assert f"job {row.pk} is left to a newer worker: unknown style 'of-tomorrow'" in caplog.text
    row.refresh_from_db()
    assert (row.attempts, row.worker, row.lease_until, row.error) == (0, "", None, "")
    assert cast.claim().pk == behind.pk
    assert jobs.claim("fast", cast.ELSEWHERE) is None
    assert newer.waiting(["fast"]) == {"fast": 1}


def test_what_nobody_knows_fails_when_no_upgrade_is_going_on(photo: Photo) -> None:
    presence.report("same:1")
    store(photo, recipe=cast.SMALL.to_json() | {"styles": [["of-yesterday", 1.0]]})
    failed = cast.run(cast.claim())
    assert (failed.state, failed.attempts) == ("failed", 1)
    assert "of-yesterday" in failed.error


def test_one_that_is_cancelled_in_that_moment_is_cancelled(photo: Photo) -> None:
    upgraded()
    store(photo, recipe=cast.SMALL.to_json() | {"styles": [["of-tomorrow", 1.0]]})
    row = cast.claim()
    assert services.job_cancel(Rendering.objects.get())
    assert cast.run(row).state == "cancelled"


def test_operators_and_metrics_tell_until_a_newer_worker_is_there(photo: Photo) -> None:
    store(photo)
    operator = signed_in(make_operator())
    for name, number in (("old:1", 1), ("old:2", 2)):
        Presence.objects.create(name=name, lanes=["fast", "slow"], beyond={"fast": number})
    Presence.objects.create(name="web:1", serves=True, version="9.0.0")
    assert presence.beyond() == {"fast": 1, "slow": 0}
    page = operator.get(reverse("operate")).text
    assert "1 job waits for a newer worker" in page
    assert 'webstyle_jobs_for_newer_worker{lane="fast"} 1.0' in metrics.text().decode()
    upgraded(lanes=["fast"], beyond={})
    assert "newer worker" not in operator.get(reverse("operate")).text
    assert 'webstyle_jobs_for_newer_worker{lane="fast"} 0.0' in metrics.text().decode()


def around(row: Rendering) -> list[str]:
    """All pages that show it, after it was put into an album, a batch and two links."""
    mine = cast.GUEST.fields
    album = make_album([row], cast.GUEST, "public")
    batch = Batch.objects.create(title="Many", styles=["udnie"], **mine)
    row.change(batch=batch)
    links = [ShareLink(rendering=row, **mine), ShareLink(album=album, **mine)]
    for link in links:
        link.save(force_insert=True)
    return [
        reverse("home"), reverse("mine"), reverse("gallery"), row.get_absolute_url(),
        row.photo.get_absolute_url(), row.api_url, f"{row.api_url}/recipe", "/api/v1/jobs",
        "/api/v1/renderings", album.get_absolute_url(), batch.get_absolute_url(),
        *(link.get_absolute_url() for link in links),
        reverse("share_place", args=[links[1].token, 1]), reverse("gallery_feed"),
        reverse("remix", args=[row.pk]),
        reverse("oembed") + f"?url=http://testserver{row.get_absolute_url()}",
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["queued", "running", "done", "failed", "cancelled"])
def test_no_page_that_shows_it_breaks(
    state: str, painted: Rendering, guest: Client, stranger: Client
) -> None:
    done = state == "done"
    painted.change(recipe=RECIPE, state=state, public=done, published=timezone.now(), engine="new")
    pages = around(painted)
    for client in (guest, stranger):
        for address in pages:
            answer = client.get(address)
            assert answer.status_code in (200, 403, 404), (address, answer.status_code)
            if client is guest and (done or not address.startswith(("/s/", "/remix", "/oembed"))):
                assert answer.status_code == 200, address
    page = guest.get(painted.get_absolute_url()).text
    assert "This recipe is of a newer version of the site" in page
    assert "A picture of a new kind" in page


def test_its_owner_can_do_all_that_needs_no_recipe(painted: Rendering, guest: Client) -> None:
    painted.change(recipe=RECIPE, engine="mosaic")
    for name, args in (("picture_download", ["jpg"]), ("picture_download", ["png"])):
        assert guest.get(reverse(name, args=[painted.pk, *args])).status_code == 200
    assert guest.post(reverse("picture_publish", args=[painted.pk]), {"public": "1"}).url
    painted.refresh_from_db()
    assert painted.hung
    assert guest.post(reverse("remix", args=[painted.pk]), {}).status_code == 400
    assert guest.post(reverse("picture_delete", args=[painted.pk])).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_worker_process_goes_on_and_says_what_it_leaves(
    photo: Photo, redis_url: str, tmp_path: Path
) -> None:
    """A real one, of this version, on a queue that a newer web server fills."""
    upgraded(serves=True, seen=timezone.now() + timedelta(hours=1))  # however slow the worker is
    unread = store(photo)
    unknown = store(photo, recipe=cast.SMALL.to_json() | {"styles": [["of-tomorrow", 1.0]]})
    behind = [cast.submit(photo) for _ in range(3)]
    log = tmp_path / "worker.log"
    with cast.managing(log, "worker", CHANNEL_LAYER_URL=redis_url):
        cast.wait_until(lambda: done(behind), log)
        cast.wait_until(lambda: presence.beyond().get("fast") == 2, log)
    for row in (unread, unknown):
        row.refresh_from_db()
        assert (row.state, row.attempts, row.error) == ("queued", 0, "")
    said = log.read_text()
    assert said.count("is left to a newer worker") == 1
    assert "2 jobs in lane fast wait for a newer worker than this" in said


def done(rows: list[Rendering]) -> bool:
    found = Rendering.objects.filter(pk__in=[row.pk for row in rows])
    return set(found.values_list("state", flat=True)) == {"done"}
