"""The page of a picture, and the studio of its photo, in each state of the job."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Rendering
from tests import cast

State = Rendering.State


def queued(rendering: Rendering) -> None:
    pass


def running(rendering: Rendering) -> None:
    taken = cast.claim()
    taken.change(step=2, total=4, stage="Painting: Udnie")


def paused(rendering: Rendering) -> None:
    rendering.change(state=State.PAUSED, lane="slow", step=2, total=4)


def done(rendering: Rendering) -> None:
    cast.run_all()


def failed(rendering: Rendering) -> None:
    rendering.change(state=State.FAILED, error="The canvas tore & fell.")


def cancelled(rendering: Rendering) -> None:
    rendering.change(state=State.CANCELLED)


every_state = pytest.mark.parametrize(
    "reach", [queued, running, paused, done, failed, cancelled], ids=lambda f: f.__name__
)
Reach = Callable[[Rendering], None]


def page(client: Client, rendering: Rendering) -> str:
    answer = client.get(rendering.get_absolute_url())
    assert answer.status_code == 200
    return answer.text


@every_state
def test_the_page_says_the_state(guest: Client, rendering: Rendering, reach: Reach) -> None:
    reach(rendering)
    assert f'data-state="{reach.__name__}"' in page(guest, rendering)


@every_state
def test_the_page_carries_the_snapshot_its_script_goes_on_from(
    guest: Client, rendering: Rendering, reach: Reach
) -> None:
    reach(rendering)
    found = re.search(r'<script id="snapshot"[^>]*>(.*?)</script>', page(guest, rendering), re.S)
    assert found
    shown = json.loads(found[1])
    polled = guest.get(rendering.api_url).json()
    for snapshot in (shown, polled):
        assert snapshot["id"] == str(rendering.pk)
        assert snapshot["state"] == reach.__name__
    assert shown["seq"] == polled["seq"]


@every_state
def test_the_studio_shows_the_picture_among_the_others(
    guest: Client, rendering: Rendering, reach: Reach
) -> None:
    reach(rendering)
    for query in ("", f"?show={rendering.pk}", "?show=nonsense"):
        answer = guest.get(rendering.photo.get_absolute_url() + query)
        assert answer.status_code == 200
        assert f'data-film="{rendering.pk}"' in answer.text


@every_state
def test_a_page_of_ones_own_lists_it(guest: Client, rendering: Rendering, reach: Reach) -> None:
    reach(rendering)
    assert rendering.get_absolute_url() in guest.get(reverse("mine")).text


def test_a_failure_is_told_in_its_own_words(guest: Client, rendering: Rendering) -> None:
    failed(rendering)
    assert "The canvas tore &amp; fell." in page(guest, rendering)


def test_a_finished_picture_is_shown_beside_its_photo(guest: Client, painted: Rendering) -> None:
    html = page(guest, painted)
    assert painted.view_url in html
    assert painted.photo.view_url in html
    for kind in ("jpg", "png", "webp"):
        assert reverse("picture_download", args=[painted.pk, kind]) in html


def test_the_page_names_style_and_artist(guest: Client, painted: Rendering) -> None:
    html = page(guest, painted)
    assert "Udnie" in html
    assert "Francis Picabia" in html


def test_a_style_that_is_gone_keeps_the_page_alive(guest: Client, painted: Rendering) -> None:
    painted.change(recipe=painted.recipe | {"styles": [["gone-style", 1.0]]})
    assert "gone-style" in page(guest, painted)
    assert guest.get(reverse("mine")).status_code == 200


def test_a_deleted_painting_leaves_its_title_to_its_pictures(
    guest: Client, painted: Rendering
) -> None:
    painting = cast.make_painting(title="<b>Night</b>", artist="Aunt & I")
    named = {painting.ref: {"title": painting.title, "artist": painting.artist}}
    painted.change(recipe=painted.recipe | {"styles": [[painting.ref, 1.0]]}, styles_named=named)
    painting.delete()
    html = page(guest, painted)
    assert "&lt;b&gt;Night&lt;/b&gt;" in html
    assert "Aunt &amp; I" in html
    assert "<b>Night" not in html + guest.get(painted.photo.get_absolute_url()).text


def test_a_stranger_is_offered_no_actions(stranger: Client, painted: Rendering) -> None:
    painted.change(public=True)
    html = page(stranger, painted)
    for action in ("publish", "delete"):
        assert reverse(f"picture_{action}", args=[painted.pk]) not in html


def test_a_title_with_markup_is_shown_as_text(guest: Client, rendering: Rendering) -> None:
    rendering.photo.title = "<script>alert(1)</script>"
    rendering.photo.save()
    for address in (rendering.photo.get_absolute_url(), reverse("mine"), reverse("home")):
        html = guest.get(address).text
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html
