"""One attempt at a job: it ends in a picture or in a reason, and never in an exception."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PIL import Image

from gallery import notify, runs
from gallery.models import Photo, Rendering
from tests import cast
from webstyle.engine import images


def spoil_recipe(rendering: Rendering) -> None:
    rendering.change(recipe=rendering.recipe | {"styles": [["mona-lisa", 1.0]]})


def spoil_recipe_wholly(rendering: Rendering) -> None:
    rendering.change(recipe={"version": 1, "styles": [["udnie", 1.0]], "size": None})


def spoil_photo(rendering: Rendering) -> None:
    with rendering.photo.original.storage.open(rendering.photo.original.name, "wb") as file:
        file.write(cast.encoded("coffee.png")[:5000])


def lose_photo(rendering: Rendering) -> None:
    rendering.photo.original.storage.delete(rendering.photo.original.name)


BAD = [spoil_recipe, spoil_recipe_wholly, spoil_photo, lose_photo]


@pytest.mark.parametrize("spoil", BAD, ids=lambda f: f.__name__)
def test_one_bad_job_fails_alone(
    photo: Photo, run_queue: Callable[[], None], spoil: Callable[[Rendering], None]
) -> None:
    bad = cast.submit(cast.make_photo(name="chelsea.png"))
    good = cast.submit(photo)
    spoil(bad)
    run_queue()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == ("failed", "done")
    assert bad.error.endswith(".") or ": " in bad.error
    assert "Error" not in bad.error
    assert bad.finished
    assert bad.attempts == 1


def test_the_reason_names_an_unknown_style_and_those_there_are(rendering: Rendering) -> None:
    spoil_recipe(rendering)
    cast.run_all()
    rendering.refresh_from_db()
    assert "unknown style 'mona-lisa': choose from" in rendering.error


def test_the_reason_names_a_photo_that_is_damaged(rendering: Rendering) -> None:
    spoil_photo(rendering)
    cast.run_all()
    rendering.refresh_from_db()
    assert "Coffee is damaged" in rendering.error


def test_the_picture_is_stored_with_a_view_and_a_thumb(rendering: Rendering) -> None:
    cast.run(cast.claim())
    rendering.refresh_from_db()
    assert rendering.state == "done"
    for field, kind in (("result", "PNG"), ("view", "WEBP"), ("thumb", "WEBP")):
        with images.Image.open(getattr(rendering, field).open()) as picture:
            assert picture.format == kind
            assert picture.size == (rendering.width, rendering.height)
    assert len(cast.stored_files()) == 3 + 3 + len(rendering.thumbs)


def test_the_size_is_as_asked_and_as_was_promised_while_it_waited(photo: Photo) -> None:
    rendering = cast.submit(photo, cast.Recipe(styles=(("udnie", 1.0),), size=128))
    promised = rendering.width, rendering.height
    cast.run_all()
    rendering.refresh_from_db()
    assert (rendering.width, rendering.height) == promised == (128, 86)


def test_a_mixture_of_styles_is_painted(photo: Photo) -> None:
    both = cast.Recipe(styles=(("udnie", 1.0), ("great-wave", 1.0)), size=64)
    rendering = cast.submit(photo, both)
    cast.run_all()
    rendering.refresh_from_db()
    assert rendering.state == "done"
    assert "Udnie" in rendering.title
    assert "Great Wave" in rendering.title


def test_the_longer_a_preview_takes_the_longer_until_the_next(rendering: Rendering) -> None:
    def slow() -> Image.Image:
        time.sleep(0.5)  # 0.5 / 0.15: more than the half second that is the least
        return cast.sample("coffee.png")

    run = runs.Run(cast.claim(), notify.publish, lambda: False)
    run.show(lambda: cast.sample("coffee.png"))
    soon = run.preview_due - time.monotonic()
    run.show(slow)
    assert run.preview_due - time.monotonic() > soon
