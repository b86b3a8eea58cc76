"""What a picture that somebody brings carries: read by a process of its own, and not kept."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from gallery.decoding import run_limited
from gallery.files import may_see
from gallery.models import Rendering
from gallery.provenance.certificate import trust
from gallery.services import shown_name
from webstyle.engine.watermark import PAYLOAD

TAIL = 16 - PAYLOAD  # bytes of a UUID that a mark does not name


@dataclass(frozen=True)
class Found:
    """``credentials`` as credentials.read tells them; ``mark``: in hexadecimal."""

    credentials: dict[str, Any] | None
    mark: str | None


def inspected(upload: Path, name: str) -> Found:
    """What is wrong with a file is wrong in another process. Raises EngineError, fit to be shown,
    for what is no picture that we take."""
    name, known = shown_name(name), dataclasses.asdict(trust())
    function = "webstyle.engine.inspection.inspect"
    return Found(**run_limited(function, str(upload), name, known, name=name))


def marked_picture(request: HttpRequest, mark: str | None) -> Rendering | None:
    """The one that a mark names, if this visitor may see it: else it is as if there were none."""
    if not mark:
        return None
    start = bytes.fromhex(mark)
    first, last = (UUID(bytes=start + end * TAIL) for end in (b"\x00", b"\xff"))
    rows = Rendering.objects.kept().filter(pk__gte=first, pk__lte=last, state=Rendering.State.DONE)
    return next((row for row in rows if may_see(request, row)), None)
