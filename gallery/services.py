"""What visitors do that takes more than one step."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gallery import notify
from gallery.models import UNDO_TIME, Photo, Rendering, Work
from gallery.owners import Owner
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import Recipe
from webstyle.engine.weights import get_style

State = Rendering.State
# Twenty uploads at once open one after the other: each may take DECODE_MEMORY_MB.
DECODERS = threading.BoundedSemaphore(2)


class QueueFullError(EngineError):
    """Too many jobs of one visitor are waiting."""


def photo_add(owner: Owner, upload: Path, name: str) -> Photo:
    """Decode a stranger's file in a process of its own and keep what came out of it.

    Raises EngineError, fit to be shown, when it is not a picture we take.
    """
    name = "".join(filter(str.isprintable, name))  # no line breaks, no NUL
    shown = Path(name.replace("\\", "/")).name.strip()[:100] or "The file"
    with tempfile.TemporaryDirectory(dir=settings.VAR) as folder:
        facts = sanitize(upload, Path(folder), shown)
        title = Path(shown).stem.replace("_", " ").strip()[:120] or "Untitled"
        photo = Photo(title=title, **facts, **owner.fields)
        for kind, ending in (("original", "jpg"), ("view", "webp"), ("thumb", "webp")):
            data = (Path(folder) / f"{kind}.{ending}").read_bytes()
            getattr(photo, kind).save(f"photos/{photo.pk}/{kind}.{ending}",
                                      ContentFile(data), save=False)  # fmt: skip
    photo.save(force_insert=True)
    return photo


def sanitize(upload: Path, folder: Path, name: str) -> dict[str, Any]:
    """Run webstyle.engine.sanitize: a decoder that hangs or swells takes nobody with it."""
    command = [sys.executable, "-m", "webstyle.engine.sanitize", str(upload), str(folder), name]
    command += [str(settings.DECODE_MEMORY_MB), str(settings.DECODE_SECONDS)]
    try:
        with DECODERS:
            done = subprocess.run(
                command,
                cwd=settings.BASE_DIR,
                capture_output=True,
                text=True,
                timeout=2 * settings.DECODE_SECONDS,
                stdin=subprocess.DEVNULL,
            )
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode not in (0, 2):
        raise EngineError(f"{name} takes too much time or memory to open: make it smaller")
    if done.returncode == 2:
        raise EngineError(done.stderr.strip())
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def rendering_submit(photo: Photo, recipe: Recipe) -> Rendering:
    """A new job in the queue, and the bell rung once it is committed."""
    for slug, _ in recipe.styles:
        get_style(slug)
    owner = photo.owned_by
    waiting = Rendering.objects.of(owner).filter(state__in=Rendering.ACTIVE).count()
    if waiting >= settings.MAX_JOBS_WAITING:
        raise QueueFullError(
            f"{waiting} of your pictures are still being painted: wait until some are done"
        )
    scale = recipe.size / max(photo.width, photo.height)
    rendering = Rendering.objects.create(
        photo=photo,
        recipe=recipe.to_json(),
        width=max(8, round(photo.width * scale)),
        height=max(8, round(photo.height * scale)),
        colour=photo.colour,
        **owner.fields,
    )
    announce(rendering, ring=True)
    return rendering


def announce(rendering: Rendering, *, ring: bool = False) -> None:
    def tell() -> None:
        notify.publish(rendering)
        if ring:
            notify.ring()

    transaction.on_commit(tell)


def rendering_cancel(rendering: Rendering) -> bool:
    """A waiting job is cancelled at once, a running one at its next step; False if it had ended."""
    now = timezone.now()
    done = rendering.change(
        where=Q(state=State.QUEUED), state=State.CANCELLED, finished=now
    ) or rendering.change(where=Q(state=State.RUNNING), cancel_requested=True)
    if done:
        announce(rendering)
    return done


def rendering_retry(rendering: Rendering) -> bool:
    """A failed or cancelled job waits again, as if new; False if it is in another state."""
    ended = Q(state__in=(State.FAILED, State.CANCELLED))
    done = rendering.change(
        where=ended, state=State.QUEUED, queued=timezone.now(), attempts=0, step=0, total=0,
        stage="", error="", cancel_requested=False, finished=None,
    )  # fmt: skip
    if done:
        announce(rendering, ring=True)
    return done


def rendering_publish(rendering: Rendering, public: bool, show_photo: bool) -> bool:
    """Show a finished picture to everybody, or take it back."""
    where = Q(state=State.DONE) if public else Q()
    published = (rendering.published or timezone.now()) if public else None
    done = rendering.change(
        where=where, public=public, show_photo=public and show_photo, published=published
    )
    if done:
        announce(rendering)
    return done


def remove(item: Work) -> None:
    """Deleted for everybody at once; for an hour it can be brought back."""
    item.deleted = timezone.now()
    item.save(update_fields=["deleted"])
    jobs = [item] if isinstance(item, Rendering) else item.renderings.all()
    for rendering in jobs:
        if rendering.is_active:
            rendering_cancel(rendering)


def restore(item: Work) -> None:
    item.deleted = None
    item.save(update_fields=["deleted"])


def purge() -> int:
    """Rows and files of what was deleted more than an hour ago. How many there were."""
    old = {"deleted__lt": timezone.now() - UNDO_TIME}
    renderings = Rendering.objects.filter(
        Q(**old) | Q(**{f"photo__{k}": v for k, v in old.items()})
    ).exclude(state__in=Rendering.ACTIVE)
    photos = Photo.objects.filter(**old).exclude(renderings__state__in=Rendering.ACTIVE)
    gone = 0
    for item in [*renderings, *photos]:
        folder = f"{'photos' if isinstance(item, Photo) else 'renderings'}/{item.pk}"
        item.delete()
        with contextlib.suppress(FileNotFoundError):  # never painted
            for name in default_storage.listdir(folder)[1]:  # also what broken-off attempts left
                default_storage.delete(f"{folder}/{name}")
        gone += 1
    return gone
