"""The methods of painting, one file each in ``engines/``, found by name when first asked for."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from PIL import Image

from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.recipe import Recipe

if TYPE_CHECKING:
    import torch


class Engine(Protocol):
    """A generator of events: see docs/decisions/0001-rooms.md."""

    name: ClassVar[str]
    title: ClassVar[str]
    lane: ClassVar[str]  # "fast" (a second) or "slow" (a minute): fast never waits behind slow
    Params: ClassVar[type]

    def run(
        self, content: Image.Image, recipe: Recipe, *, device: torch.device
    ) -> Generator[Progress | Result]: ...


EngineType = TypeVar("EngineType", bound=type)
_engines: dict[str, type[Engine]] = {}


def register(cls: EngineType) -> EngineType:
    _engines[cls.name] = cls  # type: ignore[attr-defined]
    return cls


def engine_names() -> list[str]:
    """Names of all engines, from the file names: nothing is imported for it."""
    import webstyle.engine.engines as package

    return sorted(m.name for m in pkgutil.iter_modules(package.__path__))


def get_engine(name: str) -> type[Engine]:
    """The engine class called ``name``; importing it imports torch."""
    if name not in _engines:
        if name not in engine_names():
            raise EngineError(f"unknown engine '{name}': choose from {', '.join(engine_names())}")
        importlib.import_module(f"webstyle.engine.engines.{name}")
    return _engines[name]


def make_params(engine: Any, given: dict[str, Any]) -> Any:
    """``Params`` of an engine class from a recipe's dictionary; unknown names are refused."""
    known = {f.name for f in dataclasses.fields(engine.Params)}
    if unknown := set(given) - known:
        raise EngineError(
            f"engine '{engine.name}' has no parameter '{min(unknown)}': "
            f"it has {', '.join(sorted(known)) or 'none'}"
        )
    return engine.Params(**given)
