"""Any painting as a style: one's own and those that others share, and nobody's private one."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from PIL import ImageChops, ImageStat

from gallery import services
from gallery.models import Painting, Photo, Rendering
from tests import cast
from tests.api import paint
from tests.pencil import Pencil, recipe
from webstyle.engine.events import EngineError


@pytest.fixture
def painting(db: None) -> Painting:
    return cast.make_painting(artist="My aunt")


def test_with_a_painting_the_form_takes_the_engine_that_can(
    guest: Client, photo: Photo, painting: Painting
) -> None:
    snapshot = paint(guest, photo, style=painting.ref, engine="stylebank", size="512").json()
    assert (snapshot["engine"], snapshot["pausable"]) == ("gatys", True)
    assert "Gatys" in snapshot["engine_title"]
    assert (snapshot["title"], snapshot["styles"][0]["artist"]) == ("Lift-off", "My aunt")
    rendering = Rendering.objects.get()
    assert (rendering.engine, rendering.lane) == ("gatys", "slow")
    assert rendering.parsed_recipe().paintings() == [str(painting.pk)]


def test_one_that_others_share_can_be_used(guest: Client, photo: Photo) -> None:
    shared = cast.make_painting(cast.STRANGER, public=True)
    assert paint(guest, photo, style=shared.ref).status_code == 201


def private() -> str:
    return cast.make_painting(cast.STRANGER).ref


def taken_back() -> str:
    painting = cast.make_painting(cast.STRANGER, public=True)
    services.shared_edit(painting, public=False)
    return painting.ref


def deleted() -> str:
    painting = cast.make_painting(cast.GUEST)
    services.remove(painting)
    return painting.ref


def absent() -> str:
    return f"painting:{uuid.uuid4()}"


def nonsense() -> str:
    return "painting:../../etc/passwd"


NOT_FOR_ME = [private, taken_back, deleted, absent, nonsense]


@pytest.mark.parametrize("make", NOT_FOR_ME, ids=lambda f: f.__name__)
@pytest.mark.parametrize("place", ["style", "extra_style"])
def test_others_are_refused_and_all_in_the_same_words(
    guest: Client, photo: Photo, make, place: str
) -> None:
    answer = paint(guest, photo, **({"style": "udnie"} | {place: make()}))
    assert answer.status_code == 422
    assert answer.json()["error"] == "There is no such style: choose another one."
    assert not Rendering.objects.exists()


@pytest.mark.parametrize("make", NOT_FOR_ME, ids=lambda f: f.__name__)
def test_no_other_way_in_takes_them_either(photo: Photo, make, pencil: type[Pencil]) -> None:
    with pytest.raises(EngineError, match="There is no such painting"):
        services.rendering_submit(photo, recipe((make(), 1.0)))
    assert not Rendering.objects.exists()


def test_an_engine_that_knows_built_in_styles_only_is_given_no_painting(
    photo: Photo, painting: Painting
) -> None:
    with pytest.raises(EngineError, match="built-in styles only"):
        services.rendering_submit(photo, cast.Recipe(styles=((painting.ref, 1.0),)))


def test_the_engine_is_handed_the_paintings_at_full_size(
    photo: Photo, painting: Painting, pencil: type[Pencil]
) -> None:
    other = cast.make_painting(name="chelsea.png")
    drawing = cast.submit(photo, recipe((painting.ref, 1.0), ("udnie", 1.0), (other.ref, 2.0)))
    assert cast.draw(drawing).state == "done"
    (seen,) = pencil.seen
    assert list(seen) == [str(painting.pk), str(other.pk)]
    wanted = cast.sample("rocket.jpg", 128)
    assert seen[str(painting.pk)].size == wanted.size
    difference = ImageChops.difference(seen[str(painting.pk)], wanted)
    assert max(ImageStat.Stat(difference).mean) < 8


@pytest.mark.parametrize("how", ["deleted", "lost"])
def test_a_job_whose_painting_is_gone_fails_with_a_sentence(
    photo: Photo, painting: Painting, pencil: type[Pencil], how: str
) -> None:
    drawing = cast.submit(photo, recipe((painting.ref, 1.0)))
    if how == "deleted":
        services.remove(painting)
    else:
        painting.original.storage.delete(painting.original.name)
    cast.draw(drawing)
    assert drawing.state == "failed"
    expected = "The painting 'Lift-off' is gone or no longer shared: choose another."
    assert drawing.error == expected


def test_a_painting_that_is_no_longer_shared_is_not_used_by_what_waits(
    photo: Photo, pencil: type[Pencil]
) -> None:
    shared = cast.make_painting(cast.STRANGER, public=True)
    drawing = cast.submit(photo, recipe((shared.ref, 1.0)))
    services.shared_edit(shared, public=False)
    assert cast.draw(drawing).state == "failed"
    assert pencil.seen == []


def test_a_painting_that_comes_back_lets_the_job_go_on_from_its_checkpoint(
    photo: Photo, painting: Painting, pencil: type[Pencil]
) -> None:
    drawing = cast.submit(photo, recipe((painting.ref, 1.0)))
    pencil.at[20] = lambda: services.job_pause(drawing)
    cast.draw(drawing)
    pencil.at.clear()
    services.remove(painting)
    services.job_continue(drawing)
    assert cast.draw(drawing).state == "failed"
    services.restore(painting)
    services.job_retry(drawing)
    assert cast.draw(drawing).state == "done"
    assert pencil.told[-1][0] >= 20


def test_a_picture_keeps_its_title_when_the_painting_is_deleted_or_renamed(
    photo: Photo, painting: Painting, pencil: type[Pencil]
) -> None:
    drawing = cast.submit(photo, recipe((painting.ref, 1.0), ("udnie", 1.0)))
    services.shared_edit(painting, title="Another")
    painting.delete()
    drawing.refresh_from_db()
    assert drawing.title.startswith("Lift-off + Udnie")
    assert drawing.snapshot()["styles"][0]["artist"] == "My aunt"
