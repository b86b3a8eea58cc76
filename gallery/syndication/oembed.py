"""The oEmbed provider (https://oembed.com, version 1.0): public pictures and albums.

An address is only taken apart and looked up here: nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any
from urllib.parse import urlsplit
from xml.sax.xmlreader import AttributesImpl

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import ResolverMatch, get_script_prefix, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from gallery.context import SITE_NAME
from gallery.models import Album, AlbumItem, Rendering
from gallery.syndication import jpegs
from gallery.syndication.meta import absolute, line

LONGEST = 2000  # letters of an address
KEPT = 3600  # seconds that an answer may be kept: what is taken down should soon be gone
UNLIMITED = 10**6

Answer = dict[str, Any]


class AskedWrongError(Exception):
    """Fit to be shown."""


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("format", "json")
    if kind not in WRITERS:
        return refusal(501, _("Formats are json and xml."))
    try:
        limits = limit(request, "maxwidth"), limit(request, "maxheight")
        match = matched(request)
        answer = ANSWERS[match.url_name or ""](request, match.kwargs["pk"], limits)
    except AskedWrongError as error:
        return refusal(400, str(error))
    except Http404:
        return refusal(404, _("There is no such public picture or album."))
    return opened(WRITERS[kind](answer))


def opened(response: HttpResponse) -> HttpResponse:
    """For scripts of any site: it is for everybody, and looks at no cookie."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def refusal(status: int, words: str) -> HttpResponse:
    plain = "text/plain; charset=utf-8"
    return opened(HttpResponse(words, status=status, content_type=plain))


def limit(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name)
    if text is None:
        return UNLIMITED
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and int(text)):
        raise AskedWrongError(_("%(name)s: give a whole number of pixels.") % {"name": name})
    return int(text)


def matched(request: HttpRequest) -> ResolverMatch:
    """The page that is asked about, if it is one of this site's that can be embedded."""
    url = request.GET.get("url", "")
    if not url or len(url) > LONGEST:
        raise AskedWrongError(_("url: give the address of a picture or an album."))
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Http404 from None
    ours = parts.netloc.lower() == request.get_host().lower()
    prefix = get_script_prefix()
    if parts.scheme not in ("http", "https") or not ours or not parts.path.startswith(prefix):
        raise Http404
    match = resolve("/" + parts.path.removeprefix(prefix))
    if match.url_name not in ANSWERS:
        raise Http404
    return match


def of_picture(request: HttpRequest, pk: Any, limits: tuple[int, int]) -> Answer:
    picture = Rendering.objects.hung().filter(pk=pk).first()
    if picture is None:
        raise Http404
    return {**about(request, picture, picture.title), **photo(request, picture, limits)}


def of_album(request: HttpRequest, pk: Any, limits: tuple[int, int]) -> Answer:
    """Its cover. One that only whoever has the address sees is not handed on."""
    album = Album.objects.hung().select_related("owner__profile").filter(pk=pk).first()
    if album is None:
        raise Http404
    inside = AlbumItem.objects.filter(album=album, rendering__in=Rendering.objects.hung())
    inside = inside.select_related("rendering")
    shown = inside.filter(rendering=album.cover_id).first() or inside.first()
    told = about(request, album, album.title)
    return {**told, **(photo(request, shown.rendering, limits) if shown else {"type": "link"})}


def about(request: HttpRequest, item: Rendering | Album, title: str) -> Answer:
    told: Answer = {
        "version": "1.0",
        "title": line(title),
        "provider_name": SITE_NAME,
        "provider_url": absolute(request, reverse("home")),
        "cache_age": KEPT,
    }
    if item.maker:
        told["author_name"] = line(item.maker)
        told["author_url"] = absolute(request, reverse("person", args=[item.maker]))
    return told


def photo(request: HttpRequest, picture: Rendering, limits: tuple[int, int]) -> Answer:
    """Of the files that there are, the largest that fits."""
    size = jpegs.fitting(picture, *limits)
    if size is None:
        least = min(jpegs.SIZES)
        raise AskedWrongError(
            _("The smallest picture there is has %(least)s px on its long side.") % {"least": least}
        )
    width, height = jpegs.measures(picture, size)
    told: Answer = {
        "type": "photo", "url": absolute(request, jpegs.address(picture, size)),
        "width": width, "height": height,
    }  # fmt: skip
    if small := jpegs.fitting(picture, *(min(jpegs.SMALL, most) for most in limits)):
        wide, high = jpegs.measures(picture, small)
        told["thumbnail_url"] = absolute(request, jpegs.address(picture, small))
        told |= {"thumbnail_width": wide, "thumbnail_height": high}
    return told


def as_json(answer: Answer) -> HttpResponse:
    return JsonResponse(answer)


def as_xml(answer: Answer) -> HttpResponse:
    out = StringIO()
    xml = SimplerXMLGenerator(out, "utf-8")
    xml.startDocument()
    xml.startElement("oembed", AttributesImpl({}))
    for name, value in answer.items():
        xml.addQuickElement(name, str(value))
    xml.endElement("oembed")
    return HttpResponse(out.getvalue(), content_type="text/xml; charset=utf-8")


ANSWERS = {"picture": of_picture, "album": of_album}
WRITERS: dict[str, Callable[[Answer], HttpResponse]] = {"json": as_json, "xml": as_xml}
