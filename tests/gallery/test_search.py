"""Searching what hangs, in any script; and what no search finds."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gallery.browse.search import plain, words_of
from gallery.browse.walls import MAX_FOUND
from gallery.models import Profile, Rendering, Tag
from tests.cast import copies
from tests.community import HARM, PLAIN, pictures_of
from tests.members import make_member


@pytest.fixture
def cup(painted: Rendering) -> Rendering:
    """By somebody who shows their name."""
    picture = pictures_of(make_member("vera"), painted)[0]
    picture.change(
        name="Café Nocturne", caption_text="静かな朝。冬天的大海与灯塔", alt="A cup on a tray"
    )
    Tag.objects.create(rendering=picture, word="blue-hour")
    return picture


def found(client: Client, text: str) -> list[Rendering]:
    answer = client.get("/gallery/", {"q": text})
    assert answer.status_code == 200
    return list(answer.context["page"].object_list)


@pytest.mark.parametrize("text", [
    "nocturne", "NOCT", "cafe", "café", "Cafe\u0301 nocturne", "tray cup", "#blue-hour", "blue",
    "udnie", "picabia", "大海", "海", "冬天 灯塔", "静か", "vera", "Vera cup", "“nocturne”",
    "  nocturne   tray  ", "\uff23\uff55\uff50",
])  # fmt: skip
def test_words_are_found_wherever_they_stand(
    client: Client, cup: Rendering, painted: Rendering, text: str
) -> None:
    assert found(client, text) == [cup]


@pytest.mark.parametrize("text", [
    "nocturnes", "cup boat", "大山", "%", "_", "n_cturne", "noct%ne", "\\", "<script>", "None",
    "null", "style:udnie",
])  # fmt: skip
def test_other_words_are_not(client: Client, cup: Rendering, text: str) -> None:
    assert found(client, text) == []


def test_nothing_asked_is_everything(client: Client, cup: Rendering) -> None:
    for text in ("", "   ", "#", "\x00", "\u202e"):
        assert found(client, text) == [cup]


def test_what_does_not_hang_is_not_found(client: Client, guest: Client, cup: Rendering) -> None:
    cup.change(public=False)
    assert found(client, "nocturne") == found(guest, "nocturne") == []


def test_a_description_that_changed_is_found_by_its_new_words_only(
    guest: Client, client: Client, painted: Rendering
) -> None:
    painted.change(public=True, published=painted.created, name="Harbour")
    values = {"name": "Lighthouse", "caption_text": "Rain", "alt": "", "tags": "storm"}
    guest.post(reverse("picture_describe", args=[painted.pk]), values)
    for text in ("lighthouse", "rain", "storm"):
        assert found(client, text) == [painted]
    assert found(client, "harbour") == []
    guest.post(reverse("picture_describe", args=[painted.pk]), values | {"tags": ""})
    assert found(client, "storm") == []


def test_who_would_not_be_named_is_not_found_by_name(client: Client, cup: Rendering) -> None:
    profile = Profile.objects.create(user=cup.owner, named=False)
    assert found(client, "vera") == []
    assert found(client, "nocturne") == [cup]
    profile.named = True
    profile.save()
    assert found(client, "vera") == [cup]


def test_nor_is_an_account_that_is_closed(client: Client, cup: Rendering) -> None:
    cup.owner.is_active = False
    cup.owner.save()
    assert found(client, "vera") == []
    assert found(client, "nocturne") == [cup]


def test_a_name_and_a_word_have_to_be_of_one_picture(
    client: Client, cup: Rendering, painted: Rendering
) -> None:
    boat = pictures_of(make_member("theo"), painted)[0]
    boat.change(name="Boat")
    assert found(client, "theo boat") == [boat]
    assert found(client, "theo nocturne") == []


def test_addresses_and_mails_of_members_are_not_searched(client: Client, cup: Rendering) -> None:
    assert found(client, "example.org") == []


def test_the_name_of_a_photo_is_not_searched(client: Client, cup: Rendering) -> None:
    """It is often the name of a file, and is not shown."""
    assert cup.photo.title == "Coffee"
    assert found(client, "coffee") == []


def test_what_is_typed_comes_back_as_text(client: Client, cup: Rendering) -> None:
    page = client.get("/gallery/", {"q": HARM}).text
    assert HARM[:20] not in page
    assert PLAIN[:20] in page


def test_a_search_that_finds_very_many_shows_the_newest_and_says_so(
    client: Client, cup: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gallery.browse import walls

    assert MAX_FOUND > 400
    monkeypatch.setattr(walls, "MAX_FOUND", 5)
    rows = copies(cup, 9, public=True)
    answer = client.get("/gallery/", {"q": "nocturne"})
    assert list(answer.context["page"].object_list) == rows[:3:-1]
    assert "The newest 5 pictures of those that were found" in answer.text


def test_spelling_does_not_count() -> None:
    assert plain("ÉCOLE Straße \uff21") == "ecole strasse a"
    assert plain("한국 が") == plain("한국 か\u3099")


def test_only_so_many_words_count() -> None:
    assert words_of("a b a c") == ["a", "b", "c"]
    assert len(words_of(" ".join("abcdefghijklm"))) == 8
    assert words_of("#sea, “dusk”") == ["sea", "dusk"]
