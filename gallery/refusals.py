"""What is refused although nothing is wrong with it: a limit was reached, or somebody is banned."""

from __future__ import annotations

from typing import Any

from webstyle.engine.events import EngineError


class RefusedError(EngineError):
    """Not now. ``after`` is in how many seconds it makes sense to ask again; None where waiting
    alone does not help."""

    def __init__(self, message: Any, after: int | None = None) -> None:
        super().__init__(message)
        self.after = after


class BannedError(EngineError):
    """Not for whoever asks, until a moderator's ban is over. The message says why, and until
    when."""

    status = 403
