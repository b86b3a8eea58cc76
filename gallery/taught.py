"""The files of taught styles: in the storage for all machines, and where the engine reads them."""

from __future__ import annotations

import contextlib
import os
import uuid

from gallery.models import TaughtStyle
from gallery.owners import Owner
from webstyle.engine.events import EngineError
from webstyle.engine.weights import taught_file


def fetch(owner: Owner, name: str, title: str = "") -> None:
    """Brings what recipes call ``taught:NAME`` to this machine. Raises EngineError, with ``title``,
    for a style that is gone, or that ``owner`` may not use any longer."""
    style = TaughtStyle.objects.named(owner, name)
    if style is None:
        what = f"The style '{title}'" if title else "A style"
        raise EngineError(f"{what} is gone or no longer shared: choose another.")
    bring(style)


def bring(style: TaughtStyle) -> None:
    """The file never changes, so one that is here is the right one; and it is never half there."""
    place = taught_file(str(style.pk))
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    coming = place.with_name(f"coming-{uuid.uuid4().hex}")
    try:
        with style.weights.open("rb") as file:
            coming.write_bytes(file.read())
    except FileNotFoundError:
        raise EngineError(
            f"The file of the style '{style.title}' is lost: teach it anew."
        ) from None
    os.replace(coming, place)


def sweep() -> None:
    """On this machine, the files of styles that are no more, or were taken down. Those that have no
    row's name were made on the command line."""
    here = {}
    for place in taught_file("x").parent.glob("*.safetensors"):
        with contextlib.suppress(ValueError):
            here[uuid.UUID(place.stem)] = place
    there = TaughtStyle.objects.filter(withdrawn=None, pk__in=here)
    known = there.values_list("pk", flat=True)
    for pk in here.keys() - set(known):
        here[pk].unlink(missing_ok=True)
