"""``/operate/`` is there for operators alone, and shows how the site does."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.models import ErrorEntry, Presence, Rendering
from gallery.operations import counted, tally
from tests import cast
from tests.members import make_member, make_operator, signed_in

ADDRESS = "/operate/"
pytestmark = pytest.mark.django_db(
    transaction=True
)  # the checks look with connections of their own


@pytest.fixture
def operator() -> Client:
    return signed_in(make_operator())


def test_nobody_else_finds_it(guest: Client) -> None:
    member, staff = make_member("mia"), make_member("stan")
    staff.is_staff = True
    staff.save()
    for client in (Client(), guest, signed_in(member), signed_in(staff)):
        assert client.get(ADDRESS).status_code == 404
        assert "Operating" not in client.get(reverse("account")).text


def test_superusers_and_staff_with_the_permission_do(operator: Client) -> None:
    chief = make_member("chief")
    chief.is_superuser = True
    chief.save()
    for client in (operator, signed_in(chief)):
        answer = client.get(ADDRESS)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        assert f'href="{ADDRESS}"' in client.get(reverse("account")).text


def test_the_permission_is_of_no_use_to_who_is_no_staff(operator: Client) -> None:
    from django.contrib.auth import get_user_model

    get_user_model().objects.filter(username="olga").update(is_staff=False)
    assert operator.get(ADDRESS).status_code == 404


def test_it_shows_queue_processes_failures_and_errors(
    operator: Client, rendering: Rendering, painted: Rendering, settings
) -> None:
    settings.METRICS_TOKEN = "never-to-be-seen-1234"
    waiting = cast.submit(painted.photo)
    failed = cast.submit(painted.photo)
    failed.change(state="failed", error="Out of paint.", finished=timezone.now(), device="cuda:0",
                  worker="easel:9")  # fmt: skip
    Presence.objects.create(pk="easel:7", lanes=["fast"], device="cuda:0", gpu_used=2 << 30,
                            gpu_total=8 << 30, jobs=1423)  # fmt: skip
    silent = timezone.now() - timezone.timedelta(minutes=9)
    Presence.objects.create(pk="easel:8", lanes=["slow"], seen=silent)
    ErrorEntry.objects.create(
        logger="gallery.runs",
        message="<b>harm</b>",
        trace="Traceback",
        request="0123456789abcdef",
        job=str(failed.pk),
        process="easel:7",
    )
    answer = operator.get(ADDRESS)
    (fast, slow) = answer.context["lanes"]
    assert (fast["queued"], fast["running"], slow["queued"]) == (1, 0, 0)
    assert fast["oldest"] >= 0
    assert waiting.state == "queued"
    for word in (
        "easel:7", "1423", "2.0\xa0GB of 8.0\xa0GB", "silent since", "Out of paint.",
        str(failed.pk), "0123456789abcdef", "&lt;b&gt;harm", "Traceback", connection.display_name,
    ):  # fmt: skip
        assert word in answer.text, word
    for secret in (settings.METRICS_TOKEN, settings.SECRET_KEY, "<b>harm"):
        assert secret not in answer.text
    assert answer.context["state"]["checks"]["worker_slow"]["status"] == "degraded"


def test_the_hours_are_those_of_the_tally(operator: Client, painted: Rendering) -> None:
    before = operator.get(ADDRESS).context["hours"]
    for outcome in ("done", "done", "failed"):
        painted.state = outcome
        counted.job_ended(painted, "error")
    tally.flush()
    after = operator.get(ADDRESS).context["hours"]
    assert (after["done"] - before["done"], after["failed"] - before["failed"]) == (2, 1)
    last = after["bars"][-1]
    assert last["done"] >= 2
    assert last["y_failed"] + last["high_failed"] == pytest.approx(last["y_done"])
    assert len(after["bars"]) == 24


def test_it_is_english_in_every_language(operator: Client) -> None:
    operator.cookies["django_language"] = "zh-hans"
    assert "<h1>Operating</h1>" in operator.get(ADDRESS).text


def test_only_reading_is_possible(operator: Client) -> None:
    assert operator.post(ADDRESS).status_code == 405


def test_what_painted_a_picture_is_told_to_operators_only(rendering: Rendering) -> None:
    done = cast.run(cast.claim())
    assert (done.state, done.device) == ("done", "cpu")
    assert "device" not in done.snapshot()
