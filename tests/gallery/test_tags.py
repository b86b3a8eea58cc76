"""Title, caption, description and tags of a picture: written by its owner, shown as text."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from gallery.community.words import parse
from gallery.models import Rendering, Tag
from tests.cast import GUEST, client_of
from tests.community import HARM, PLAIN


def describe(client: Client, rendering: Rendering, **values: str) -> Any:
    return client.post(reverse("picture_describe", args=[rendering.pk]), values)


@pytest.mark.parametrize(("text", "tags"), [
    ("", []), (" sea  Sky,sea #dusk ", ["sea", "sky", "dusk"]),
    ("1889 blue-grey", ["1889", "blue-grey"]),
    ("ЗИМА 冬 हिन्दी", ["зима", "冬", "हिन्दी"]),
    ("\uff33\uff45\uff41", ["sea"]), ("x" * 32, ["x" * 32]),
])  # fmt: skip
def test_tags_are_words_of_any_script(text: str, tags: list[str]) -> None:
    assert parse(text) == tags


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<b>", "cannot be a tag"), ("a/b", "cannot be a tag"), ("under_score", "cannot be a tag"),
        ("-", "cannot be a tag"), ("x" * 33, "too long"), ("sea\u202egnp", "cannot be a tag"),
        (" ".join(f"t{n}" for n in range(11)), "These are 11 tags"),
    ],
)  # fmt: skip
def test_what_is_no_tag_is_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        parse(text)


def test_a_picture_is_described_by_its_owner(
    guest: Client, stranger: Client, hung: Rendering
) -> None:
    values = {"name": "Cup at Dawn", "caption_text": "Cold.", "alt": "A cup", "tags": "cup dawn"}
    assert describe(guest, hung, **values).status_code == 302
    page = stranger.get(hung.get_absolute_url()).text
    assert '<h1 id="picture-title">Cup at Dawn</h1>' in page
    assert "Cold." in page
    assert 'alt="A cup"' in page
    assert f'href="{reverse("tag", args=["dawn"])}"' in page
    gallery = stranger.get(reverse("gallery")).text
    assert "Cup at Dawn" in gallery
    assert 'alt="A cup"' in gallery
    assert guest.get(hung.api_url).json()["alt"] == "A cup"


def test_without_a_description_it_is_made_of_title_and_style(
    guest: Client, hung: Rendering
) -> None:
    default = hung.default_caption
    assert default.startswith("A photo painted in the style of")
    assert f'alt="{default}"' in guest.get(hung.get_absolute_url()).text
    describe(guest, hung, name="Cup")
    hung.refresh_from_db()
    assert hung.caption == f"Cup: a{default[1:]}"
    describe(guest, hung)
    hung.refresh_from_db()
    assert (hung.title, hung.caption) == (hung.default_title, default)


@pytest.mark.parametrize("wrong", [
    {"name": "x" * 121}, {"caption_text": "x" * 1001}, {"alt": "x" * 301}, {"tags": "a/b"},
    {"name": "nul\x00"},
])  # fmt: skip
def test_bad_input_is_marked_and_what_was_typed_stays(
    guest: Client, hung: Rendering, wrong: dict[str, str]
) -> None:
    page = describe(guest, hung, **({"name": "Kept", "tags": "sea"} | wrong))
    assert page.status_code == 400
    assert 'class="wrong"' in page.text
    assert "sea" in page.text or "tags" in wrong
    hung.refresh_from_db()
    assert hung.name == ""
    assert hung.tags == []


def test_the_gallery_is_narrowed_to_a_tag(guest: Client, stranger: Client, hung: Rendering) -> None:
    describe(guest, hung, tags="冬 sea")
    for word in ("冬", "sea", " SEA "):
        page = stranger.get(reverse("gallery"), {"tag": word})
        assert list(page.context["page"].object_list) == [hung]
    page = stranger.get(reverse("gallery"), {"tag": "<b>no"})
    assert page.status_code == 200
    assert "<b>no" not in page.text
    assert list(page.context["page"].object_list) == []
    for word in ("冬", "SEA"):
        page = stranger.get(reverse("tag", args=[word]))
        assert list(page.context["page"].object_list) == [hung]


def test_a_tag_of_private_pictures_only_is_not_there(
    guest: Client, stranger: Client, painted: Rendering
) -> None:
    describe(guest, painted, tags="secret")
    for client in (guest, stranger):
        assert client.get(reverse("tag", args=["secret"])).status_code == 404
    found = stranger.get(reverse("gallery"), {"tag": "secret"})
    assert list(found.context["page"].object_list) == []
    painted.change(public=True, hidden_by_moderator=True)
    assert stranger.get(reverse("tag", args=["secret"])).status_code == 404


def test_tags_are_given_anew_and_go_with_the_picture(guest: Client, hung: Rendering) -> None:
    describe(guest, hung, tags="a b")
    describe(guest, hung, tags="b c")
    assert hung.tags == ["b", "c"]
    hung.delete()
    assert not Tag.objects.exists()


@pytest.mark.parametrize("who", ["client", "stranger", "member"])
def test_others_describe_nothing(
    who: str, request: pytest.FixtureRequest, guest: Client, hung: Rendering
) -> None:
    assert describe(request.getfixturevalue(who), hung, name="Mine").status_code == 404
    assert guest.get(reverse("picture_describe", args=[hung.pk])).status_code == 405
    assert describe(client_of(GUEST, careful=True), hung, name="Mine").status_code == 403
    hung.refresh_from_db()
    assert hung.name == ""


def test_what_is_typed_is_shown_as_text(guest: Client, stranger: Client, hung: Rendering) -> None:
    describe(guest, hung, name=HARM, caption_text=HARM, alt=HARM)
    hung.refresh_from_db()
    assert hung.name == HARM
    pages = [guest.get(reverse(name)) for name in ("home", "gallery", "mine")]
    pages += [client.get(hung.get_absolute_url()) for client in (guest, stranger)]
    pages.append(guest.get(hung.photo.get_absolute_url()))
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    assert PLAIN in pages[-2].text


def test_pages_of_a_tag_keep_the_tag(guest: Client, hung: Rendering) -> None:
    from gallery.community.pictures import picture_describe
    from gallery.views import PAGE
    from tests.cast import copies

    for row in copies(hung, PAGE + 1, public=True):
        picture_describe(row, ["sea"])
    page = guest.get(reverse("gallery"), {"tag": "sea"}).text
    assert "?tag=sea&amp;page=2" in page
