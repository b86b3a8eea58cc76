"""What happens to an upload from its first byte until something was made of it."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.along import along
from gallery.intake.models import KEPT, Arrival, expiry
from gallery.owners import Owner
from gallery.refusals import RefusedError
from webstyle.engine.events import EngineError

CHUNK = 1 << 20
RESERVE = 500_000_000  # bytes of the disk that uploads leave free


class BusyError(EngineError):
    """Somebody else writes to it in this moment."""

    status = 423


class UnfinishedError(EngineError):
    """Bytes are missing."""

    status = 409


class TooLongError(EngineError):
    """More came than was announced."""

    status = 413


class ChecksumError(EngineError):
    """What came is not what was sent."""

    status = 460  # tus has a number of its own


def begin(owner: Owner, length: int, title: str, metadata: str) -> Arrival:
    """Room for a file of ``length`` bytes. Raises RefusedError where there is none."""
    folder = Path(settings.UPLOAD_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    check_room(owner, length)
    if shutil.disk_usage(folder).free < length + RESERVE:
        raise RefusedError(
            _("The server has no room for files just now: try again later."), after=600
        )
    arrival = Arrival(title=title, metadata=metadata, length=length, **owner.fields)
    arrival.path.touch(mode=0o600)
    arrival.save(force_insert=True)
    return arrival


def check_room(owner: Owner, length: int) -> None:
    rows = Arrival.objects.of(owner).unfinished()
    taken = rows.aggregate(sum=Sum("length"))["sum"] or 0
    if rows.count() < settings.UPLOADS_OPEN and taken + length <= settings.UPLOADS_OPEN_BYTES:
        return
    raise RefusedError(
        _("Too many of your uploads are unfinished: finish or cancel some, or wait a day."),
        after=3600,
    )


@contextmanager
def held(arrival: Arrival) -> Iterator[BinaryIO]:
    """Alone with its file, until the end or until this process is killed; ``arrival`` is read anew.
    Raises BusyError when somebody else is at it, or has just come to an end with it."""
    try:
        file = arrival.path.open("r+b")
    except FileNotFoundError:
        raise busy() from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy() from None
        arrival.refresh_from_db()
        yield file


def busy() -> BusyError:
    return BusyError(_("This upload is being written to already: try again in a moment."))


def too_long() -> TooLongError:
    return TooLongError(_("That is more than was announced: begin a new upload."))


def append(
    arrival: Arrival, offset: int, body: Any, digest: tuple[str, bytes] | None = None
) -> None:
    """The next piece, that begins at ``offset``; ``body`` has ``read(size)``. ``digest`` is a
    checksum with the name of its algorithm. Nothing of a piece that is refused counts.

    Raises BusyError, TooLongError and ChecksumError; Arrival.DoesNotExist where its file is lost.
    """
    check_file(arrival)
    if arrival.made:
        raise too_long()
    with held(arrival) as file:
        if arrival.offset != offset:  # another was faster
            raise busy()
        end = write(file, offset, body, arrival.length, digest)
        arrival.change(offset=end, expires=expiry())


def check_file(arrival: Arrival) -> None:
    """Its row alone is of no use, unless something was made of it: the upload has to begin anew."""
    if arrival.path.exists():
        return
    arrival.refresh_from_db()
    if not arrival.made:
        arrival.delete()
        raise Arrival.DoesNotExist


def cancel(arrival: Arrival) -> None:
    """Raises BusyError."""
    check_file(arrival)
    with nullcontext() if arrival.made else held(arrival):
        arrival.delete()


def write(file: BinaryIO, at: int, body: Any, length: int, digest: tuple[str, bytes] | None) -> int:
    """Where it ends."""
    check = hashlib.new(digest[0], usedforsecurity=False) if digest else None
    file.seek(at)
    file.truncate()
    while data := body.read(CHUNK):
        at += len(data)
        if at > length:
            raise too_long()
        file.write(data)
        if check:
            check.update(data)
    if digest and check and check.digest() != digest[1]:
        raise ChecksumError(_("The checksum does not fit the bytes: send them again."))
    file.flush()  # a disk that is full says so before the bytes count
    return at


def check_whole(arrival: Arrival) -> None:
    if not arrival.is_whole:
        raise UnfinishedError(
            _("Of this upload %(offset)d of %(length)d bytes are here: send the rest first.")
            % {"offset": arrival.offset, "length": arrival.length}
        )


def made_of(owner: Owner, pk: Any, make: Callable[[Owner, Path, str], Any]) -> Any:
    """What ``make`` makes of a whole upload; asked again, the same thing. A file that is refused
    is not kept, but for those that came at the wrong time."""
    arrival = Arrival.objects.of(owner).get(pk=pk)
    check_file(arrival)
    if arrival.made:
        return made_before(owner, arrival)
    check_whole(arrival)
    try:
        with held(arrival):
            if arrival.made:  # by somebody who was faster
                return made_before(owner, arrival)
            with along(lambda item: arrival.change(made=f"{item.KIND} {item.pk}")):
                item = make(owner, arrival.path, arrival.title)
            arrival.path.unlink(missing_ok=True)
            return item
    except (RefusedError, BusyError):
        raise
    except EngineError:
        arrival.delete()
        raise


def made_before(owner: Owner, arrival: Arrival) -> Any:
    from gallery.accounts.belongings import kind_of, owned_models

    kind, _space, pk = arrival.made.partition(" ")
    for model in owned_models():
        if kind_of(model) == kind and (item := model.objects.of(owner).filter(pk=pk).first()):
            return item
    raise EngineError(_("What was made of this upload is deleted: send the file again."))


def sweep() -> int:
    """Uploads that expired, and files without a row. How many uploads there were."""
    old = Arrival.objects.filter(expires__lte=timezone.now())
    gone = 0
    for arrival in old:
        arrival.delete()
        gone += 1
    known = {arrival.path.name for arrival in Arrival.objects.only("pk")}
    late = time.time() - KEPT.total_seconds()
    for path in Path(settings.UPLOAD_ROOT).glob("*.part"):
        if path.name not in known and path.stat().st_mtime < late:
            path.unlink(missing_ok=True)
    return gone
