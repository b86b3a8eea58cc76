"""What visitors do that takes more than one step."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Case, F, Field, Q, Value, When
from django.utils import timezone

from gallery import jobs, notify, scratch
from gallery.models import UNDO_TIME, Mask, Painting, Photo, Rendering, Work
from gallery.owners import Owner
from webstyle.engine.events import EngineError
from webstyle.engine.images import check_mask, fitted
from webstyle.engine.recipe import PAINTING, Recipe, is_painting
from webstyle.engine.registry import get_engine, make_params
from webstyle.engine.weights import get_style

State = Rendering.State
Added = TypeVar("Added", Photo, Painting, Mask)
RETRY_TIME = timedelta(days=1)  # how long a failed job can go on from where it was
MASK_TIME = timedelta(days=1)  # how long a mask is kept that no picture is painted with
# Twenty uploads at once open one after the other: each may take DECODE_MEMORY_MB.
DECODERS = threading.BoundedSemaphore(2)


class QueueFullError(EngineError):
    """Too many jobs of one visitor are waiting."""


def photo_add(owner: Owner, upload: Path, name: str) -> Photo:
    """Raises EngineError, fit to be shown, when it is not a picture we take."""
    return picture_add(Photo, owner, upload, name)


def painting_add(owner: Owner, upload: Path, name: str) -> Painting:
    """As ``photo_add``; private until its owner shares it."""
    return picture_add(Painting, owner, upload, name)


def mask_add(photo: Photo, owner: Owner, upload: Path, name: str) -> Mask:
    """As ``photo_add``; it must have the proportions of ``photo``."""
    return picture_add(Mask, owner, upload, name, photo=photo)


def picture_add(model: type[Added], owner: Owner, upload: Path, name: str, **values: Any) -> Added:
    """Decode a stranger's file in a process of its own and keep what came out of it."""
    name = printable(name)
    shown = Path(name.replace("\\", "/")).name.strip()[:100] or "The file"
    with tempfile.TemporaryDirectory(dir=settings.VAR) as folder:
        facts = sanitize(upload, Path(folder), shown)
        title = Path(shown).stem.replace("_", " ").strip()[:120] or "Untitled"
        item = model(title=title, **facts, **owner.fields, **values)
        if isinstance(item, Mask):
            check_mask((item.width, item.height), (item.photo.width, item.photo.height), shown)
        for kind, ending in (("original", "jpg"), ("view", "webp"), ("thumb", "webp")):
            data = (Path(folder) / f"{kind}.{ending}").read_bytes()
            getattr(item, kind).save(f"{item.folder}/{kind}.{ending}",
                                     ContentFile(data), save=False)  # fmt: skip
    item.save(force_insert=True)
    return item


def printable(text: str) -> str:
    """Without line breaks, NUL and the marks that turn text around."""
    return "".join(filter(str.isprintable, text))


def painting_edit(painting: Painting, **values: str | bool) -> None:
    """Title, artist, public: what is given. Raises EngineError for an empty title."""
    for name, value in values.items():
        if isinstance(value, str):
            value = printable(value).strip()[:120]
            if name == "title" and not value:
                raise EngineError("A painting needs a title: give it one.")
        setattr(painting, name, value)
    painting.save(update_fields=list(values))


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
    owner = photo.owned_by
    engine = get_engine(recipe.engine)
    make_params(engine, recipe.params)
    named = {style: style_name(owner, style) for style, _ in recipe.styles}
    if recipe.paintings() and not engine.takes_paintings:
        raise EngineError(f"{engine.title} knows built-in styles only: choose another engine")
    check_masks(photo, recipe)
    unfinished = Rendering.objects.of(owner).filter(state__in=Rendering.UNFINISHED)
    if (waiting := unfinished.count()) >= settings.MAX_JOBS_WAITING:
        paused = unfinished.filter(state=State.PAUSED).exists()
        raise QueueFullError(
            f"{waiting} of your pictures are still being painted"
            f"{' or paused' * paused}: wait until some are done{', or cancel some' * paused}"
        )
    width, height = fitted((photo.width, photo.height), recipe.size)
    rendering = Rendering.objects.create(
        photo=photo,
        recipe=recipe.to_json(),
        engine=engine.name,
        lane=engine.lane,
        styles_named=named,
        width=width,
        height=height,
        colour=photo.colour,
        **owner.fields,
    )
    announce(rendering, ring=True)
    return rendering


def check_masks(photo: Photo, recipe: Recipe) -> None:
    """Raises EngineError for masks that are none of the photo's, or that the engine cannot use."""
    if not recipe.masks:
        return
    engine = get_engine(recipe.engine)
    if not engine.takes_masks:
        raise EngineError(
            f"{engine.title} knows no regions: choose another engine, and built-in styles"
        )
    own = Mask.objects.of(photo.owned_by).filter(photo=photo).values_list("pk", flat=True)
    known = set(map(str, own))
    for style, name in recipe.masks:
        if name not in known:
            raise EngineError(
                f"There is no mask '{name}' on this photo, for '{style}': send it again."
            )


def style_name(owner: Owner, style: str) -> dict[str, str]:
    """Title and artist. Raises EngineError for a style that ``owner`` cannot use."""
    if not is_painting(style):
        return {"title": get_style(style).title, "artist": get_style(style).artist}
    painting = Painting.objects.named(owner, style.removeprefix(PAINTING))
    if painting is None:
        raise EngineError("There is no such painting, or it is not shared: choose another.")
    return {"title": painting.title, "artist": painting.artist}


def announce(rendering: Rendering, *, ring: bool = False) -> None:
    def tell() -> None:
        notify.publish(rendering)
        if ring:
            notify.ring()

    transaction.on_commit(tell)


def unless_running(then: Any, field: str) -> Case:
    """For one statement that finds a job running or not: no worker comes between."""
    kind = Rendering._meta.get_field(field)
    assert isinstance(kind, Field)
    return Case(When(state=State.RUNNING, then=F(field)), default=Value(then), output_field=kind)


def rendering_cancel(rendering: Rendering) -> bool:
    """A waiting or paused job ends at once, a running one in a moment; False if it had ended."""
    ended = {**jobs.nothing_left(), "state": State.CANCELLED, "finished": timezone.now()}
    done = rendering.change(
        where=Q(state__in=Rendering.UNFINISHED), cancel_requested=True,
        **{name: unless_running(value, name) for name, value in ended.items()},
    )  # fmt: skip
    if done:
        if rendering.state == State.CANCELLED:
            scratch.sweep(rendering)
        announce(rendering)
    return done


def rendering_pause(rendering: Rendering) -> bool:
    """A waiting job of the slow lane rests at once, a running one in a moment, to go on later."""
    done = rendering.change(
        where=Q(state__in=Rendering.ACTIVE, lane="slow", cancel_requested=False),
        state=unless_running(State.PAUSED, "state"), keep_requested=False,
        pause_requested=Q(state=State.RUNNING),
    )  # fmt: skip
    if done:
        announce(rendering)
    return done


def rendering_continue(rendering: Rendering) -> bool:
    """A paused job waits for its turn again; a pause that was only asked for is taken back."""
    done = rendering.change(
        where=Q(state=State.PAUSED) | Q(state__in=Rendering.ACTIVE, pause_requested=True),
        **awake(),
    )
    if done:
        announce(rendering, ring=True)
    return done


def rendering_keep(rendering: Rendering) -> bool:
    """Good enough: the picture as it is becomes the result, at the worker's next step."""
    running = Q(state=State.RUNNING, lane="slow")
    begun = Q(state__in=(State.QUEUED, State.PAUSED)) & ~Q(checkpoint="")
    done = rendering.change(
        where=(running | begun) & Q(cancel_requested=False), keep_requested=True, **awake()
    )
    if done:
        announce(rendering, ring=True)
    return done


def awake() -> dict[str, Any]:
    """A paused job takes its place at the end of the queue; others stay where they are."""
    paused = Q(state=State.PAUSED)
    return {
        "state": Case(When(paused, then=Value(State.QUEUED)), default=F("state")),
        "queued": Case(When(paused, then=Value(timezone.now())), default=F("queued")),
        "pause_requested": False,
    }


def rendering_retry(rendering: Rendering) -> bool:
    """A failed job waits again, to go on from its checkpoint if it has one; a cancelled one as if
    new. False if it is in another state."""
    ended = Q(state__in=(State.FAILED, State.CANCELLED))
    done = rendering.change(
        where=ended, state=State.QUEUED, queued=timezone.now(), attempts=0, error="",
        cancel_requested=False, pause_requested=False, keep_requested=False, finished=None,
        **jobs.progress(rendering),
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
    if isinstance(item, Painting):
        return
    for rendering in [item] if isinstance(item, Rendering) else item.renderings.all():
        rendering_cancel(rendering)


def restore(item: Work) -> None:
    item.deleted = None
    item.save(update_fields=["deleted"])


def purge() -> int:
    """Rows and files of what was deleted more than an hour ago, and of masks that nobody used.
    How many there were."""
    old = {"deleted__lt": timezone.now() - UNDO_TIME}
    renderings = Rendering.objects.filter(
        Q(**old) | Q(**{f"photo__{k}": v for k, v in old.items()})
    ).exclude(state__in=Rendering.ACTIVE)
    photos = Photo.objects.filter(**old).exclude(renderings__state__in=Rendering.ACTIVE)
    gone = 0
    masks = {*Mask.objects.filter(photo__in=photos), *unused_masks()}
    for item in [*renderings, *masks, *photos, *Painting.objects.filter(**old)]:
        folder = item.folder
        item.delete()
        with contextlib.suppress(FileNotFoundError):  # never painted
            for name in default_storage.listdir(folder)[1]:  # also what broken-off attempts left
                default_storage.delete(f"{folder}/{name}")
        gone += 1
    forget_checkpoints()
    return gone


def unused_masks() -> list[Mask]:
    """Those that came more than a day ago and that no picture is painted with."""
    old = Mask.objects.filter(created__lt=timezone.now() - MASK_TIME)
    painted = Rendering.objects.filter(photo__in=old.values("photo"), recipe__has_key="masks")
    lists = painted.values_list("recipe__masks", flat=True)
    used = {name for masks in lists for _, name in masks}
    return [mask for mask in old if str(mask.pk) not in used]


def forget_checkpoints() -> None:
    """Of jobs that failed long ago: nobody is going to try them again, and they are large."""
    failed = Q(state=State.FAILED, finished__lt=timezone.now() - RETRY_TIME)
    for rendering in Rendering.objects.filter(failed).exclude(checkpoint=""):
        if rendering.change(where=failed, **jobs.nothing_left()):
            scratch.sweep(rendering)
