"""What visitors do that takes more than one step."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Case, F, Field, Func, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery import jobs, notify, scratch
from gallery.along import made
from gallery.connections import give_back
from gallery.decoding import DECODERS, sanitize
from gallery.job import Job, kinds
from gallery.limits import quotas
from gallery.limits.line import Line
from gallery.limits.words import when
from gallery.models import Mask, Painting, Photo, Rendering, TaughtStyle
from gallery.moderation.bans import check_banned
from gallery.named import find_style
from gallery.operations import context, counted
from gallery.owned import Owned
from gallery.owners import Owner
from gallery.pictures import faded, open_picture, region_of, to_png
from gallery.refusals import RefusedError
from gallery.titles import kind_word, word
from webstyle.engine import images, stylefile
from webstyle.engine.events import EngineError
from webstyle.engine.images import check_mask, fitted
from webstyle.engine.recipe import Recipe
from webstyle.engine.registry import check_size, get_engine, make_params

log = logging.getLogger(__name__)
State = Job.State
Shared = Painting | TaughtStyle
Added = TypeVar("Added", Photo, Painting, Mask, TaughtStyle)
Picture = TypeVar("Picture", Photo, Painting, Mask)
FIGURES = ("minutes", "steps", "stroke", "style", "content")  # of a training, in a style's file
ABOUT_JOB = ("job", "kind", "engine", "lane")  # in the log, beside the request
FADED = {"view": 85, "thumb": 80}  # of a region's files, with their quality


class QueueFullError(RefusedError):
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


def picture_add(
    model: type[Picture], owner: Owner, upload: Path, name: str, **values: Any
) -> Picture:
    """Decode a stranger's file in a process of its own and keep what came out of it."""
    check_banned(owner)
    quotas.may_keep(owner)
    shown = shown_name(name)
    give_back()  # to be opened may take its turn, and needs no connection
    with tempfile.TemporaryDirectory(dir=settings.VAR) as folder:
        facts = sanitize(upload, Path(folder), shown)
        title = Path(shown).stem.replace("_", " ").strip()[:120] or _("Untitled")
        item = model(title=title, **facts, **owner.fields, **values)
        if isinstance(item, Mask):
            check_mask((item.width, item.height), (item.photo.width, item.photo.height), shown)
        for kind, ending in (("original", "jpg"), ("view", "webp"), ("thumb", "webp")):
            data = (Path(folder) / f"{kind}.{ending}").read_bytes()
            getattr(item, kind).save(f"{item.folder}/{kind}.{ending}",
                                     ContentFile(data), save=False)  # fmt: skip
    keep(item)
    return item


def keep(item: Picture | TaughtStyle) -> None:
    """The row of files that are written. Without room for them, neither stays."""
    item.bytes = item.measured()
    try:
        with transaction.atomic():
            quotas.keep(item.owned_by, item.bytes)
            item.save(force_insert=True)
            made(item)
    except RefusedError:
        scratch.remove_folder(item.folder)
        raise


def region_add(painting: Painting, owner: Owner, upload: Path, name: str) -> Painting:
    """A region of a painting, white in the mask that is uploaded, as a painting of its own."""
    check_banned(owner)
    quotas.may_keep(owner)
    shown = shown_name(name)
    with tempfile.TemporaryDirectory(dir=settings.VAR) as folder:
        facts = sanitize(upload, Path(folder), shown)
        size = painting.width, painting.height
        check_mask((facts["width"], facts["height"]), size, shown)
        with DECODERS:
            region = region_of(painting, Path(folder) / "original.jpg")
            pictures = {kind: faded(open_picture(painting, kind), region) for kind in FADED}
    item = Painting(
        title=_("%(title)s, a region") % {"title": painting.title[:110]}, artist=painting.artist,
        width=size[0], height=size[1], colour=images.average_color(pictures["thumb"]),
        **owner.fields,
    )  # fmt: skip
    with painting.original.open("rb") as file:
        files = {"original.jpg": file.read(), "region.png": to_png(region)}
    for kind, picture in pictures.items():
        files[f"{kind}.webp"] = images.encode(picture, "webp", quality=FADED[kind])
    for file_name, data in files.items():
        field = getattr(item, file_name.partition(".")[0])
        field.save(f"{item.folder}/{file_name}", ContentFile(data), save=False)
    keep(item)
    return item


def shown_name(name: str) -> str:
    """Of a file, as it can be told to people."""
    return Path(printable(name).replace("\\", "/")).name.strip()[:100] or _("The file")


def printable(text: str) -> str:
    """Without line breaks, NUL and the marks that turn text around."""
    return "".join(filter(str.isprintable, text))


def one_line(text: str) -> str:
    """As a title, or a name, is kept."""
    return printable(text).strip()[:120]


def shared_edit(item: Shared, **values: str | int | bool) -> None:
    """Title, artist, public (a style's year too): what is given. Raises EngineError for an empty
    title, and for sharing a style that is still being learned."""
    for name, value in values.items():
        if isinstance(value, str):
            values[name] = value = one_line(value)
            if name == "title" and not value:
                raise EngineError(
                    _("A %(kind)s needs a title: give it one.") % {"kind": kind_word(item.KIND)}
                )
    if isinstance(item, TaughtStyle):
        style_change(item, values)
    else:
        for name, value in values.items():
            setattr(item, name, value)
        item.save(update_fields=list(values))


def style_change(style: TaughtStyle, values: dict[str, Any]) -> None:
    """A worker may be at work on the row."""
    done = Q(state=State.DONE) if values.get("public") else Q()
    if not style.change(where=done, **values):
        raise EngineError(_("Only a style that has been learned can be shared: wait until it is."))
    announce(style)


def style_teach(owner: Owner, paintings: Sequence[Painting], **asked: Any) -> TaughtStyle:
    """A new style in the queue: ``asked`` are its title, artist and year, and of the lesson
    minutes, stroke, own_photos and start, the style to begin from."""
    check_queue(owner)
    about = {"title": one_line(asked.pop("title")) or paintings[0].title,
             "artist": one_line(asked.pop("artist")), "year": asked.pop("year")}  # fmt: skip
    lesson = {"start": "", **asked, "paintings": [str(painting.pk) for painting in paintings]}
    with transaction.atomic():
        quotas.ask(owner, styles=1, minutes=lesson["minutes"])
        style = TaughtStyle.objects.create(
            **about, lesson=lesson, lane="slow", colour=paintings[0].colour, **owner.fields
        )
    announce(style, ring=True)
    return style


def style_teach_on(style: TaughtStyle, minutes: float) -> TaughtStyle:
    """A new style that begins where ``style`` ended, which stays as it is: pictures name it."""
    owner = style.owned_by
    paintings = style.paintings(owner)
    if style.state != State.DONE or not paintings:
        raise EngineError(
            _("Only a style whose paintings are still here can be taught on: teach it anew.")
        )
    lesson = style.lesson | {"minutes": minutes, "start": style.ref}
    del lesson["paintings"]
    about = {"title": style.title, "artist": style.artist, "year": style.year}
    return style_teach(owner, paintings, **about, **lesson)


def style_import(owner: Owner, upload: Path, name: str) -> TaughtStyle:
    """A style's file that was exported, here or elsewhere; a worker paints its card. Raises
    EngineError, fit to be shown, when it is none."""
    check_queue(owner)
    quotas.may_keep(owner)
    quotas.may_work(owner)
    found = stylefile.check(upload)
    data = upload.read_bytes()
    style = TaughtStyle(
        title=found.title, artist=found.artist, year=found.year, figures=figures_of(found.training),
        fingerprint=hashlib.sha256(data).hexdigest(), **owner.fields,
    )  # fmt: skip
    file = f"{style.folder}/weights.safetensors"
    style.weights.save(file, ContentFile(data), save=False)
    keep(style)
    announce(style, ring=True)
    return style


def figures_of(training: Any) -> dict[str, float]:
    """Those of a stranger's file that are figures: it may say anything of its training."""
    told = training.items() if isinstance(training, dict) else ()
    return {
        name: value
        for name, value in told
        if name in FIGURES and isinstance(value, int | float) and abs(value) < 1e9
    }


def rendering_submit(photo: Photo, recipe: Recipe, **about: Any) -> Rendering:
    """A new job in the queue, and the bell rung once it is committed. ``about`` is what else the
    row says: ``remix_of``. Raises EngineError, fit to be shown."""
    check_queue(photo.owned_by)
    with transaction.atomic():
        quotas.ask(photo.owned_by, pictures=1)
        rendering = rendering_make(photo, recipe, **about)
        made(rendering)
    return rendering


def rendering_make(photo: Photo, recipe: Recipe, **about: Any) -> Rendering:
    """One that was counted already: ``about`` may say of which ``batch``."""
    owner = photo.owned_by
    engine = get_engine(recipe.engine)
    make_params(engine, recipe.params)
    check_size(engine, recipe)
    named = {style: find_style(owner, style).titles for style, _ in recipe.styles}
    if recipe.paintings() and not engine.takes_paintings:
        raise EngineError(
            _("%(engine)s knows built-in styles only: choose another engine")
            % {"engine": word(engine.title)}
        )
    check_masks(photo, recipe)
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
        **about,
    )
    announce(rendering, ring=True)
    return rendering


def check_queue(owner: Owner) -> None:
    """Raises QueueFullError when this visitor's jobs, of all kinds, are enough for now, and
    BannedError for who may have none."""
    check_banned(owner)
    unfinished = unfinished_of(owner)
    if (waiting := sum(rows.count() for rows in unfinished)) < settings.MAX_JOBS_WAITING:
        return
    after = until_room(owner)
    paused = any(rows.filter(state=State.PAUSED).exists() for rows in unfinished)
    raise QueueFullError(
        (
            _(
                "%(waiting)d of your pictures and styles are still being worked on or paused: try"
                " again %(when)s, or cancel some."
            )
            if paused
            else _(
                "%(waiting)d of your pictures and styles are still being worked on: try again"
                " %(when)s, when some are done."
            )
        )
        % {"waiting": waiting, "when": when(after)},
        after,
    )


def until_room(owner: Owner) -> int:
    """Seconds, about, until one of the owner's jobs is done, from the pace of its lane."""
    waits = []
    for lane in ("fast", "slow"):
        heads = [kind.waiting(lane).filter(**owner.fields).first() for kind in kinds()]
        line = Line(lane)
        waits += [(line.ahead(job) + 1) * quotas.pace(lane) for job in heads if job]
    return max(5, round(min(waits, default=quotas.PACE["slow"])))


def unfinished_of(owner: Owner) -> list[Any]:
    """The jobs of ``owner`` that are to be finished, a query for each kind."""
    return [kind.objects.of(owner).filter(state__in=Job.UNFINISHED) for kind in kinds()]


def queue_room(owner: Owner) -> int:
    """How many more jobs may wait."""
    waiting = sum(rows.count() for rows in unfinished_of(owner))
    return max(0, settings.MAX_JOBS_WAITING - waiting)


def check_masks(photo: Photo, recipe: Recipe) -> None:
    """Raises EngineError for masks that are none of the photo's, or that the engine cannot use."""
    if not recipe.masks:
        return
    engine = get_engine(recipe.engine)
    if not engine.takes_masks:
        raise EngineError(
            _("%(engine)s knows no regions: choose another engine, and built-in styles")
            % {"engine": word(engine.title)}
        )
    own = Mask.objects.of(photo.owned_by).filter(photo=photo).values_list("pk", flat=True)
    known = set(map(str, own))
    for style, name in recipe.masks:
        if name not in known:
            raise EngineError(
                _("There is no mask '%(name)s' on this photo, for '%(style)s': send it again.")
                % {"name": name, "style": style}
            )


def announce(job: Job, *, ring: bool = False) -> None:
    def tell() -> None:
        notify.publish(job)
        if ring:
            notify.ring()

    transaction.on_commit(tell)
    if ring:  # the one line that has the ids of both the request and the job
        about = context.of_job(job).fields
        log.info("job waits", extra={"facts": {name: about[name] for name in ABOUT_JOB}})


def unless_running(then: Any, field: str) -> Case:
    """For one statement that finds a job running or not: no worker comes between."""
    kind = Rendering._meta.get_field(field)  # all kinds of jobs have the same
    assert isinstance(kind, Field)
    default = then if isinstance(then, Func) else Value(then)
    return Case(When(state=State.RUNNING, then=F(field)), default=default, output_field=kind)


def job_cancel(job: Job) -> bool:
    """A waiting or paused job ends at once, a running one in a moment; False if it had ended."""
    ended = {**jobs.nothing_left(), "state": State.CANCELLED, "finished": Now()}
    done = job.change(
        where=Q(state__in=Job.UNFINISHED), cancel_requested=True,
        **{name: unless_running(value, name) for name, value in ended.items()},
    )  # fmt: skip
    if done:
        if job.state == State.CANCELLED:
            scratch.sweep(job)
            counted.job_ended(job)
        announce(job)
    return done


def job_pause(job: Job) -> bool:
    """A waiting job of the slow lane rests at once, a running one in a moment, to go on later."""
    done = job.change(
        where=Q(state__in=Job.ACTIVE, lane="slow", cancel_requested=False),
        state=unless_running(State.PAUSED, "state"), keep_requested=False,
        pause_requested=Q(state=State.RUNNING),
    )  # fmt: skip
    if done:
        announce(job)
    return done


def job_continue(job: Job) -> bool:
    """A paused job waits for its turn again; a pause that was only asked for is taken back."""
    done = job.change(
        where=Q(state=State.PAUSED) | Q(state__in=Job.ACTIVE, pause_requested=True),
        **awake(),
    )
    if done:
        announce(job, ring=True)
    return done


def job_keep(job: Job) -> bool:
    """Good enough: the picture as it is becomes the result, at the worker's next step."""
    running = Q(state=State.RUNNING, lane="slow")
    begun = Q(state__in=(State.QUEUED, State.PAUSED)) & ~Q(checkpoint="")
    done = job.change(
        where=(running | begun) & Q(cancel_requested=False), keep_requested=True, **awake()
    )
    if done:
        announce(job, ring=True)
    return done


def awake() -> dict[str, Any]:
    """A paused job takes its place at the end of the queue; others stay where they are."""
    paused = Q(state=State.PAUSED)
    return {
        "state": Case(When(paused, then=Value(State.QUEUED)), default=F("state")),
        "queued": Case(When(paused, then=Value(timezone.now())), default=F("queued")),
        "pause_requested": False,
    }


def job_retry(job: Job) -> bool:
    """A failed job waits again, to go on from its checkpoint if it has one; a cancelled one as if
    new. False if it is in another state. Raises RefusedError when there is no time left today."""
    quotas.may_work(job.owned_by)
    ended = Q(state__in=(State.FAILED, State.CANCELLED))
    done = job.change(
        where=ended, state=State.QUEUED, queued=timezone.now(), attempts=0, error="", note="",
        cancel_requested=False, pause_requested=False, keep_requested=False, finished=None,
        **jobs.progress(job),
    )  # fmt: skip
    if done:
        announce(job, ring=True)
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


def remove(item: Owned) -> None:
    """Deleted for everybody at once; for an hour it can be brought back."""
    item.deleted = timezone.now()
    item.save(update_fields=["deleted"])
    if isinstance(item, Job):
        job_cancel(item)
    if isinstance(item, Photo):
        for rendering in item.renderings.all():
            job_cancel(rendering)


def restore(item: Owned) -> None:
    item.deleted = None
    item.save(update_fields=["deleted"])
