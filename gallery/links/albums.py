"""An album by a link: all of it that is finished, published or not, as its owner has arranged it.

A picture is called by its place in the album. No id, name of a file or name of a person gets out,
as in views.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from gallery import files
from gallery.accounts import export
from gallery.connections import briefly
from gallery.delivery import apart, here
from gallery.limits.rates import limited
from gallery.links.models import ShareLink
from gallery.links.views import (
    admit,
    admitted,
    alt_of,
    attached,
    card,
    exists,
    facts,
    find,
    gone,
    guarded,
    let_in,
    title_of,
    unnamed,
)
from gallery.models import Album, AlbumItem, Painting, Rendering, TaughtStyle
from gallery.moderation.moderated import shown as not_moderated
from gallery.owners import Owner
from webstyle.engine import images
from webstyle.engine.recipe import PAINTING, TAUGHT, is_painting, is_taught


def items_of(link: ShareLink) -> QuerySet[AlbumItem]:
    """What of the album a visitor sees, in its order."""
    seen = Rendering.objects.kept().filter(not_moderated(), state=Rendering.State.DONE)
    return AlbumItem.objects.filter(album=link.album_id, rendering__in=seen).select_related(
        "rendering__photo"
    )


def pictures_of(link: ShareLink) -> list[Rendering]:
    pictures = [item.rendering for item in items_of(link)]
    name_styles(pictures)
    return pictures


def picture_at(link: ShareLink, place: int) -> Rendering | None:
    if not 0 < place <= 10_000:
        return None
    item = items_of(link)[place - 1 : place].first()
    return item.rendering if item else None


def name_styles(pictures: Iterable[Rendering]) -> None:
    """What the paintings and taught styles in the recipes are called for everybody, with two
    questions to the database for all pictures."""
    styles = {slug for picture in pictures for slug, _ in picture.known_recipe["styles"]}
    known = {style: unnamed(style) for style in styles if is_painting(style) or is_taught(style)}
    for model, prefix in ((Painting, PAINTING), (TaughtStyle, TAUGHT)):
        ids = []
        for style in known:
            if style.startswith(prefix):
                with suppress(ValueError):
                    ids.append(uuid.UUID(style.removeprefix(prefix)))
        for item in model.objects.usable(Owner()).filter(pk__in=ids):
            known[item.ref] = {"title": item.title, "artist": item.artist}
    for picture in pictures:
        picture.known_styles = known


def show(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """All of it. Only what is in this context reaches the page: never the rows themselves."""
    album, pictures, token = link.album, pictures_of(link), link.token
    assert album is not None
    count = len(pictures)
    cover = next((n for n, p in enumerate(pictures, 1) if p.pk == album.cover_id), 1)
    shown = None
    if pictures:
        shown = (reverse("share_album_file", args=[token, cover, "view"]), pictures[cover - 1])
    told = ngettext("%(count)s picture", "%(count)s pictures", count) % {"count": count}
    context = {
        "meta": card(request, link, album.title, album.description or told,
                     link.get_absolute_url(), shown),
        "title": album.title,
        "description": album.description,
        "told": told,
        "by": link.maker if link.show_owner else "",
        "archive": reverse("share_zip", args=[token]) if link.allow_download and count else "",
        "pictures": [
            {
                "url": reverse("share_place", args=[token, place]),
                "thumb": reverse("share_album_file", args=[token, place, "thumb"]),
                "title": title_of(picture), "alt": alt_of(picture), "colour": picture.colour,
                "width": picture.width, "height": picture.height,
            }
            for place, picture in enumerate(pictures, 1)
        ],
    }  # fmt: skip
    return guarded(render(request, "link_album.html", context))


def enter(request: HttpRequest, token: str) -> ShareLink | HttpResponse:
    """For a page inside: the link, or what the visitor gets instead."""
    link = find(request, token)
    if link is None or link.album_id is None:
        return gone(request)
    if not admitted(request, link):
        if link.has_door:
            return guarded(redirect(link))
        if request.method == "GET":
            admit(request, link)
    return link


@require_safe
def place_page(request: HttpRequest, token: str, place: int) -> HttpResponse:
    """One picture, large, and the way to its neighbours."""
    link = enter(request, token)
    if isinstance(link, HttpResponse):
        return link
    assert link.album is not None
    picture, count = picture_at(link, place), items_of(link).count()
    if picture is None:
        return gone(request)
    name_styles([picture])

    def to(number: int) -> str:
        return reverse("share_place", args=[token, number]) if 0 < number <= count else ""

    context = {
        **facts(request, link, picture, to(place),
                lambda kind: reverse("share_album_file", args=[token, place, kind])),
        "downloads": [
            {"kind": kind, "url": reverse("share_album_download", args=[token, place, kind])}
            for kind in ("jpg", "png", "webp")
            if link.allow_download
        ],
        "places": {
            "place": place, "count": count, "earlier": to(place - 1), "later": to(place + 1),
            "album": link.get_absolute_url(), "title": link.album.title,
        },
    }  # fmt: skip
    return guarded(render(request, "link.html", context))


def found(request: HttpRequest, token: str, place: int) -> tuple[ShareLink, Rendering] | None:
    link = let_in(request, token)
    picture = picture_at(link, place) if link and link.album_id else None
    return (link, picture) if link and picture else None


def find_file(request: HttpRequest, token: str, place: int, kind: str) -> Any:
    if (seen := found(request, token, place)) is None:
        return None
    link, picture = seen
    if kind == "photo" and not link.show_photo:
        return None
    field = picture.photo.view if kind == "photo" else getattr(picture, kind)
    return field if exists(field) else None


@require_safe
def album_file(request: HttpRequest, token: str, place: str, kind: str) -> HttpResponseBase:
    field = find_file(request, token, int(place), kind)
    if field is None:
        return gone(request)
    return guarded(here(field, ""))


@require_safe
@limited("download", reading=True)
async def album_download(
    request: HttpRequest, token: str, place: int, kind: str
) -> HttpResponseBase:
    seen = await briefly(found)(request, token, place)
    if seen is None or not seen[0].allow_download or kind not in images.ENCODINGS:
        return await briefly(gone)(request)
    picture = seen[1]
    try:
        data = await apart(files.result_as)(picture, kind)
    except (FileNotFoundError, ValueError):
        return await briefly(gone)(request)
    title = await briefly(title_of)(picture)
    response = HttpResponse(data, content_type=images.ENCODINGS[kind])
    return guarded(attached(response, f"{place:02} {title}", "picture", kind))


def entries(request: HttpRequest, token: str) -> tuple[Album, list[export.Entry]] | None:
    """For the ZIP: the pictures in their order, each by its place and its title."""
    link = let_in(request, token)
    if link is None or link.album is None or not link.allow_download:
        return None
    inside: list[export.Entry] = []
    for place, picture in enumerate(pictures_of(link), 1):
        name = slugify(title_of(picture))[:60] or "picture"
        inside.append((f"{place:02}-{name}.png", str(picture.result.name)))
    return (link.album, inside) if inside else None


@require_safe
@limited("archive", reading=True)
async def archive(request: HttpRequest, token: str) -> HttpResponseBase:
    """All of it as a ZIP that is written while it is sent."""
    seen = await briefly(entries)(request, token)
    if seen is None:
        return await briefly(gone)(request)
    album, inside = seen
    response = StreamingHttpResponse(export.stream(inside), content_type="application/zip")
    return guarded(attached(response, album.title, "album", "zip"))
