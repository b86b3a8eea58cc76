"""A recipe that one sees can be painted on a photo of one's own, unless its owner keeps it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from gallery import remix, services
from gallery.models import Photo, Rendering
from tests import api, cast
from tests.cast import GUEST, STRANGER
from webstyle.engine.recipe import Recipe


@pytest.fixture
def hung(painted: Rendering) -> Rendering:
    """The guest's picture, in the gallery."""
    services.rendering_publish(painted, public=True, show_photo=False)
    return painted


@pytest.fixture
def theirs(db: None) -> Photo:
    """The stranger's photo."""
    return cast.make_photo(STRANGER, "rocket.jpg")


def ask(client: Client, picture: Rendering, photo: Photo | None, **how: str) -> object:
    values = {"photo": str(photo.pk)} if photo else {}
    return client.post(reverse("remix", args=[picture.pk]), values, **how)


def latest() -> Rendering:
    return Rendering.objects.latest("created")


def recipe(picture: Rendering, **values: object) -> None:
    picture.change(recipe={**picture.recipe, **values})


def test_a_stranger_paints_a_photo_of_their_own_by_a_recipe(
    stranger: Client, hung: Rendering, theirs: Photo
) -> None:
    whole = Recipe(
        styles=(("udnie", 0.3), ("great-wave", 0.7)), size=128, strength=0.6, keep_color=True,
        seed=7, params={"feather": 0.1},
    )  # fmt: skip
    hung.change(recipe=whole.to_json())
    answer = ask(stranger, hung, theirs)
    made = latest()
    assert answer.url == made.get_absolute_url()
    assert made.parsed_recipe() == whole
    assert made.photo == theirs
    assert made.remix_of == hung
    assert made.owned_by == STRANGER
    assert made.state == "queued"


def test_the_regions_are_left_out_and_the_page_says_so(
    stranger: Client, hung: Rendering, theirs: Photo
) -> None:
    mask = cast.make_mask(hung.photo)
    recipe(hung, masks=[["udnie", str(mask.pk)]])
    page = stranger.get(reverse("remix", args=[hung.pk]))
    assert remix.REGIONS_LEFT_OUT in page.text
    ask(stranger, hung, theirs)
    assert latest().parsed_recipe().masks == ()


def test_a_file_can_be_sent_instead(client: Client, hung: Rendering) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("me.jpg", cast.encoded("coffee.png", "jpg", 128))
    client.post(reverse("remix", args=[hung.pk]), {"photo": file})
    assert latest().remix_of == hung
    assert latest().photo.title == "me"


def test_the_photo_that_was_open_last_takes_one_click(
    stranger: Client, hung: Rendering, theirs: Photo
) -> None:
    assert stranger.get(hung.get_absolute_url()).context["remix_photo"] is None
    stranger.get(theirs.get_absolute_url())
    page = stranger.get(hung.get_absolute_url())
    assert page.context["remix_photo"] == theirs
    assert f"Use this recipe on {theirs.title}" in page.text
    services.remove(theirs)
    assert stranger.get(hung.get_absolute_url()).context["remix_photo"] is None


def test_somebody_elses_photo_cannot_be_painted(stranger: Client, hung: Rendering) -> None:
    assert ask(stranger, hung, hung.photo).status_code == 404
    assert Rendering.objects.count() == 1


@pytest.mark.parametrize("name", ["", "x"])
def test_without_a_photo_one_is_asked_for(stranger: Client, hung: Rendering, name: str) -> None:
    address = reverse("remix", args=[hung.pk])
    page = stranger.post(address, {"photo": name}, follow=True)
    assert "Choose a photograph first" in page.text


def test_a_private_picture_is_not_there_to_be_remixed(
    stranger: Client, painted: Rendering, theirs: Photo
) -> None:
    assert stranger.get(reverse("remix", args=[painted.pk])).status_code == 404
    assert ask(stranger, painted, theirs).status_code == 404


def test_a_picture_that_is_not_finished_neither(guest: Client, rendering: Rendering) -> None:
    assert guest.get(reverse("remix", args=[rendering.pk])).status_code == 404


def test_ones_own_private_picture_can_be_remixed(guest: Client, painted: Rendering) -> None:
    other = cast.make_photo(GUEST, "rocket.jpg")
    ask(guest, painted, other)
    assert latest().remix_of == painted


def test_the_owner_may_keep_the_recipe(
    guest: Client, stranger: Client, hung: Rendering, theirs: Photo
) -> None:
    guest.post(reverse("picture_recipe", args=[hung.pk]), {"remixable": "0"})
    page = stranger.get(hung.get_absolute_url())
    assert "keeps this recipe" in page.text
    answer = ask(stranger, hung, theirs)
    assert answer.status_code == 400
    assert "keeps this recipe" in answer.text
    wish = {"photo": theirs.pk, "remix_of": hung.pk}
    answer = api.ask(stranger, "POST", reverse("v1:pictures"), wish)
    assert answer.status_code == 400
    assert answer.json() == {"error": "Its owner keeps this recipe for themselves."}
    assert Rendering.objects.count() == 1
    ask(guest, hung, hung.photo)
    assert Rendering.objects.count() == 2
    guest.post(reverse("picture_recipe", args=[hung.pk]), {"remixable": ["0", "1"]})
    ask(stranger, hung, theirs)
    assert Rendering.objects.count() == 3


@pytest.mark.parametrize("kind", ["painting", "style"])
def test_a_private_painting_or_style_is_not_for_others(
    stranger: Client, hung: Rendering, theirs: Photo, kind: str
) -> None:
    item = cast.make_painting() if kind == "painting" else cast.make_taught()
    engine = "gatys" if kind == "painting" else "stylebank"
    recipe(hung, styles=[[item.ref, 1.0]], engine=engine)
    Rendering.objects.update(styles_named={item.ref: {"title": "Night", "artist": ""}})
    hung.refresh_from_db()
    assert remix.obstacle(hung, GUEST) == ""
    answer = ask(stranger, hung, theirs)
    assert "Night" in answer.text
    assert "only its owner may use" in answer.text
    services.shared_edit(item, public=True)
    assert remix.obstacle(hung, STRANGER) == ""
    services.shared_edit(item, public=False)
    services.remove(item)
    for who in (GUEST, STRANGER):
        assert "is gone" in remix.obstacle(hung, who)


def test_a_built_in_style_that_is_gone_is_named(stranger: Client, hung: Rendering) -> None:
    recipe(hung, styles=[["lost-style", 1.0]])
    page = stranger.get(reverse("remix", args=[hung.pk]))
    assert "“lost-style”, which is gone" in page.text


@pytest.mark.parametrize("broken", [{"engine": "no-such"}, {"version": 99}])
def test_a_recipe_that_is_no_longer_understood_is_an_obstacle_and_no_error(
    stranger: Client, hung: Rendering, broken: dict
) -> None:
    recipe(hung, **broken)
    page = stranger.get(reverse("remix", args=[hung.pk]))
    assert page.status_code == 200
    assert "no longer knows" in page.text


def test_a_full_queue_says_so(stranger: Client, hung: Rendering, theirs: Photo, settings) -> None:
    settings.MAX_JOBS_WAITING = 0
    assert ask(stranger, hung, theirs).status_code == 429


def remixed(hung: Rendering, theirs: Photo) -> Rendering:
    made = remix.remixed(hung, theirs)
    made.change(state="done", public=True, published=made.created)
    return made


def test_a_remix_leads_back_only_while_one_may_see_where(
    client: Client, stranger: Client, hung: Rendering, theirs: Photo
) -> None:
    user = get_user_model().objects.create_user("vincent")
    Rendering.objects.update(owner=user, guest="")
    made = remixed(hung, theirs)
    page = client.get(made.get_absolute_url())
    assert hung.get_absolute_url() in page.text
    assert "by vincent" in page.text
    hung.refresh_from_db()
    services.rendering_publish(hung, public=False, show_photo=False)
    for who in (client, stranger):
        page = who.get(made.get_absolute_url())
        assert str(hung.pk) not in page.text
        assert "vincent" not in page.text


def test_the_original_counts_public_remixes_and_ones_own(
    client: Client, stranger: Client, hung: Rendering, theirs: Photo
) -> None:
    made = remixed(hung, theirs)
    assert client.get(hung.get_absolute_url()).context["remix_count"] == 1
    services.rendering_publish(made, public=False, show_photo=False)
    assert client.get(hung.get_absolute_url()).context["remix_count"] == 0
    assert stranger.get(hung.get_absolute_url()).context["remix_count"] == 1
    services.remove(made)
    assert stranger.get(hung.get_absolute_url()).context["remix_count"] == 0


def test_a_remix_outlives_its_original(hung: Rendering, theirs: Photo) -> None:
    made = remix.remixed(hung, theirs)
    hung.delete()
    made.refresh_from_db()
    assert made.remix_of is None
