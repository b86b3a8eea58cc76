"""What a picture that somebody brings carries: read by a process of its own, and not kept."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from gallery.files import may_see
from gallery.models import Rendering
from gallery.provenance.certificate import trust
from gallery.services import DECODERS, shown_name
from webstyle.engine.events import EngineError
from webstyle.engine.watermark import PAYLOAD

TAIL = 16 - PAYLOAD  # bytes of a UUID that a mark does not name


@dataclass(frozen=True)
class Found:
    """``credentials`` as credentials.read tells them; ``mark``: in hexadecimal."""

    credentials: dict[str, Any] | None
    mark: str | None


def inspected(upload: Path, name: str) -> Found:
    """Run webstyle.engine.inspection: what is wrong with a file is wrong in another process. Raises
    EngineError, fit to be shown, for what is no picture that we take."""
    name = shown_name(name)
    command = [sys.executable, "-m", "webstyle.engine.inspection", str(upload), name]
    command += [str(settings.DECODE_MEMORY_MB), str(settings.DECODE_SECONDS)]
    try:
        with DECODERS:
            done = subprocess.run(
                command,
                cwd=settings.BASE_DIR,
                input=json.dumps(dataclasses.asdict(trust())),
                capture_output=True,
                text=True,
                timeout=2 * settings.DECODE_SECONDS,
            )
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode not in (0, 2):
        raise EngineError(f"{name} takes too much time or memory to open: make it smaller")
    if done.returncode == 2:
        raise EngineError(done.stderr.strip())
    return Found(**json.loads(done.stdout))


def marked_picture(request: HttpRequest, mark: str | None) -> Rendering | None:
    """The one that a mark names, if this visitor may see it: else it is as if there were none."""
    if not mark:
        return None
    start = bytes.fromhex(mark)
    first, last = (UUID(bytes=start + end * TAIL) for end in (b"\x00", b"\xff"))
    rows = Rendering.objects.kept().filter(pk__gte=first, pk__lte=last, state=Rendering.State.DONE)
    return next((row for row in rows if may_see(request, row)), None)
