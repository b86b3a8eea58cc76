"""Which guests have not been here for long, and what of theirs goes.

Nobody but the holder of the session can come back to a guest's work. So what is private of a guest
who has not been here for GUEST_DAYS goes. What the guest showed others stays as it is: pictures
that hang, with the photograph that they are of; paintings and styles that are shared; albums that
are not private; and whatever a link that still works shows, with the link.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from gallery.operations import errors
from gallery.owners import SESSION_KEY, Owner

SEEN = "seen"  # in a guest's session: the day


class GuestSeenMiddleware:
    """A guest's session remembers the day of the last visit. It is written once a day, which keeps
    the cookie alive; and only where the session has been read anyway."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        known = getattr(request.session, "_session_cache", {})
        today = timezone.now().date().isoformat()
        if SESSION_KEY in known and known.get(SEEN) != today:
            request.session[SEEN] = today
        return response


def last_seen() -> dict[str, date]:
    """By the key, of all guests who own something: the last visit, or when they last made
    something."""
    from gallery.accounts.belongings import owned_models

    found: dict[str, date] = {}

    def note(guest: str, day: date) -> None:
        found[guest] = max(day, found.get(guest, day))

    for model in owned_models():
        names = {field.name for field in model._meta.concrete_fields}
        latest = [Max(name) for name in ("created", "queued", "finished") if name in names]
        rows = model._base_manager.filter(deleted__isnull=True).exclude(guest="")
        for guest, *moments in (
            rows.values("guest")
            .annotate(*latest)
            .values_list("guest", *(each.default_alias for each in latest))
        ):
            for moment in filter(None, moments):
                note(guest, moment.date())
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        told = session.get_decoded()
        if (guest := told.get(SESSION_KEY)) in found:
            saved = session.expire_date - timedelta(seconds=settings.SESSION_COOKIE_AGE)
            note(guest, saved.date())
    return found


def long_gone() -> list[str]:
    """The keys of those who have not been here for GUEST_DAYS."""
    since = timezone.now().date() - timedelta(days=settings.GUEST_DAYS)
    return sorted(guest for guest, day in last_seen().items() if day < since)


def left_behind(guest: str) -> Iterator[Any]:
    """The rows of a guest that go: all but what others may see."""
    from gallery.accounts.belongings import owned_models

    shown = shown_to_others(guest)
    for model in owned_models():
        rows = model._base_manager.filter(guest=guest, deleted__isnull=True)
        yield from rows.exclude(pk__in=shown[model])


def shown_to_others(guest: str) -> dict[Any, set[Any]]:
    """By model, the ids of what stays."""
    from gallery.models import Album, Mask, Painting, Photo, Rendering, ShareLink, TaughtStyle

    mine = Owner(guest=guest).fields
    stays: dict[Any, set[Any]] = defaultdict(set)
    links = ShareLink.objects.live().filter(**mine)
    albums = Album.objects.kept().filter(**mine).exclude(visibility=Album.Visibility.PRIVATE)
    linked = links.filter(album__isnull=False).values_list("album", flat=True)
    stays[ShareLink] = set(links.values_list("pk", flat=True))
    stays[Album] = {*albums.values_list("pk", flat=True), *linked}
    pictures = Rendering.objects.kept().filter(
        Q(pk__in=Rendering.objects.hung().values("pk"))
        | Q(pk__in=links.filter(rendering__isnull=False).values("rendering"))
        | Q(album_items__album__in=list(linked)),
        **mine,
    )
    stays[Rendering] = set(pictures.values_list("pk", flat=True))
    stays[Photo] = set(pictures.values_list("photo", flat=True))
    stays[Mask] = set(Mask.objects.filter(photo__in=stays[Photo]).values_list("pk", flat=True))
    for model in (Painting, TaughtStyle):
        shared = model.objects.kept().filter(public=True, **mine)
        stays[model] = set(shared.values_list("pk", flat=True))
    return stays


def remove(guest: str, rows: list[Any]) -> None:
    """As if deleted long ago: nobody can bring it back, so nothing waits for the hour in which one
    could. The rows and files go with purging.purge."""
    from gallery import services
    from gallery.models import UNDO_TIME

    for row in rows:
        services.remove(row)
        ago = timezone.now() - UNDO_TIME - timedelta(seconds=1)
        type(row)._base_manager.filter(pk=row.pk).update(deleted=ago)
    errors.forget(rows)
