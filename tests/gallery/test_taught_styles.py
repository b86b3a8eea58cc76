"""A taught style is chosen wherever a built-in one is, by whoever may use it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery import cards, mix_query, mixing, purging, services, taught
from gallery.models import Photo, TaughtStyle
from gallery.owners import Owner
from tests import api, cast
from tests.cast import GUEST, STRANGER, make_mask, make_photo, make_taught
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import Recipe
from webstyle.engine.weights import taught_file

GONE = "is gone or no longer shared: choose another."


def paint(client: Client, photo: Photo, **values: object):
    return api.paint(client, photo, **{"size": "512", **values})


def slugs(owner: Owner) -> list[str]:
    return [card.slug for card in cards.shelf(owner)]


@pytest.fixture
def style(db: None) -> TaughtStyle:
    return make_taught(title="Dusk", artist="Me", year=2024)


@pytest.fixture
def place(style: TaughtStyle) -> Path:
    """Where the engine reads it."""
    return taught_file(str(style.pk))


def test_the_shelf_has_ones_own_first_and_what_others_share_last(style: TaughtStyle) -> None:
    theirs = make_taught(STRANGER, public=True)
    make_taught(Owner(guest="somebody"))
    make_taught(state="running", public=True)
    built_in = [card.slug for card in cards.built_in()]
    assert slugs(GUEST) == [style.ref, *built_in, theirs.ref]
    assert slugs(STRANGER) == [theirs.ref, *built_in]
    assert slugs(Owner()) == [*built_in, theirs.ref]
    card, *_, last = cards.shelf(GUEST)
    assert (card.title, card.artist, card.year, card.own) == ("Dusk", "Me", 2024, True)
    assert (card.card_width, card.card_height) == (style.width, style.height)
    assert (last.own, last.shared, last.page_url) == (False, True, theirs.get_absolute_url())


@pytest.mark.parametrize("page", ["studio", "mix", "regions", "home"])
def test_it_is_on_every_shelf_of_its_owner(
    page: str, guest: Client, photo: Photo, style: TaughtStyle
) -> None:
    address = reverse(page, args=[] if page == "home" else [photo.pk])
    shown = guest.get(address)
    assert shown.status_code == 200
    assert style.ref in shown.text
    assert style.thumb_url in shown.text


def test_a_picture_is_painted_with_it_and_named_after_it(
    guest: Client, photo: Photo, style: TaughtStyle, place: Path, run_queue: Callable[[], None]
) -> None:
    place.unlink(missing_ok=True)
    assert paint(guest, photo, style=style.ref).json()["title"] == "Dusk"
    run_queue()
    assert place.read_bytes() == style.weights.open().read()
    picture = photo.renderings.get()
    assert (picture.state, picture.error) == ("done", "")
    services.remove(style)
    assert "Dusk" in guest.get(picture.get_absolute_url()).text


def test_it_is_mixed_by_form_and_on_a_sheet(
    guest: Client, photo: Photo, style: TaughtStyle, run_queue: Callable[[], None]
) -> None:
    both = {"style": style.ref, "weight": "40", "extra_style": "great-wave", "extra_weight": "60"}
    assert paint(guest, photo, **both).status_code == 201
    assert paint(guest, photo, **both, engine="sheet", sheet_layout="grid").status_code == 201
    run_queue()
    assert {picture.state for picture in photo.renderings.all()} == {"done"}


def test_it_is_kept_to_a_region(
    guest: Client, photo: Photo, style: TaughtStyle, run_queue: Callable[[], None]
) -> None:
    mask = make_mask(photo)
    assert paint(guest, photo, mask_style=style.ref, mask=str(mask.pk)).status_code == 201
    run_queue()
    assert photo.renderings.get().state == "done"


def test_the_fine_method_knows_it_too(guest: Client, photo: Photo, style: TaughtStyle) -> None:
    assert paint(guest, photo, style=style.ref, engine="gatys").status_code == 201
    rendering = photo.renderings.get()
    assert (rendering.engine, rendering.title) == ("gatys", "Dusk")


def test_its_name_counts_in_one_spelling_only(
    guest: Client, photo: Photo, style: TaughtStyle
) -> None:
    shouted = f"taught:{str(style.pk).upper()}"
    assert paint(guest, photo, style=shouted).status_code == 201
    assert photo.renderings.get().recipe["styles"] == [[style.ref, 1.0]]


@pytest.mark.parametrize(
    "name", ["taught:", "taught:x", "taught:../../etc/passwd", f"taught:{uuid.UUID(int=7)}",
             "taught:udnie"]
)  # fmt: skip
def test_what_was_never_taught_is_not_there(guest: Client, photo: Photo, name: str) -> None:
    answer = paint(guest, photo, style=name)
    assert (answer.status_code, answer.json()["error"]) == (
        422, "There is no such style: choose another one.",
    )  # fmt: skip
    regional = paint(guest, photo, mask_style=name, mask=str(make_mask(photo).pk))
    assert "cannot be kept to a region" in regional.json()["error"]


def test_anothers_private_style_is_as_little_there(stranger: Client, style: TaughtStyle) -> None:
    photo = make_photo(STRANGER)
    before = paint(stranger, photo, style=f"taught:{uuid.uuid4()}").content
    assert paint(stranger, photo, style=style.ref).content == before
    with pytest.raises(EngineError, match="no such style"):
        services.rendering_submit(photo, Recipe(((style.ref, 1.0),)))
    style.change(public=True)
    assert paint(stranger, photo, style=style.ref).status_code == 201


def test_withdrawn_before_its_turn_it_is_named(
    stranger: Client, style: TaughtStyle, place: Path, run_queue: Callable[[], None]
) -> None:
    style.change(public=True)
    taught.bring(style)
    photo = make_photo(STRANGER)
    paint(stranger, photo, style=style.ref)
    style.change(public=False)
    run_queue()
    picture = photo.renderings.get()
    assert (picture.state, picture.error) == ("failed", f"The style 'Dusk' {GONE}")


def test_a_mixture_with_it_travels_by_address(style: TaughtStyle) -> None:
    query = QueryDict(f"mix={style.ref}:40,great-wave:60")
    mix = mix_query.parse(query, GUEST)
    assert mix.styles == ((style.ref, 40), ("great-wave", 60))
    assert mix_query.parse(QueryDict(mix.to_query()), GUEST) == mix
    told = mix.to_json(GUEST)["styles"][0]
    assert (told["title"], told["weight"], told["card_url"]) == ("Dusk", 40, style.thumb_url)
    assert mix_query.parse(query, STRANGER).styles == (("great-wave", 60),)


def wish(photo: Photo, style: TaughtStyle) -> dict:
    recipe = Recipe(((style.ref, 1.0), ("udnie", 1.0)), size=384)
    return {"n": 1, "page": "p", "photo": str(photo.pk), "recipe": recipe.to_json()}


def test_a_slider_mixes_it_for_whoever_may_use_it(
    photo: Photo, style: TaughtStyle, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mixing, "close_old_connections", bool)  # the test's is still needed
    place.unlink(missing_ok=True)
    lane, theirs = mixing.MixLane(), make_photo(STRANGER)
    assert lane.paint(wish(photo, style)).startswith(b"\xff\xd8")
    assert place.exists()
    with pytest.raises(EngineError, match=GONE):
        lane.paint(wish(theirs, style))
    style.change(public=True)
    assert lane.paint(wish(theirs, style)).startswith(b"\xff\xd8")
    services.remove(style)
    with pytest.raises(EngineError, match=GONE):
        lane.paint(wish(photo, style))


def test_the_file_that_is_here_is_not_fetched_again(style: TaughtStyle, place: Path) -> None:
    taught.bring(style)
    kept = place.stat().st_ino
    taught.bring(style)
    assert place.stat().st_ino == kept
    assert not list(place.parent.glob("coming-*"))


def test_a_lost_file_is_told_of(style: TaughtStyle, place: Path) -> None:
    place.unlink(missing_ok=True)
    style.weights.storage.delete(style.weights.name)
    with pytest.raises(EngineError, match="The file of the style 'Dusk' is lost"):
        taught.bring(style)


def test_deleted_it_can_be_brought_back_for_an_hour(
    guest: Client, photo: Photo, style: TaughtStyle
) -> None:
    assert api.ask(guest, "DELETE", style.api_url).status_code == 204
    assert style.ref not in slugs(GUEST)
    assert paint(guest, photo, style=style.ref).status_code == 422
    assert guest.get(style.get_absolute_url()).status_code == 404
    assert api.steer(guest, style, "restore").json()["url"] == style.get_absolute_url()
    assert paint(guest, photo, style=style.ref).status_code == 201


def test_after_that_it_is_gone_with_its_files(style: TaughtStyle, place: Path) -> None:
    taught.bring(style)
    by_hand = place.with_name("by-hand.safetensors")
    by_hand.write_bytes(b"made on the command line")
    services.remove(style)
    assert purging.purge() == 0
    assert place.exists()
    TaughtStyle.objects.update(deleted=timezone.now() - timedelta(hours=2))
    assert purging.purge() == 1
    assert not TaughtStyle.objects.exists()
    assert not place.exists()
    assert by_hand.exists()
    assert not [name for name in cast.stored_files() if "taught" in name]
    by_hand.unlink()


def test_a_lesson_that_is_deleted_ends(db: None) -> None:
    style = make_taught(state="queued")
    services.remove(style)
    style.refresh_from_db()
    assert style.state == "cancelled"


def edit(client: Client, style: TaughtStyle, **values: object):
    return api.ask(client, "PATCH", style.api_url, values)


def test_its_owner_names_and_shares_it(guest: Client, style: TaughtStyle) -> None:
    told = edit(guest, style, title=" Dawn ", artist="You", year=1999, public=True).json()
    assert (told["title"], told["artist"], told["year"], told["public"]) == (
        "Dawn", "You", 1999, True,
    )  # fmt: skip
    assert style.ref in slugs(STRANGER)
    assert edit(guest, style, year=0).json()["year"] == 0
    assert edit(guest, style, public=False).json()["public"] is False
    assert edit(guest, style, title=" ").status_code == 400
    assert edit(guest, style, year="old").status_code == 422


def test_without_a_script_too(guest: Client, style: TaughtStyle) -> None:
    address = reverse("style_edit", args=[style.pk])
    guest.post(address, {"title": " Dawn ", "year": "1999", "public": ["0", "1"]})
    style.refresh_from_db()
    assert (style.title, style.year, style.public) == ("Dawn", 1999, True)
    guest.post(address, {"year": "", "public": "0"})
    style.refresh_from_db()
    assert (style.year, style.public) == (0, False)
    for wrong in ({"title": " "}, {"year": "old"}):
        page = guest.post(address, wrong, follow=True)
        assert "give" in page.text
    style.refresh_from_db()
    assert (style.title, style.year) == ("Dawn", 0)


def test_what_is_still_learned_is_not_shared(guest: Client) -> None:
    style = make_taught(state="running")
    assert edit(guest, style, public=True).status_code == 400
    assert edit(guest, style, title="Dawn").json()["title"] == "Dawn"
    assert not TaughtStyle.objects.get().public


def test_the_wait_is_one_queue_for_both_kinds(db: None, photo: Photo, pencil) -> None:
    from tests.pencil import recipe

    first = cast.submit(photo, recipe())
    second = services.style_teach(
        GUEST, [cast.make_painting()], title="T", artist="", year=0, minutes=1, stroke=1.0,
        own_photos=False,
    )  # fmt: skip
    third = cast.submit(photo, recipe())
    assert [job.position for job in (first, second, third)] == [0, 1, 2]
    assert [cast.claim(lane="slow").pk for _ in range(3)] == [first.pk, second.pk, third.pk]


def test_a_lesson_whose_worker_fell_silent_waits_again(db: None) -> None:
    style = make_taught(state="queued")
    claimed = cast.claim(lane="slow")
    assert claimed.pk == style.pk
    cast.lose_lease(claimed)
    style.refresh_from_db()
    assert (style.state, style.attempts) == ("queued", 1)


def test_the_jobs_of_a_visitor_are_told_of_together(guest: Client, rendering) -> None:
    style = make_taught(state="queued")
    jobs = guest.get(reverse("v1:jobs")).json()["jobs"]
    assert {(job["kind"], job["id"]) for job in jobs} == {
        ("picture", str(rendering.pk)), ("style", str(style.pk)),
    }  # fmt: skip
    assert guest.get(style.api_url).json()["kind"] == "style"
    assert [row.pk for row in guest.get(reverse("mine")).context["taught"]] == [style.pk]


def test_the_environment_says_where_files_lie(style: TaughtStyle, place: Path, settings) -> None:
    assert place.is_relative_to(settings.VAR)
    assert os.environ["VAR"] == str(settings.VAR)
