"""The gallery, and the page of a built-in style."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery import cards
from gallery.browse import search
from gallery.browse.walls import Found, page_of, wall
from gallery.community import words as tags
from gallery.limits.rates import limited
from gallery.syndication import meta

LOVED = "loved"  # ?order=


@require_safe
@limited("search", reading=True, where=lambda request: request.GET.get("q"))
def gallery(request: HttpRequest) -> HttpResponse:
    """``order``, ``style``, ``tag`` and ``q`` in any combination; what is none of them is told and
    left aside."""
    given, known = request.GET, {card.slug: card for card in cards.built_in()}
    loved = given.get("order") == LOVED
    slug, word = given.get("style", ""), tags.plain(given.get("tag", ""))
    typed = search.asked(given.get("q", ""))
    told = ""
    if slug and slug not in known:
        told, slug = _("There is no style “%(name)s” here.") % {"name": search.asked(slug)}, ""
    keys = [f"style:{slug}"] if slug else []
    if word:
        # No picture has what is no tag: the page says so of one as of the other.
        keys.append(f"tag:{word}" if tags.is_tag(word) else "tag:")
    pictures = wall(keys, search.words_of(typed), loved=loved)
    page = page_of(request, pictures)
    if page.object_list and word and not (slug or typed or loved):
        about = meta.of_tag(request, word, page.object_list, page.paginator.count)
    else:
        # One of countless choices: what lists pages is told to keep to the whole gallery.
        robots = meta.NOINDEX if keys or typed or loved else ""
        about = meta.of_gallery(request, page.object_list, robots)
    context: dict[str, Any] = {
        "page": page,
        "meta": about,
        "is_cut": isinstance(pictures, Found) and pictures.is_cut,
        "loved": loved,
        "typed": typed,
        "word": word,
        "style": known.get(slug),
        "styles": known.values(),
        "filtered": bool(slug or word or typed),
        "told": told,
    }
    return render(request, "gallery.html", context)


@require_safe
def style(request: HttpRequest, slug: str) -> HttpResponse:
    """A built-in style, and what people made with it."""
    card = next((card for card in cards.built_in() if card.slug == slug), None)
    if card is None:
        raise Http404
    page = page_of(request, wall([f"style:{slug}"]))
    about = meta.of_style(request, card, page.object_list)
    return render(request, "built_in_style.html", {"style": card, "page": page, "meta": about})
