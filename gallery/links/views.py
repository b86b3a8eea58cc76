"""What whoever has a link gets to see: one picture, and no way from it to its owner's other things.
Links to albums are in albums.py.

No id, name, photograph or title of a file leaves here but those that the owner ticked. A link that
expired, was revoked or used up, and one that never was, look the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from gallery import files
from gallery.connections import briefly
from gallery.delivery import apart, here
from gallery.errors import come_back
from gallery.limits import rates
from gallery.limits.rates import limited
from gallery.links.models import ShareLink
from gallery.models import SHEET, Rendering
from gallery.named import find_style
from gallery.owners import Owner, visitor
from gallery.refusals import RefusedError
from gallery.syndication.meta import Meta, Shown
from webstyle.engine import images
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import is_painting, is_taught

ROBOTS = "noindex, nofollow, noarchive"
ADMITTED = "links"  # in the session: the links this visitor was let in by
REMEMBERED = 200
WRONG = gettext_lazy("That is not the password of this link. Mind capitals, and try again.")
Answer = TypeVar("Answer", bound=HttpResponseBase)


def guarded(response: Answer) -> Answer:
    """Kept by no cache on the way and found by no search. The address is the key: it is told to no
    other site (to this one it is, else a form could not show where it was sent from)."""
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = ROBOTS
    return response


def find(request: HttpRequest, token: str) -> ShareLink | None:
    """A link that shows something to this visitor, perhaps behind a door."""
    live = ShareLink.objects.live().select_related("rendering__photo", "album", "owner__profile")  # type: ignore[attr-defined]
    link: ShareLink | None = live.filter(token=token).first()
    if link is None or (link.used_up and not admitted(request, link)):
        return None
    return link


def admitted(request: HttpRequest, link: ShareLink) -> bool:
    """Its owner, and whoever was let in before: one visitor counts once."""
    if link.belongs_to(visitor(request)):
        return True
    return str(link.pk) in request.session.get(ADMITTED, [])


def admit(request: HttpRequest, link: ShareLink) -> bool:
    """Count the visitor, if there is a view left."""
    if not link.count_view():
        return False
    before = request.session.get(ADMITTED, [])
    request.session[ADMITTED] = [*before, str(link.pk)][-REMEMBERED:]
    return True


def gone(request: HttpRequest) -> HttpResponse:
    return guarded(render(request, "link_gone.html", status=404))


def door(
    request: HttpRequest, link: ShareLink, error: Any = "", status: int = 200,
    after: int | None = None,
) -> HttpResponse:  # fmt: skip
    context = {"asks_password": bool(link.password), "error": error, "colour": link.colour}
    response = render(request, "link_door.html", context, status=status)
    return guarded(come_back(response, after))


def knock(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """A wrong password counts as a try; a right one does not."""
    if link.password:
        try:
            tried = rates.take(request, "link", key=link.token)
        except RefusedError as error:
            return door(request, link, error, 429, error.after)
        if not link.opens_with(request.POST.get("password", "")):
            return door(request, link, WRONG, 403)
        for counter in tried:
            counter.give_back()
    return guarded(redirect(link)) if admit(request, link) else gone(request)


def show(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """Only what is in this context reaches the page: never the rows themselves."""
    picture = link.rendering
    assert picture is not None
    token = link.token
    context = {
        **facts(request, link, picture, link.get_absolute_url(),
                lambda kind: reverse("share_file", args=[token, kind])),
        "downloads": [
            {"kind": kind, "url": reverse("share_download", args=[token, kind])}
            for kind in ("jpg", "png", "webp")
            if link.allow_download
        ],
    }  # fmt: skip
    return guarded(render(request, "link.html", context))


def facts(
    request: HttpRequest, link: ShareLink, picture: Rendering, page: str, file: Callable[[str], str]
) -> dict[str, Any]:
    """Of one picture on ``page``; ``file`` gives the addresses of what is shown of it."""
    beside = link.show_photo and picture.engine != SHEET
    title, view = title_of(picture), file("view")
    return {
        "meta": card(request, link, title, alt_of(picture), page, (view, picture)),
        "title": title,
        "styles": styles_of(picture),
        "alt": alt_of(picture),
        "by": link.maker if link.show_owner else "",
        "mode": "compare" if beside else "single",
        "view_url": view,
        "photo_url": file("photo") if beside else "",
        "width": picture.width, "height": picture.height, "colour": picture.colour,
    }  # fmt: skip


def card(
    request: HttpRequest, link: ShareLink, title: str, description: str, page: str,
    shown: tuple[str, Rendering] | None,
) -> Meta:  # fmt: skip
    """For previews in chats, with the file and the picture that are ``shown``: where nobody has to
    knock."""
    image = None
    if shown and not link.has_door:
        view, picture = shown
        url = request.build_absolute_uri(view)
        image = Shown(url, picture.width, picture.height, alt_of(picture))
    here = request.build_absolute_uri(page)
    return Meta(title, description, here, image=image, robots=ROBOTS)


def alt_of(picture: Rendering) -> str:
    return picture.alt or _("A photo painted in the style of %(styles)s") % {
        "styles": in_words(picture)
    }


def styles_of(picture: Rendering) -> list[dict[str, Any]]:
    """With titles and artists. Somebody's own painting is often called after its file: so it stays
    without a name until its owner shares it with everybody."""
    return [told(picture, style["slug"]) for style in picture.styles]


def told(picture: Rendering, style: str) -> dict[str, str]:
    known: dict[str, dict[str, str]] = getattr(picture, "known_styles", {})
    if style in known:  # an album asks for all its pictures at once
        return known[style]
    if is_painting(style) or is_taught(style):
        try:
            return find_style(Owner(), style).titles
        except EngineError:
            return unnamed(style)
    return picture.name_of(style)


def unnamed(style: str) -> dict[str, str]:
    title = _("A painting") if is_painting(style) else _("A style of their own")
    return {"title": title, "artist": ""}


def title_of(picture: Rendering) -> str:
    titles = in_words(picture)
    return picture.name or (
        _("Sheet: %(styles)s") % {"styles": titles} if picture.engine == SHEET else titles
    )


def in_words(picture: Rendering) -> str:
    return " + ".join(style["title"] for style in styles_of(picture))


def let_in(request: HttpRequest, token: str) -> ShareLink | None:
    """For files. Where nobody has to knock, they are for everybody: previews in chats too."""
    link = find(request, token)
    return link if link and (not link.has_door or admitted(request, link)) else None


def find_file(request: HttpRequest, token: str, kind: str) -> Any:
    link = let_in(request, token)
    if link is None or link.rendering is None or (kind == "photo" and not link.show_photo):
        return None
    field = link.rendering.photo.view if kind == "photo" else link.rendering.view
    return field if exists(field) else None


def exists(field: Any) -> bool:
    """Not for one that is lost, or was never there."""
    return bool(field) and field.storage.exists(field.name)


@require_safe
def share_file(request: HttpRequest, token: str, kind: str) -> HttpResponseBase:
    field = find_file(request, token, kind)
    if field is None:
        return gone(request)
    return guarded(here(field, ""))


@require_safe
@limited("download", reading=True)
async def share_download(request: HttpRequest, token: str, kind: str) -> HttpResponseBase:
    link = await briefly(let_in)(request, token)
    picture = link.rendering if link and link.allow_download else None
    if picture is None or kind not in images.ENCODINGS:
        return await briefly(gone)(request)
    data = await apart(files.result_as)(picture, kind)
    with translation.override("en"):
        title = await briefly(title_of)(picture)
    response = HttpResponse(data, content_type=images.ENCODINGS[kind])
    return guarded(attached(response, title, "picture", kind))


def attached(response: Answer, title: str, otherwise: str, ending: str) -> Answer:
    """To be saved under its title."""
    name = f"{slugify(title)[:80] or otherwise}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
