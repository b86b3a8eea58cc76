"""Members' own pages, and pictures by their tags."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from gallery.browse.walls import page_of, wall
from gallery.community import words
from gallery.community.albums import hang_covers
from gallery.community.forms import ProfileForm
from gallery.community.models import Album, Comment, Profile
from gallery.models import Rendering
from gallery.moderation.moderated import shown
from gallery.owned import shown_name
from gallery.syndication import meta

ALBUMS = 60  # on one page, the newest


@require_safe
def person(request: HttpRequest, username: str) -> HttpResponse:
    return person_page(request, username)


def person_page(
    request: HttpRequest, username: str, form: ProfileForm | None = None, *, status: int = 200
) -> HttpResponse:
    """404 for who would not be named, and for who shows nothing: as for who is not there."""
    user = find_user(username)
    is_self = request.user.pk == user.pk
    own = hang_covers(Album.objects.hung().filter(owner=user)[:ALBUMS], Rendering.objects.hung())
    albums = [album for album in own if album.count]  # with something to see
    page = page_of(request, wall([f"by:{user.pk}"]))
    about = about_of(user)
    seen = has_page(user)
    if not is_self and not seen:
        raise Http404
    context = {
        "meta": meta.of_person(request, user, about["about"], page.object_list) if seen else None,
        "person": user, "profile": getattr(user, "profile", None), "about": about,
        "albums": albums, "page": page, "is_self": is_self,
        "form": form or ProfileForm(initial=about),
    }  # fmt: skip
    return render(request, "person.html", context, status=status)


def find_user(username: str) -> Any:
    """With the profile, if there is one. 404 for nobody and for who is closed out."""
    if "\x00" in username:  # PostgreSQL takes no such text
        raise Http404
    users = get_user_model().objects.select_related("profile")
    user = users.filter(username=username, is_active=True).first()
    if user is None:
        raise Http404
    return user


def has_page(user: Any) -> bool:
    """Whether others find a page of this member: named, and something on it or said."""
    if not shown_name(user):
        return False
    hung = Rendering.objects.hung()
    return bool(
        about_of(user)["about"]
        or hung.filter(owner=user).exists()
        or Album.objects.hung().filter(owner=user, items__rendering__in=hung).exists()
        or has_said(user)
    )


def about_of(user: Any) -> dict[str, Any]:
    profile = getattr(user, "profile", None) or Profile(user=user)
    return {"about": profile.about, "named": profile.named}


def has_said(user: Any) -> bool:
    """Something that others read."""
    on = Rendering.objects.hung()
    return Comment.objects.filter(shown(), owner=user, rendering__in=on).exists()


@require_POST
@login_required
def profile_edit(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    name = user.get_username()
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return person_page(request, name, form, status=400)
    Profile.objects.update_or_create(user_id=user.pk, defaults=form.cleaned_data)
    return redirect("person", name)


@require_safe
def tagged(request: HttpRequest, word: str) -> HttpResponse:
    """A tag that no public picture has is not there: nothing tells that a private one has it."""
    word = words.plain(word)
    if not words.is_tag(word):
        raise Http404
    page = page_of(request, wall([f"tag:{word}"]))
    if not page.object_list:
        raise Http404
    about = meta.of_tag(request, word, page.object_list, page.paginator.count)
    return render(request, "tag.html", {"word": word, "page": page, "meta": about})
