"""Feeds (RSS 2.0 with Media RSS) of the gallery, of a member, of a tag: the newest pictures.

They look at no cookie: everybody gets the same, and only what everybody may see.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.html import escape, format_html, linebreaks
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from gallery.community import people, words
from gallery.context import SITE_NAME
from gallery.models import Rendering
from gallery.services import printable
from gallery.syndication import jpegs

NEWEST = 30
TTL = 60  # minutes after which a reader looks again


class MediaFeed(Rss201rev2Feed):
    """With the pictures in it, as https://www.rssboard.org/media-rss says."""

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:media": "http://search.yahoo.com/mrss/"}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        large, small = item["large"], item["small"]
        given = {"type": jpegs.MIME, "medium": "image"}
        handler.startElement("media:content", {**large, **given})
        handler.addQuickElement("media:title", item["title"], {"type": "plain"})
        handler.addQuickElement("media:description", item["alt"], {"type": "plain"})
        handler.addQuickElement("media:thumbnail", "", small)
        handler.endElement("media:content")


class PictureFeed(Feed):  # type: ignore[type-arg]
    feed_type = MediaFeed
    ttl = TTL

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def answer(self, **asked: str) -> HttpResponse:
        """Without a date: when the newest picture is taken down, the feed is older than before,
        and a reader that asks what is new since then would keep it. The ETag tells the truth."""
        response = self(self.request, **asked)
        del response["Last-Modified"]
        response["Cache-Control"] = "no-cache"
        return response

    def absolute(self, path: str) -> str:
        return self.request.build_absolute_uri(path)

    def pictures(self, obj: Any) -> Any:
        return Rendering.objects.hung()

    def items(self, obj: Any) -> list[Rendering]:
        newest = self.pictures(obj).order_by("-published", "pk")
        return list(newest.prefetch_related("tag_rows")[:NEWEST])

    def item_title(self, item: Rendering) -> str:  # type: ignore[override]
        return printable(item.title)

    def item_description(self, item: Rendering) -> str:  # type: ignore[override]
        """Readers show this: the picture, and what stands under it."""
        width, height = jpegs.measures(item)
        picture = format_html(
            '<p><a href="{}"><img src="{}" width="{}" height="{}" alt="{}"></a></p>',
            self.absolute(item.get_absolute_url()), self.absolute(jpegs.address(item)),
            str(width), str(height), printable(item.caption),
        )  # fmt: skip
        said = "\n".join(map(printable, item.caption_text.splitlines()))
        return picture + (linebreaks(escape(said)) if said else "")

    def item_pubdate(self, item: Rendering) -> datetime:
        return item.published or item.created

    def item_author_name(self, item: Rendering) -> str:
        return item.maker

    def item_categories(self, item: Rendering) -> list[str]:
        return item.tags

    def item_extra_kwargs(self, item: Rendering) -> dict[str, Any]:
        return {
            "large": self.file(item, jpegs.CARD), "small": self.file(item, jpegs.SMALL),
            "alt": printable(item.caption),
        }  # fmt: skip

    def file(self, item: Rendering, size: int) -> dict[str, str]:
        width, height = jpegs.measures(item, size)
        url = self.absolute(jpegs.address(item, size))
        return {"url": url, "width": str(width), "height": str(height)}


class GalleryFeed(PictureFeed):
    def title(self, obj: Any) -> str:
        return f"{SITE_NAME}: {_('Gallery')}"

    def description(self, obj: Any) -> str:
        return _("Photographs turned into paintings, hung by those who made them.")

    def link(self, obj: Any) -> str:  # type: ignore[override]
        return reverse("gallery")


class PersonFeed(PictureFeed):
    """There, as long as the member's page is there for everybody."""

    def get_object(self, request: HttpRequest, username: str) -> Any:  # type: ignore[override]
        user = people.find_user(username)
        if not people.has_page(user):
            raise Http404
        return user

    def pictures(self, obj: Any) -> Any:
        return super().pictures(obj).filter(owner=obj)

    def title(self, obj: Any) -> str:
        return f"{SITE_NAME}: {obj.get_username()}"

    def description(self, obj: Any) -> str:
        return _("Pictures by %(name)s") % {"name": obj.get_username()}

    def link(self, obj: Any) -> str:  # type: ignore[override]
        return reverse("person", args=[obj.get_username()])


class TagFeed(PictureFeed):
    """There, as long as a public picture has the tag."""

    def get_object(self, request: HttpRequest, word: str) -> str:  # type: ignore[override]
        word = words.plain(word)
        if not words.is_tag(word) or not self.pictures(word).exists():
            raise Http404
        return word

    def pictures(self, obj: Any) -> Any:
        return super().pictures(obj).filter(tag_rows__word=obj)

    def title(self, obj: Any) -> str:
        return f"{SITE_NAME}: #{obj}"

    def description(self, obj: Any) -> str:
        return _("Public pictures with the tag #%(word)s") % {"word": obj}

    def link(self, obj: Any) -> str:  # type: ignore[override]
        return reverse("tag", args=[obj])


@require_safe
@conditional_page
def gallery_feed(request: HttpRequest) -> HttpResponse:
    return GalleryFeed(request).answer()


@require_safe
@conditional_page
def person_feed(request: HttpRequest, username: str) -> HttpResponse:
    return PersonFeed(request).answer(username=username)


@require_safe
@conditional_page
def tag_feed(request: HttpRequest, word: str) -> HttpResponse:
    return TagFeed(request).answer(word=word)
