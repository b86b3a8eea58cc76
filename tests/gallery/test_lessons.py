"""A style is taught from the wish to the end, by the worker's own code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
import torch
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from gallery import crafts, notify, services
from gallery.models import Photo, TaughtStyle
from tests import cast
from tests.api import paint, steer
from tests.cast import GUEST, make_painting, make_photo, make_taught
from webstyle.engine.recipe import Recipe
from webstyle.engine.training import teaching
from webstyle.engine.weights import get_style, taught_file

JSON = {"headers": {"Accept": "application/json"}}


def ask(minutes: float = 0.05, **values) -> TaughtStyle:
    """Waiting; it begins from a given style, for to look for the nearest takes a while."""
    given = {"title": "Lift-off", "artist": "", "year": 0, "stroke": 1.0, "own_photos": False}
    paintings = values.pop("paintings", None) or [make_painting()]
    start = values.pop("start", "udnie")
    return services.style_teach(GUEST, paintings, **given | values, minutes=minutes, start=start)


@pytest.fixture
def lesson(db: None) -> TaughtStyle:
    return ask()


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """What the engine was given for each lesson."""
    asked: list[dict] = []
    teach = teaching.teach

    def noted(paintings, lesson, *, photos=(), device, checkpoint=None):
        asked.append({"paintings": paintings, "lesson": lesson, "photos": photos,
                      "checkpoint": checkpoint})  # fmt: skip
        return teach(paintings, lesson, photos=photos, device=device, checkpoint=checkpoint)

    monkeypatch.setattr(teaching, "teach", noted)
    return asked


def test_it_is_watched_learned_and_painted_with(
    guest: Client, lesson: TaughtStyle, photo: Photo, run_queue: Callable[[], None]
) -> None:
    seen: list[dict] = []
    cast.draw(lesson, lambda job: seen.append(job.snapshot()))
    assert (lesson.state, lesson.error) == ("done", "")
    running = [shot for shot in seen if shot["state"] == "running"]
    assert {shot["total"] for shot in running if shot["step"]} == {3}
    assert any(shot["preview"] for shot in running)
    assert any(shot["curve"] and set(shot["curve"][-1][1]) >= {"style", "content"}
               for shot in running)  # fmt: skip

    weights = lesson.weights.open().read()
    assert lesson.fingerprint == hashlib.sha256(weights).hexdigest()
    assert lesson.figures["start"] == "udnie"
    assert not lesson.checkpoint
    assert not lesson.preview
    assert [name.rpartition("/")[2] for name in cast.stored_files() if "taught" in name] == [
        "thumb-1.webp", "weights-1.safetensors",
    ]  # fmt: skip
    assert guest.get(lesson.snapshot()["thumb"]).status_code == 200
    page = guest.get(lesson.get_absolute_url())
    assert page.context["can_teach_on"]
    assert page.context["began_from"]["title"] == get_style("udnie").title
    assert {"label": "Steps", "value": f"{lesson.figures['steps']:g}"} in page.context["facts"]

    answer = paint(guest, photo, style=lesson.ref, size="512")
    assert answer.status_code == 201, answer.text
    run_queue()
    (picture,) = photo.renderings.all()
    assert (picture.state, picture.title) == ("done", "Lift-off")
    plain = Image.open(cast.run(claimed_again(guest, photo, "udnie")).result.open())
    assert Image.open(picture.result.open()).tobytes() != plain.tobytes()


def claimed_again(guest: Client, photo: Photo, style: str):
    guest.post(reverse("paint", args=[photo.pk]), {"style": style, "size": "512"})
    return cast.claim()


def test_paused_it_goes_on_from_where_it_was(guest: Client, given: list[dict]) -> None:
    lesson = ask(minutes=20)
    cast.draw(lesson, at_second(lesson, 2, lambda: services.job_pause(lesson)))
    assert (lesson.state, bool(lesson.checkpoint)) == ("paused", True)
    assert lesson.keepable
    paused_at = lesson.step
    answer = steer(guest, lesson, "continue")
    assert answer.json()["state"] == "queued"
    cast.draw(lesson, at_second(lesson, paused_at + 1, lambda: services.job_keep(lesson)))
    assert lesson.state == "done"
    assert [bool(each["checkpoint"]) for each in given] == [False, True]
    assert paused_at < 60 * lesson.figures["minutes"] < 1200


def test_good_enough_it_is_kept_as_it_is(guest: Client, given: list[dict]) -> None:
    lesson = ask(minutes=20)
    cast.draw(lesson, at_second(lesson, 2, lambda: steer(guest, lesson, "keep")))
    assert lesson.state == "done"
    assert lesson.figures["minutes"] < 1
    assert lesson.step == lesson.total == 1200
    assert TaughtStyle.objects.usable(GUEST).get() == lesson


def at_second(lesson: TaughtStyle, second: int, action: Callable[[], object]):
    done: list[bool] = []

    def publish(job) -> None:
        notify.publish(job)
        if job.state == "running" and job.step >= second and not done:
            done.append(True)
            action()

    return publish


def test_what_failed_is_tried_again(lesson: TaughtStyle, guest: Client) -> None:
    (painting,) = lesson.paintings(GUEST)
    services.remove(painting)
    cast.draw(lesson)
    assert lesson.state == "failed"
    assert lesson.error == ("The painting 'Lift-off' is gone or no longer shared: choose another.")
    services.restore(painting)
    again = steer(guest, lesson, "retry").json()
    assert (again["state"], again["error"]) == ("queued", "")


def test_taught_on_it_is_another_style(guest: Client, given: list[dict]) -> None:
    painting = make_painting()
    first = make_taught(
        lesson={"paintings": [str(painting.pk)], "minutes": 2, "stroke": 1.5, "start": "",
                "own_photos": False},
    )  # fmt: skip
    answer = guest.post(reverse("style_on", args=[first.pk]), {"minutes": "0.1"}, **JSON)
    assert answer.status_code == 201
    second = TaughtStyle.objects.get(pk=answer.json()["id"])
    assert second != first
    assert (second.title, second.artist) == (first.title, first.artist)
    assert second.lesson["start"] == first.ref
    taught_file(str(first.pk)).unlink(missing_ok=True)
    before = first.weights.open().read()
    cast.draw(second)
    assert second.state == "done", second.error
    assert (given[0]["lesson"].start, given[0]["lesson"].stroke) == (first.ref, 1.5)
    assert first.weights.open().read() == before != second.weights.open().read()


def test_what_has_no_paintings_or_is_not_done_cannot_be_taught_on(
    guest: Client, lesson: TaughtStyle
) -> None:
    for style in (lesson, make_taught()):
        answer = guest.post(reverse("style_on", args=[style.pk]), {"minutes": "2"}, **JSON)
        assert answer.status_code == 400
        assert "cannot" in answer.json()["error"] or "Only a style" in answer.json()["error"]
    answer = guest.post(reverse("style_on", args=[lesson.pk]), {"minutes": "600"}, **JSON)
    assert "from 0.1 to 30" in answer.json()["error"]


def stopped(given: list[dict], lesson: TaughtStyle) -> dict:
    """What the engine got, of a lesson that is cancelled as soon as it has begun."""
    cast.draw(lesson, at_second(lesson, 0, lambda: services.job_cancel(lesson)))
    assert lesson.state == "cancelled", lesson.error
    return given[-1]


def test_own_photos_are_learned_from_only_if_the_visitor_agrees(
    db: None, given: list[dict]
) -> None:
    make_photo()
    make_photo(cast.STRANGER)
    assert stopped(given, ask())["photos"] == []
    (photo,) = stopped(given, ask(own_photos=True))["photos"]
    assert photo.size == cast.sample("coffee.png").size


def test_of_a_region_only_the_region_is_taught(db: None, given: list[dict]) -> None:
    region = SimpleUploadedFile("region.png", b"")
    painting = make_painting()
    half = Image.new("L", (painting.width, painting.height))
    half.paste(255, (0, 0, painting.width // 2, painting.height))
    from gallery.pictures import to_png

    region.write(to_png(half))
    region.seek(0)
    painting.region.save(f"{painting.folder}/region.png", region)
    (seen,) = stopped(given, ask(paintings=[painting]))["paintings"]
    assert seen.mode == "RGBA"
    assert seen.getchannel("A").tobytes() == half.tobytes()


def test_large_paintings_are_made_smaller_first(db: None, given: list[dict]) -> None:
    big = cast.make_upload(cast.Painting(title="Wall", **GUEST.fields), "rocket.jpg", 2000)
    (seen,) = stopped(given, ask(paintings=[big]))["paintings"]
    assert min(seen.size) == 1024


def test_a_style_begun_from_one_that_is_gone_says_so(db: None) -> None:
    first = make_taught()
    lesson = ask(start=first.ref)
    services.remove(first)
    cast.draw(lesson)
    assert (lesson.state, lesson.error) == (
        "failed", "The style 'Lift-off' is gone or no longer shared: choose another.",
    )  # fmt: skip


def test_its_file_is_that_of_a_style_that_paints(db: None, lesson: TaughtStyle) -> None:
    from gallery.taught import bring
    from webstyle.engine import stylefile
    from webstyle.engine.engines.stylebank import StyleBank

    cast.draw(lesson)
    bring(lesson)
    found = stylefile.check(taught_file(str(lesson.pk)))
    assert (found.title, found.year) == ("Lift-off", 0)
    recipe = Recipe(((lesson.ref, 1.0),), size=64)
    *_, last = StyleBank().run(cast.sample("coffee.png"), recipe, device=torch.device("cpu"))
    assert last.picture.size[0] == 64


def test_a_long_lesson_lets_others_by(
    lesson: TaughtStyle, monkeypatch: pytest.MonkeyPatch, given: list[dict]
) -> None:
    monkeypatch.setattr(crafts.StyleCraft, "turn", 0.0)
    other = ask(title="Second")
    cast.draw(lesson)  # until its turn is over: at its first step
    assert (lesson.state, lesson.attempts) == ("queued", 0)
    assert lesson.checkpoint
    assert cast.claim(lane="slow") == other
    services.job_cancel(other)
    cast.draw(lesson)
    assert (lesson.state, lesson.error) == ("done", "")
    assert given[-1]["checkpoint"]
