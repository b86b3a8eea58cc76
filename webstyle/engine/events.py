"""What an engine says while it paints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image


class EngineError(ValueError):
    """Bad input. The message is one sentence that names the input and the remedy."""


class UnknownError(EngineError):
    """Something that this version of the program does not know: a newer one may."""


@dataclass(frozen=True)
class Progress:
    """Step ``step`` of ``total`` is done; ``stage`` says in a word or two what comes now.

    The callables may be called before the next event is asked for, and only then; one that nobody
    calls costs nothing. ``preview`` makes a small picture of the state. ``keep`` ends the work here
    and gives what there is at full size, for a visitor who finds it good enough. ``checkpoint``
    packs the state, for the engine to go on from later: in another process, or after a pause.
    ``losses`` are figures that fall, by name.
    """

    step: int
    total: int
    stage: str
    preview: Callable[[], Image.Image] | None = None
    keep: Callable[[], Result] | None = None
    checkpoint: Callable[[], bytes] | None = None
    losses: dict[str, float] | None = None


@dataclass(frozen=True)
class Result:
    """The finished picture (RGB, sRGB), always the last event, and figures worth keeping."""

    picture: Image.Image
    figures: dict[str, float | str] = field(default_factory=dict)
