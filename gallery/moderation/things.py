"""The kinds of things that can be reported, each with where to find it and who may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from gallery.community.people import find_user, has_page
from gallery.files import find, may_see
from gallery.models import Album, Comment, Painting, Profile, Rendering, TaughtStyle
from gallery.moderation.models import COLUMNS
from gallery.owners import visitor

MODELS: dict[str, Any] = {
    "picture": Rendering, "comment": Comment, "album": Album, "painting": Painting,
    "style": TaughtStyle, "member": Profile,
}  # fmt: skip
REPORT = {
    "picture": _("Report a picture"),
    "comment": _("Report a comment"),
    "album": _("Report an album"),
    "painting": _("Report a painting"),
    "style": _("Report a style"),
    "member": _("Report a member's page"),
}


def find_thing(kind: str, name: str) -> Any:
    """For moderators: whatever became of it, as long as there is a row. 404 otherwise."""
    try:
        pk: Any = int(name) if kind == "member" else UUID(name)
    except ValueError:
        raise Http404 from None
    if kind not in MODELS or (kind == "member" and not 0 < pk < 2**31):
        raise Http404
    thing = MODELS[kind]._base_manager.filter(pk=pk).first()
    if thing is None:
        raise Http404
    return thing


def seen(kind: str) -> Callable[[HttpRequest, Any], Any]:
    """How a visitor finds a thing of this kind, to report it: 404 for what is not for them."""
    if kind == "comment":
        return seen_comment
    if kind == "member":
        return seen_member
    return lambda request, pk: find(request, MODELS[kind], pk)


def seen_comment(request: HttpRequest, pk: UUID) -> Comment:
    comment = Comment.objects.kept().filter(pk=pk).select_related("rendering").first()
    if comment is None or not comment.is_shown or not may_see(request, comment.rendering):
        raise Http404
    found: Comment = comment
    return found


def seen_member(request: HttpRequest, username: str) -> Profile:
    """With a row to name in the report: who never changed anything has none yet."""
    user = find_user(username)
    if not has_page(user) and user.pk != visitor(request).user_id:
        raise Http404
    return Profile.objects.get_or_create(user=user)[0]


def column_of(kind: str) -> str:
    return COLUMNS[kind]
