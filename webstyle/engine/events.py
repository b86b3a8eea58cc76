"""What an engine says while it paints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image


class EngineError(ValueError):
    """Bad input. The message is one sentence that names the input and the remedy."""


@dataclass(frozen=True)
class Progress:
    """Step ``step`` of ``total`` is done; ``stage`` says in a word or two what comes now.

    ``preview`` makes a small picture of the state when called, before the next event is asked for;
    one that nobody calls costs nothing.
    """

    step: int
    total: int
    stage: str
    preview: Callable[[], Image.Image] | None = None
    loss: float | None = None


@dataclass(frozen=True)
class Result:
    """The finished picture (RGB, sRGB), always the last event, and figures worth keeping."""

    picture: Image.Image
    figures: dict[str, float | str] = field(default_factory=dict)
