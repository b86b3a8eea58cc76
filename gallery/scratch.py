"""Files that a job needs on its way and nobody afterwards: previews and checkpoints."""

from __future__ import annotations

import contextlib
import logging
import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from gallery.job import Job

log = logging.getLogger(__name__)


def write(name: str, data: bytes) -> str:
    """The name under which the storage keeps it. What it has no room for is not left there half."""
    try:
        return default_storage.save(name, ContentFile(data))
    except Exception:
        with contextlib.suppress(Exception):  # it may be away altogether
            default_storage.delete(name)
        raise


def save_preview(job: Job, data: bytes) -> str:
    """Under one of two names in turn: a page that asks for the last one still gets it."""
    first, second = (f"{job.folder}/preview-{job.attempts}-{n}.jpg" for n in "01")
    name = second if job.preview.name == first else first
    discard(name)
    return write(name, data)


def save_checkpoint(job: Job, data: bytes) -> str:
    """Under a new name: until the row names it, the one before it counts."""
    name = f"{job.folder}/checkpoint-{uuid.uuid4().hex}.bin"
    return write(name, data)


def read_checkpoint(job: Job) -> bytes | None:
    if not job.checkpoint:
        return None
    with contextlib.suppress(FileNotFoundError), job.checkpoint.open("rb") as file:
        data: bytes = file.read()
        return data
    return None


def discard(*names: str | None) -> None:
    for name in filter(None, names):
        default_storage.delete(name)


def sweep(job: Job) -> None:
    """All previews and all checkpoints but the one that the row names, of broken-off attempts too.

    For a row that nobody works on. What cannot be removed just now is left to ``cleanup``: nothing
    that was decided of the job is undone by it."""
    try:
        for file in default_storage.listdir(job.folder)[1]:
            name = f"{job.folder}/{file}"
            scrap = file.startswith(("preview-", "checkpoint-"))
            if scrap and name not in (job.preview.name, job.checkpoint.name):
                default_storage.delete(name)
    except FileNotFoundError:  # never begun
        pass
    except Exception as error:
        log.warning("job %s: what it leaves stays until the next cleanup: %s", job.pk, error)


def remove_folder(folder: str) -> None:
    """All files of a row that is no more, whoever wrote them, and the folder itself."""
    with contextlib.suppress(FileNotFoundError):  # nothing was ever written
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")
        with contextlib.suppress(OSError):  # somebody writes to it in this moment
            default_storage.delete(folder)


def leave_nothing(job: Job) -> None:
    """After work on ``job``: if its row was deleted meanwhile, nobody else would find the files."""
    if not type(job).objects.filter(pk=job.pk).exists():
        remove_folder(job.folder)
