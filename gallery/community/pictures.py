"""What is written about a picture, and marked on it: on the picture's own page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gallery.browse.listing import relist
from gallery.browse.walls import page_of
from gallery.community.forms import CommentForm, DescribeForm
from gallery.community.models import Comment, Favourite, Tag
from gallery.errors import come_back, refuse, wants_json
from gallery.files import find, own
from gallery.limits import rates
from gallery.models import Rendering
from gallery.owners import visitor
from gallery.refusals import RefusedError
from gallery.services import announce
from gallery.views import picture_page


def to_sign_in(request: HttpRequest, rendering: Rendering) -> HttpResponse:
    """A guest wants what takes a name: the way there, and back to the picture."""
    if wants_json(request):
        return refuse(request, 403, _("Sign in first: this takes an account."))
    return redirect(reverse("account_login", query={"next": rendering.get_absolute_url()}))


@transaction.atomic
def picture_describe(rendering: Rendering, tags: list[str], **values: Any) -> None:
    """``values``: name, caption_text, alt; empty ones are made from the styles again."""
    rendering.change(**values)
    rendering.tag_rows.all().delete()
    Tag.objects.bulk_create([Tag(rendering=rendering, word=word) for word in tags])
    relist([rendering.pk])
    announce(rendering)


@require_POST
def describe(request: HttpRequest, pk: UUID) -> HttpResponse:
    rendering = own(request, Rendering, pk)
    form = DescribeForm(request.POST)
    if not form.is_valid():
        return picture_page(request, rendering, status=400, describe_form=form)
    picture_describe(rendering, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect(rendering)


@require_POST
def favourite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """``on`` 1 or 0: sent twice, it means the same."""
    rendering = find(request, Rendering, pk)
    if not request.user.is_authenticated:
        return to_sign_in(request, rendering)
    on = request.POST.get("on") == "1"
    if on:
        Favourite.objects.get_or_create(user=request.user, rendering=rendering)
    else:
        Favourite.objects.filter(user=request.user, rendering=rendering).delete()
    if wants_json(request):
        return JsonResponse({"on": on, "count": rendering.favourites.count()})
    return redirect(rendering)


@require_safe
@login_required
def favourites(request: HttpRequest) -> HttpResponse:
    """Those that may still be seen: one that was taken down comes back when it hangs again."""
    rows = Rendering.objects.hung() | Rendering.objects.of(visitor(request)).select_related(
        "photo", "owner__profile"
    )
    liked = rows.filter(favourites__user=request.user).order_by("-favourites__created")
    return render(request, "favourites.html", {"page": page_of(request, liked)})


@require_POST
def comment(request: HttpRequest, pk: UUID) -> HttpResponse:
    rendering = find(request, Rendering, pk)
    if not request.user.is_authenticated:
        return to_sign_in(request, rendering)
    form = CommentForm(request.POST)
    if form.is_valid() and not rendering.comments_open:
        form.add_error(None, _("Comments on this picture are closed."))
    if not form.is_valid():
        return picture_page(request, rendering, status=400, comment_form=form)
    try:
        rates.take(request, "comment")
    except RefusedError as error:
        form.add_error(None, str(error))
        page = picture_page(request, rendering, status=429, comment_form=form)
        return come_back(page, error.after)
    Comment.objects.create(owner=request.user, rendering=rendering, **form.cleaned_data)
    return redirect(f"{rendering.get_absolute_url()}#comments")


@require_POST
def comment_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By who said it, or by whose picture it is."""
    said = Comment.objects.kept().filter(pk=pk).select_related("rendering").first()
    me = visitor(request)
    if said is None or not (said.belongs_to(me) or said.rendering.belongs_to(me)):
        raise Http404
    said.delete()
    messages.success(request, _("The comment is removed."))
    # Whoever may no longer see the picture is not sent to a page that is not there.
    seen = said.rendering.hung or said.rendering.belongs_to(me)
    return redirect(f"{said.rendering.get_absolute_url()}#comments" if seen else "mine")


@require_POST
def comments_open(request: HttpRequest, pk: UUID) -> HttpResponse:
    rendering = own(request, Rendering, pk)
    rendering.change(comments_open=request.POST.get("open") == "1")
    opened = rendering.comments_open
    messages.success(request, _("Comments are open.") if opened else _("Comments are closed."))
    return redirect(f"{rendering.get_absolute_url()}#comments")
