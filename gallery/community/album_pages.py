"""The pages of albums, and what their owners do there."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.community.albums import (
    AlbumError,
    album_add,
    album_make,
    album_order,
    album_publish,
    pictures_in,
)  # fmt: skip
from gallery.community.forms import AlbumForm, GatherForm
from gallery.community.models import Album
from gallery.errors import refuse
from gallery.files import find, own
from gallery.links import own as links
from gallery.models import Rendering
from gallery.owners import owner_of, visitor
from gallery.syndication import meta
from gallery.uploads import way_back

STEPS = {"earlier": -1, "later": 1}


@require_safe
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return album_page(request, find(request, Album, pk))


def album_page(
    request: HttpRequest, album: Album, form: AlbumForm | None = None, *, status: int = 200
) -> HttpResponse:
    is_owner = album.belongs_to(visitor(request))
    pictures = pictures_in(album, for_owner=is_owner)
    context = {
        "album": album,
        "meta": meta.of_album(request, album, pictures),
        "pictures": pictures,
        "is_owner": is_owner,
        # Whoever shows nothing else has no page of their own.
        "maker_has_page": album.visibility == Album.Visibility.PUBLIC
        and any(p.hung for p in pictures),
        **links.on_album(album, is_owner),
        "form": form or AlbumForm.of(album),
        "to_publish": [p for p in pictures if not p.public and p.state == p.State.DONE],
        "unpublished": sum(not p.hung for p in pictures),
    }
    response = render(request, "album.html", context, status=status)
    if album.visibility != Album.Visibility.PUBLIC:
        response["X-Robots-Tag"] = "noindex"  # an address that got about is not to be searched for
    return response


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    owner = owner_of(request.user, request.session, create=True)
    form = AlbumForm({"title": request.POST.get("title", ""), "visibility": "private"})
    try:
        if form.is_valid():
            return redirect(album_make(owner, form.cleaned_data["title"]))
        refusal = _("Give the album a title, of up to 120 letters.")
    except AlbumError as error:
        refusal = str(error)
    messages.error(request, refusal)
    return redirect(way_back(request))


@require_POST
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    album = own(request, Album, pk)
    form = AlbumForm(request.POST)
    if not form.is_valid():
        return album_page(request, album, form, status=400)
    for name, value in form.cleaned_data.items():
        setattr(album, name, value)
    album.save(update_fields=list(form.cleaned_data))
    messages.success(request, _("Saved."))
    return redirect(album)


@require_POST
def gather(request: HttpRequest) -> HttpResponse:
    """Own pictures, one or several, into an album; or, with ``do`` out, out of one."""
    owner = visitor(request)
    wanted = ids(request.POST.getlist("picture"))
    found = Rendering.objects.of(owner).in_bulk(wanted)
    if len(found) < len(wanted):
        raise Http404
    form = GatherForm(owner, request.POST)
    try:
        if not wanted:
            raise AlbumError(_("Choose pictures first."))
        if not form.is_valid():
            raise AlbumError(" ".join(str(e) for es in form.errors.values() for e in es))
        if request.POST.get("do") == "out":
            return taken_out(request, form.cleaned_data["into"], wanted)
        with transaction.atomic():
            album = form.cleaned_data["into"] or album_make(owner, form.cleaned_data["title"])
            added = album_add(album, [found[pk] for pk in wanted])
    except AlbumError as error:
        messages.error(request, str(error))
        return redirect(way_back(request))
    values = {"number": added, "album": album}
    told = ngettext(
        "%(number)d picture added to %(album)s.", "%(number)d pictures added to %(album)s.", added
    )
    if not added:
        told = ngettext(
            "It was in %(album)s already.", "They were in %(album)s already.", len(wanted)
        )
    messages.success(request, told % values)
    return redirect(way_back(request))


def taken_out(request: HttpRequest, album: Album | None, pictures: list[UUID]) -> HttpResponse:
    if album is None:
        raise AlbumError(_("Choose the album to take them out of."))
    number, __ = album.items.filter(rendering__in=pictures).delete()
    told = ngettext(
        "%(number)d picture taken out of %(album)s.",
        "%(number)d pictures taken out of %(album)s.",
        number,
    )
    messages.success(request, told % {"number": number, "album": album})
    return redirect(way_back(request))


@require_POST
def arrange(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Either ``order``, the ids of all pictures, or ``do`` with one ``picture``: earlier, later,
    cover, out."""
    album = own(request, Album, pk)
    if wanted := ids(request.POST.getlist("order")):
        album_order(album, wanted)
        return arranged(request, album, _("The order is kept."))
    picture = next(iter(ids([request.POST.get("picture", "")])), None)
    shown = [p.pk for p in pictures_in(album, for_owner=True)]
    if picture not in shown:
        raise Http404
    did = request.POST.get("do", "")
    if did in STEPS:
        place = shown.index(picture)
        other = min(max(place + STEPS[did], 0), len(shown) - 1)
        shown.insert(other, shown.pop(place))
        album_order(album, shown)
        now = {"place": other + 1, "number": len(shown)}
        return arranged(request, album, _("Picture %(place)d of %(number)d now.") % now)
    if did == "cover":
        album.cover_id = picture
        album.save(update_fields=["cover"])
        return arranged(request, album, _("It is the cover now."))
    if did == "out":
        album.items.filter(rendering=picture).delete()
        return arranged(request, album, _("Taken out of the album. The picture itself stays."))
    return refuse(request, 400, _("The album does not know what to do with this picture."))


def arranged(request: HttpRequest, album: Album, told: str) -> HttpResponse:
    messages.success(request, told)
    if "next" in request.POST:
        return redirect(way_back(request))
    return redirect(f"{album.get_absolute_url()}#arrange")


@require_POST
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    album = own(request, Album, pk)
    number = album_publish(album)
    told = ngettext("%(number)d picture published.", "%(number)d pictures published.", number)
    messages.success(request, told % {"number": number})
    return redirect(album)


def ids(given: list[str]) -> list[UUID]:
    """Each once; 404 for what is no id, as for an id of nothing."""
    try:
        return list(dict.fromkeys(uuid.UUID(value) for value in given))
    except ValueError:
        raise Http404 from None
