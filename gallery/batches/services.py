"""A batch from the wish to its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery import services
from gallery.job import Job
from gallery.limits import quotas
from gallery.limits.words import when
from gallery.models import Batch, Photo, Rendering
from gallery.owners import Owner
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import Recipe

PHOTOS, STYLES, PICTURES = 12, 12, 64  # of one batch, at most
State = Job.State


@dataclass
class Row:
    """One photo in every style, in the order of the columns; None where a picture was deleted."""

    photo: Photo
    cells: list[Rendering | None]


@dataclass
class Table:
    """``heads`` are title and artist of the styles."""

    heads: list[dict[str, str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def pictures(self) -> list[Rendering]:
        return [cell for row in self.rows for cell in row.cells if cell]

    @property
    def done(self) -> list[Rendering]:
        return [picture for picture in self.pictures if picture.state == State.DONE]

    def count(self, *states: str) -> int:
        return sum(picture.state in states for picture in self.pictures)


def batch_submit(
    owner: Owner, photos: Sequence[Photo], styles: Sequence[str], size: int, title: str = ""
) -> Batch:
    """Every photo in every style, all of it queued or nothing. Raises EngineError."""
    number = len(photos) * len(styles)
    check_counts(len(photos), len(styles))
    recipes = [Recipe(styles=((style, 1.0),), size=size) for style in styles]
    with transaction.atomic():
        if (room := services.queue_room(owner)) < number:
            raise services.QueueFullError(*too_many(owner, number, room))
        quotas.ask(owner, pictures=number)
        batch = Batch.objects.create(
            title=services.one_line(title) or default_title(len(photos), len(styles)),
            styles=list(styles), colour=photos[0].colour, **owner.fields,
        )  # fmt: skip
        for photo in photos:
            for recipe in recipes:
                services.rendering_make(photo, recipe, batch=batch)
    return batch


def check_counts(photos: int, styles: int) -> None:
    if not 1 <= photos <= PHOTOS:
        raise EngineError(
            _("Choose one to %(most)d photographs: you chose %(number)s.")
            % {"most": PHOTOS, "number": photos or _("none")}
        )
    if not 1 <= styles <= STYLES:
        raise EngineError(
            _("Choose one to %(most)d styles: you chose %(number)s.")
            % {"most": STYLES, "number": styles or _("none")}
        )
    if photos * styles > PICTURES:
        raise EngineError(
            _(
                "%(photos)d photographs in %(styles)d styles are %(pictures)d pictures: at most"
                " %(most)d go in one batch. Choose fewer of either."
            )
            % {"photos": photos, "styles": styles, "pictures": photos * styles, "most": PICTURES}
        )


def too_many(owner: Owner, number: int, room: int) -> tuple[str, int]:
    """What is said, and in how many seconds one more fits."""
    after = services.until_room(owner)
    values = {"number": number, "room": room, "when": when(after)}
    if not room:
        reason = _(
            "%(number)d pictures are too many just now: so much of yours is waiting that not one"
            " more fits. Some are done %(when)s."
        )
        return reason % values, after
    reason = ngettext(
        "%(number)d pictures are too many just now: %(room)d more fits. Choose fewer, or wait: some"
        " are done %(when)s.",
        "%(number)d pictures are too many just now: %(room)d more fit. Choose fewer, or wait: some"
        " are done %(when)s.",
        room,
    )
    return reason % values, after


def default_title(photos: int, styles: int) -> str:
    """In the language of whoever asks for the batch: it is kept."""
    of = ngettext("%(number)d photograph", "%(number)d photographs", photos) % {"number": photos}
    by = ngettext("%(number)d style", "%(number)d styles", styles) % {"number": styles}
    return _("%(photos)s in %(styles)s") % {"photos": of, "styles": by}


def pictures_of(batch: Batch) -> list[Rendering]:
    """In the order in which they were asked for."""
    rows = Rendering.objects.of(batch.owned_by).filter(batch=batch)
    return list(rows.select_related("photo").order_by("created", "pk"))


def table_of(batch: Batch) -> Table:
    pictures = pictures_of(batch)
    named = {style_of(picture): picture.name_of(style_of(picture)) for picture in pictures}
    heads = {style: named[style] for style in batch.styles if style in named}
    photos = {picture.photo_id: picture.photo for picture in pictures}
    found = {(picture.photo_id, style_of(picture)): picture for picture in pictures}
    rows = [Row(photo, [found.get((pk, style)) for style in heads]) for pk, photo in photos.items()]
    return Table(list(heads.values()), rows)


def style_of(picture: Rendering) -> str:
    return str(picture.known_recipe["styles"][0][0])


def batch_cancel(batch: Batch) -> int:
    """All that has not ended; how many there were."""
    return sum(services.job_cancel(picture) for picture in pictures_of(batch))


def batch_retry(batch: Batch) -> int:
    """All that failed or was cancelled, as far as there is room. Raises QueueFullError."""
    ended = [p for p in pictures_of(batch) if p.state in (State.FAILED, State.CANCELLED)]
    if (room := services.queue_room(batch.owned_by)) < len(ended):
        raise services.QueueFullError(*too_many(batch.owned_by, len(ended), room))
    return sum(services.job_retry(picture) for picture in ended)


def file_stem(batch: Batch) -> str:
    """For what is downloaded."""
    return f"batch-{timezone.localtime(batch.created):%Y-%m-%d}-{str(batch.pk)[:8]}"
