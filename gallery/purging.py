"""What is over goes for good: rows with their files, and what jobs left on their way."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import Any

from django.db.models import Q
from django.utils import timezone

from gallery import jobs, scratch, taught
from gallery.intake import services as intake
from gallery.job import Job, kinds
from gallery.limits import usage
from gallery.models import (
    UNDO_TIME,
    Album,
    Batch,
    KeptAnswer,
    Mask,
    Painting,
    Photo,
    Rendering,
    ShareLink,
    TaughtStyle,
)
from gallery.moderation import sweep

RETRY_TIME = timedelta(days=1)  # how long a failed job can go on from where it was
MASK_TIME = timedelta(days=1)  # how long a mask is kept that no picture is painted with


def purge() -> int:
    """Rows and files of what is overdue, of uploads that nobody finished, and of what moderators
    took down long enough ago. How many there were."""
    gone = sweep.sweep()
    for item in overdue():
        folder = item.folder
        item.delete()
        scratch.remove_folder(folder)  # with what broken-off attempts left
        gone += 1
    taught.sweep()
    usage.sweep()
    forget_checkpoints()
    KeptAnswer.sweep()
    return gone + intake.sweep()


def overdue() -> list[Any]:
    """What was deleted more than an hour ago, and masks that nobody used."""
    old = {"deleted__lt": timezone.now() - UNDO_TIME}
    renderings = Rendering.objects.filter(
        Q(**old) | Q(**{f"photo__{k}": v for k, v in old.items()})
    ).exclude(state__in=Job.ACTIVE)
    photos = Photo.objects.filter(**old).exclude(renderings__state__in=Job.ACTIVE)
    masks = {*Mask.objects.filter(photo__in=photos), *unused_masks()}
    styles = TaughtStyle.objects.filter(**old).exclude(state__in=Job.ACTIVE)
    rest = [model.objects.filter(**old) for model in (Album, Batch, ShareLink)]
    paintings = Painting.objects.filter(**old)
    return [*renderings, *masks, *photos, *paintings, *styles, *chain(*rest)]


def unused_masks() -> list[Mask]:
    """Those that came more than a day ago and that no picture is painted with."""
    old = Mask.objects.filter(created__lt=timezone.now() - MASK_TIME)
    painted = Rendering.objects.filter(photo__in=old.values("photo"), recipe__has_key="masks")
    lists = painted.values_list("recipe__masks", flat=True)
    used = {name for masks in lists for _, name in masks}
    return [mask for mask in old if str(mask.pk) not in used]


def failed_long_ago() -> tuple[Q, list[Job]]:
    """Jobs that keep a checkpoint although nobody is going to try them again; and what they are."""
    failed = Q(state=Job.State.FAILED, finished__lt=timezone.now() - RETRY_TIME)
    found = (kind.objects.filter(failed).exclude(checkpoint="") for kind in kinds())
    return failed, list(chain.from_iterable(found))


def forget_checkpoints() -> None:
    """They are large."""
    failed, found = failed_long_ago()
    for job in found:
        if job.change(where=failed, **jobs.nothing_left()):
            scratch.sweep(job)
