"""One's own links: made beside a picture, looked after on a page of their own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from gallery import services
from gallery.community.albums import hang_covers
from gallery.errors import refuse, wants_json
from gallery.files import own
from gallery.limits.rates import limited
from gallery.links.forms import LASTS, LinkForm
from gallery.links.models import ShareLink
from gallery.models import UNDO_TIME, Album, Rendering
from gallery.owners import visitor

MOST = 200  # of one owner's


def on_picture(picture: Rendering, is_owner: bool) -> dict[str, Any]:
    """What a picture's page shows its owner."""
    if not is_owner:
        return {}
    kept = ShareLink.objects.kept().filter(rendering=picture)
    return {"links": list(kept.select_related("rendering__photo")), "lasts": LASTS}


def on_album(album: Album, is_owner: bool) -> dict[str, Any]:
    """What an album's page shows its owner."""
    if not is_owner:
        return {}
    return {"links": list(ShareLink.objects.kept().filter(album=album)), "lasts": LASTS}


@require_POST
@sensitive_post_parameters("password")
@limited("share")
def create(request: HttpRequest, pk: UUID, model: type[Rendering | Album]) -> HttpResponse:
    """A link to a finished picture of one's own, or to an album."""
    shows = own(request, model, pk)
    form = LinkForm(request.POST)
    if reason := why_not(shows, form):
        if wants_json(request):
            return refuse(request, 400, reason)
        messages.error(request, reason)
        return redirect(shows)
    link = ShareLink(
        width=shows.width, height=shows.height, colour=shows.colour, **form.values(),
        **visitor(request).fields, **{"album" if model is Album else "rendering": shows},
    )  # fmt: skip
    link.set_password(form.cleaned_data["password"])
    link.save(force_insert=True)
    if wants_json(request):
        return JsonResponse({"url": address(request, link)}, status=201)
    messages.success(request, _("The link is ready: copy it and send it."))
    return redirect(shows.get_absolute_url() + "#links")


def why_not(shows: Rendering | Album, form: LinkForm) -> str:
    if isinstance(shows, Rendering) and shows.state != Rendering.State.DONE:
        return _("Only a finished picture can be shared by a link.")
    if ShareLink.objects.of(shows.owned_by).count() >= MOST:
        return _("%(most)d links are enough: revoke one that is no longer needed.") % {"most": MOST}
    return "" if form.is_valid() else form.why_not()


def address(request: HttpRequest, link: ShareLink) -> str:
    return request.build_absolute_uri(link.get_absolute_url())


@require_safe
@never_cache
def my_links(request: HttpRequest) -> HttpResponse:
    """All of one's links, those that were revoked within the hour too."""
    owner = visitor(request)
    rows = ShareLink.objects.filter(**owner.fields) if owner else ShareLink.objects.none()
    recent = Q(deleted__isnull=True) | Q(deleted__gt=timezone.now() - UNDO_TIME)
    links = list(rows.filter(recent).select_related("rendering__photo", "album"))
    albums = {link.album_id: link.album for link in links if link.album}
    hang_covers(albums.values(), Rendering.objects.kept())
    for link in links:
        link.album = albums.get(link.album_id)
    context = {"links": links, "kept": [link for link in links if not link.deleted]}
    return render(request, "links.html", context)


def own_link(request: HttpRequest, pk: UUID) -> ShareLink:
    """One that was revoked, too."""
    link = ShareLink.objects.filter(pk=pk).first()
    if link is None or not link.belongs_to(visitor(request)):
        raise Http404
    return link


@require_POST
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    link = own_link(request, pk)
    if link.deleted is None:
        services.remove(link)
    undo = reverse("link_restore", args=[pk])
    if wants_json(request):
        return JsonResponse({"undo": undo})
    messages.info(request, _("The link is revoked."), extra_tags=f"undo:{undo}")
    return redirect("my_links")


@require_POST
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    services.restore(own_link(request, pk))
    messages.success(request, _("The link opens again."))
    return redirect("my_links")


@require_POST
def revoke_all(request: HttpRequest) -> HttpResponse:
    number = ShareLink.objects.of(visitor(request)).update(deleted=timezone.now())
    words = ngettext("%(number)d link is revoked.", "%(number)d links are revoked.", number)
    back = _("For an hour each can be brought back.")
    messages.info(request, f"{words % {'number': number}} {back}")
    return redirect("my_links")
