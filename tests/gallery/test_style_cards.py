"""The shelf of styles shows every style, with its card once that is painted."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from gallery import cards
from gallery.models import Style
from tests.cast import body, encoded
from webstyle.engine.weights import styles


def add_card(slug: str = "udnie") -> Style:
    style = Style(slug=slug, fingerprint="f" * 64, card_width=256, card_height=171,
                  colour="#0000ff")  # fmt: skip
    style.card.save(f"styles/{slug}.webp", ContentFile(encoded("coffee.png", "webp")))
    return style


def test_every_style_can_be_chosen_in_the_studio(guest: Client, photo) -> None:
    html = guest.get(photo.get_absolute_url()).text
    for slug in styles():
        assert f'value="{slug}"' in html


def test_every_style_is_on_the_front_page_with_its_artist(guest: Client) -> None:
    html = guest.get(reverse("home")).text
    for style in styles().values():
        assert f'data-style="{style.slug}"' in html
        assert style.artist in html


def test_a_painted_card_is_for_everybody_and_may_be_kept(client: Client, db: None) -> None:
    style = add_card()
    (card,) = (card for card in cards.built_in() if card.card_url)
    assert card.slug == "udnie"
    answer = client.get(card.card_url)
    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    assert body(answer) == style.card.open().read()


def test_a_card_has_the_hue_of_its_mean_colour(db: None) -> None:
    add_card()
    assert {card.slug: card.hue for card in cards.built_in()}["udnie"] == 239


def test_a_card_that_is_not_painted_is_not_found(client: Client, db: None) -> None:
    assert client.get(reverse("card_file", args=["udnie"])).status_code == 404
    add_card().card.storage.delete("styles/udnie.webp")
    assert client.get(reverse("card_file", args=["udnie"])).status_code == 404
