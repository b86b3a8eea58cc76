"""The shelf: what can be painted with, and by which methods."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from gallery import cards
from gallery.api import paging, params
from gallery.api.auth import Anybody, Token, caller
from gallery.api.schemas import ITS, LIST, Engine, Style, Styles
from gallery.api.scopes import READ
from gallery.titles import word
from webstyle.engine.registry import engine_names, get_engine

router = Router()
ANYBODY: list[Any] = [Token(READ), Anybody()]


def told(card: cards.Card) -> dict[str, Any]:
    kind = "own" if card.own else "shared" if card.shared else "built-in"
    return {
        "ref": card.slug, "title": card.title, "artist": card.artist, "year": card.year,
        "kind": kind, "colour": card.colour, "hue": card.hue, "card": card.card_url,
        "url": card.page_url,
    }  # fmt: skip


@router.get("", response={200: Styles, **LIST}, auth=ANYBODY, url_name="styles")
def style_list(
    request: HttpRequest, limit: paging.Limit = 20, cursor: paging.Cursor = ""
) -> dict[str, Any]:
    """Your own first, then the built-in ones, then those that others share."""
    shelf = [told(card) for card in cards.shelf(caller(request).owner)]
    return paging.page_of_list(shelf, limit, cursor)


@router.get("/engines", response={200: list[Engine], **LIST}, auth=ANYBODY)
def engine_list(request: HttpRequest) -> list[dict[str, Any]]:
    """The methods of painting, each with its parameters."""
    return [
        {
            "name": name, "title": word(get_engine(name).title), "lane": get_engine(name).lane,
            "takes_paintings": get_engine(name).takes_paintings,
            "takes_masks": get_engine(name).takes_masks, "params": params.schema(name),
        }
        for name in engine_names()
    ]  # fmt: skip


@router.get("/{ref}", response={200: Style, **ITS}, auth=ANYBODY)
def style_get(request: HttpRequest, ref: str) -> dict[str, Any]:
    """One of the shelf, by its ref."""
    for card in cards.shelf(caller(request).owner):
        if card.slug == ref:
            return told(card)
    raise Http404
