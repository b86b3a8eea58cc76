"""What a page tells programs about itself: Open Graph and Twitter cards, its one address, feeds.

Only of what everybody may see, and only with pictures that everybody may see: whoever looks at the
page themselves, its owner too, changes nothing about it. Private pages have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from gallery.cards import Card
from gallery.context import SITE_NAME
from gallery.models import Album, Rendering
from gallery.services import printable
from gallery.syndication import jpegs

LONGEST = 200  # letters of a description: previews cut it there
NOINDEX = "noindex"
Pictures = Any  # a list of pictures, or what a page of a query holds
LOCALES = {"en": "en_GB", "zh-hans": "zh_CN"}  # Open Graph wants a country


@dataclass(frozen=True)
class Shown:
    """A picture on a card, with its absolute address."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Feed:
    title: str
    url: str


@dataclass(frozen=True)
class Meta:
    """For ``parts/meta.html``. Addresses are absolute."""

    title: str
    description: str
    url: str
    kind: str = "website"  # og:type
    image: Shown | None = None
    robots: str = ""  # where it is set, the page names no canonical address
    published: datetime | None = None
    person: str = ""
    feeds: Sequence[Feed] = field(default_factory=list)
    oembed: str = ""  # the question, without its format
    site_name: str = SITE_NAME

    @property
    def locale(self) -> str:
        language = get_language() or "en"
        return LOCALES.get(language) or to_locale(language)


def line(text: str, letters: int = LONGEST) -> str:
    """On one line, and not too long."""
    return Truncator(printable(" ".join(text.split()))).chars(letters)


def absolute(request: HttpRequest, path: str) -> str:
    return request.build_absolute_uri(path)


def here(request: HttpRequest, path: str = "") -> str:
    """This page's one address; of its queries only the page's number tells of another page."""
    number = request.GET.get("page", "")
    later = number.isdecimal() and number.isascii() and int(number[:9]) > 1
    return absolute(request, (path or request.path) + (f"?page={int(number[:9])}" if later else ""))


def shown(request: HttpRequest, picture: Rendering | None) -> Shown | None:
    if picture is None or not picture.hung:
        return None
    url = absolute(request, jpegs.address(picture))
    return Shown(url, *jpegs.measures(picture), line(picture.caption, 300))


def first(pictures: Pictures) -> Rendering | None:
    return next((picture for picture in pictures if picture.hung), None)


def question(request: HttpRequest, path: str) -> str:
    """To the oEmbed endpoint about the page at ``path``."""
    return absolute(request, reverse("oembed", query={"url": absolute(request, path)}))


def of_home(request: HttpRequest, picture: Rendering | None) -> Meta:
    return Meta(
        SITE_NAME, _("Turn your photographs into paintings, on your own server."),
        absolute(request, reverse("home")), image=shown(request, picture),
        feeds=[gallery_feed(request)],
    )  # fmt: skip


def of_gallery(request: HttpRequest, pictures: Pictures, robots: str = "") -> Meta:
    """``pictures`` of the page, in their order; ``robots`` where it is one of countless choices."""
    return Meta(
        _("Gallery"), _("Photographs turned into paintings, hung by those who made them."),
        here(request), image=shown(request, first(pictures)), robots=robots,
        feeds=[gallery_feed(request)],
    )  # fmt: skip


def of_tag(request: HttpRequest, word: str, pictures: Pictures, count: int) -> Meta:
    told = ngettext("%(count)s picture", "%(count)s pictures", count) % {"count": count}
    feed = Feed(f"#{word}", absolute(request, reverse("tag_feed", args=[word])))
    address = here(request, reverse("tag", args=[word]))
    return Meta(f"#{word}", told, address, image=shown(request, first(pictures)), feeds=[feed])


def of_style(request: HttpRequest, style: Card, pictures: Pictures) -> Meta:
    """A built-in one."""
    told = _("Photographs painted after “%(title)s” by %(artist)s.")
    told %= {"title": style.title, "artist": style.artist}
    return Meta(style.title, line(told), here(request), image=shown(request, first(pictures)))


def of_person(request: HttpRequest, user: Any, about: str, pictures: Pictures) -> Meta:
    """For somebody who is named, and shows or says something."""
    name = user.get_username()
    told = about or _("Pictures by %(name)s") % {"name": name}
    feed = Feed(name, absolute(request, reverse("person_feed", args=[name])))
    return Meta(
        name, line(told), here(request), "profile", shown(request, first(pictures)),
        person=name, feeds=[feed],
    )  # fmt: skip


def of_album(request: HttpRequest, album: Album, pictures: Pictures) -> Meta | None:
    """Of one that only whoever has the address sees, programs that keep lists are told to leave
    it alone."""
    if album.visibility == Album.Visibility.PRIVATE:
        return None
    hung = [picture for picture in pictures if picture.hung]
    cover = next((p for p in hung if p.pk == album.cover_id), first(hung))
    listed = album.visibility == Album.Visibility.PUBLIC
    told = ngettext("%(count)s picture", "%(count)s pictures", len(hung)) % {"count": len(hung)}
    path = album.get_absolute_url()
    return Meta(
        line(album.title), line(album.description or told), absolute(request, path),
        image=shown(request, cover), robots="" if listed else NOINDEX,
        oembed=question(request, path) if listed else "",
    )  # fmt: skip


def of_picture(request: HttpRequest, picture: Rendering) -> Meta | None:
    if not picture.hung:
        return None
    path = picture.get_absolute_url()
    return Meta(
        line(picture.title), line(picture.caption_text or picture.caption),
        absolute(request, path), "article", shown(request, picture), published=picture.published,
        oembed=question(request, path),
    )  # fmt: skip


def gallery_feed(request: HttpRequest) -> Feed:
    title = f"{SITE_NAME}: {_('Gallery')}"
    return Feed(title, absolute(request, reverse("gallery_feed")))
