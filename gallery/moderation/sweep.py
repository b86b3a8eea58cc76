"""What time brings: bans end, what was taken down is erased, hashes of addresses go.

Run by the workers, every few minutes, with all that is purged.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gallery import scratch
from gallery.models import Ban, Comment, Profile, Rendering, Tag
from gallery.moderation import trail
from gallery.moderation.models import TrailEntry
from gallery.moderation.moderated import Moderated
from gallery.owners import Owner

# A thing that no moderator has done anything about.
IN_PLACE: dict[str, Any] = {"hidden_by_moderator": False, "hidden_reason": "", "withdrawn": None}
# Words of their owner's, and files, with what is left of them.
EMPTY: dict[str, Any] = {
    "title": "", "artist": "", "description": "", "about": "", "name": "", "caption_text": "",
    "alt": "", "original": "", "view": "", "thumb": "", "region": "", "result": "", "preview": "",
    "checkpoint": "", "weights": "", "thumbs": {}, "curve": [], "lesson": {}, "figures": {},
    "styles_named": {},
}  # fmt: skip


def moderated_models() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, Moderated)]


def withhold(owner: Owner, on: bool) -> None:
    """All that a banned owner published, or none of it any longer."""
    for model in moderated_models():
        whose = {"user_id": owner.user_id} if model is Profile else owner.fields
        if model is not Profile or owner.user_id:
            model._default_manager.filter(**whose).exclude(withheld=on).update(withheld=on)


@transaction.atomic
def end_ban(ban: Ban, when: datetime) -> bool:
    """False if it had ended before."""
    rows = Ban.objects.filter(pk=ban.pk, lifted=None)
    if not rows.update(lifted=when, address="", address_until=None):
        return False
    if ban.hides:
        withhold(ban.owned_by, False)
    ban.refresh_from_db()
    return True


def end_bans(bans: Any) -> int:
    """Those whose time is over; how many there were."""
    over = bans.filter(lifted=None, until__lte=timezone.now())
    ended = [ban for ban in over if end_ban(ban, ban.until)]
    for ban in ended:
        trail.note_ban(None, TrailEntry.Action.LIFTED, ban)
    return len(ended)


def withdrawn_long() -> Iterable[Any]:
    old = Q(withdrawn__lte=timezone.now() - timedelta(days=settings.WITHDRAWN_DAYS), erased=False)
    return chain.from_iterable(
        model._default_manager.filter(old).order_by("pk") for model in moderated_models()
    )


def erase(thing: Any) -> None:
    """For good. The row stays and says, at its address, that something was taken down and why; of
    a comment, which has no address, nothing stays."""
    with transaction.atomic():
        trail.note_thing(None, TrailEntry.Action.ERASED, thing, title="")
        if isinstance(thing, Comment):
            thing.delete()
            return
        columns = {field.name for field in thing._meta.concrete_fields}
        empty = {name: value for name, value in EMPTY.items() if name in columns}
        type(thing)._default_manager.filter(pk=thing.pk).update(**empty, erased=True)
        if isinstance(thing, Rendering):
            Tag.objects.filter(rendering=thing).delete()
    if not isinstance(thing, Profile):
        scratch.remove_folder(thing.folder)


def sweep() -> int:
    """How many things were erased."""
    end_bans(Ban.objects.all())
    Ban.objects.filter(address_until__lte=timezone.now()).update(address="", address_until=None)
    gone = list(withdrawn_long())
    for thing in gone:
        erase(thing)
    return len(gone)
