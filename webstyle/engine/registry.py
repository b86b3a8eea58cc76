"""The methods of painting, one file each in ``engines/``, found by name when first asked for."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import pkgutil
from collections.abc import Generator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from PIL import Image

from webstyle.engine.events import EngineError, Progress, Result, UnknownError
from webstyle.engine.recipe import SIZES, Recipe

if TYPE_CHECKING:
    import torch


NO_PICTURES: Mapping[str, Image.Image] = MappingProxyType({})


def param(
    default: Any, label: str, help: str = "", *, low: float | None = None,
    high: float | None = None, step: float | None = None, choices: tuple[str, ...] = (),
    shown: bool = True,
) -> Any:  # fmt: skip
    """A field of an engine's ``Params``: bool, int, float or one of ``choices``.

    From it come the control on the page, the flag of ``manage.py stylize`` and the API schema.
    ``low`` and ``high`` are the limits, included; ``step`` is the grain of the slider. One that is
    not ``shown`` is no visitor's business: it has a flag, but no control on the page.
    """
    metadata = {
        "label": label, "help": help, "low": low, "high": high, "step": step,
        "choices": choices, "shown": shown,
    }  # fmt: skip
    return dataclasses.field(default=default, metadata=metadata)


class Engine(Protocol):
    """A generator of events: see docs/decisions/0001-rooms.md."""

    name: ClassVar[str]
    title: ClassVar[str]
    lane: ClassVar[str]  # "fast" (a second) or "slow" (a minute): fast never waits behind slow
    takes_paintings: ClassVar[bool]  # whether a style may be any painting, not only a built-in one
    takes_masks: ClassVar[bool]  # whether styles may be kept to regions
    offered: ClassVar[bool]  # whether the studio lists it among the methods
    largest: ClassVar[int]  # px on the long side of what it paints
    Params: ClassVar[type]

    def run(
        self,
        content: Image.Image,
        recipe: Recipe,
        *,
        device: torch.device,
        paintings: Mapping[str, Image.Image] = NO_PICTURES,
        masks: Mapping[str, Image.Image] = NO_PICTURES,
        checkpoint: bytes | None = None,
    ) -> Generator[Progress | Result]:
        """``paintings`` are those that ``recipe.paintings()`` names, ``masks`` those of
        ``recipe.masks``, with the photo's proportions. ``checkpoint`` is of an earlier run of the
        same recipe on the same photo: the work goes on from there."""

    def thriftier(self, content: Image.Image, recipe: Recipe) -> Engine | None:
        """The same engine in a way that takes less memory for this picture, if it knows one."""


EngineType = TypeVar("EngineType", bound=type)
_engines: dict[str, type[Engine]] = {}


def register(cls: EngineType) -> EngineType:
    _engines[cls.name] = cls  # type: ignore[attr-defined]
    return cls


@functools.cache
def _files() -> tuple[str, ...]:
    import webstyle.engine.engines as package

    return tuple(sorted(m.name for m in pkgutil.iter_modules(package.__path__)))


def engine_names() -> list[str]:
    """Names of all engines, from the file names: nothing is imported for it."""
    return list(_files())


def known_engines() -> list[str]:
    """All that ``get_engine`` finds."""
    return sorted({*engine_names(), *_engines})


def get_engine(name: str) -> type[Engine]:
    """The engine class called ``name``; importing it imports torch."""
    if name not in _engines:
        if name not in engine_names():
            raise UnknownError(f"unknown engine '{name}': choose from {', '.join(engine_names())}")
        importlib.import_module(f"webstyle.engine.engines.{name}")
    return _engines[name]


def make_params(engine: Any, given: dict[str, Any]) -> Any:
    """``Params`` of an engine class from a recipe's dictionary; unknown names are refused."""
    known = {f.name for f in dataclasses.fields(engine.Params)}
    if unknown := set(given) - known:
        raise UnknownError(
            f"engine '{engine.name}' has no parameter '{min(unknown)}': "
            f"it has {', '.join(sorted(known)) or 'none'}"
        )
    for f in dataclasses.fields(engine.Params):
        if f.name in given:
            check_param(f, given[f.name])
    return engine.Params(**given)


def check_size(engine: Any, recipe: Recipe) -> None:
    """Raises EngineError for a picture that is too large for an engine class."""
    if recipe.size > engine.largest:
        raise EngineError(
            f"size {recipe.size} is out of range: use {SIZES[0]} to {engine.largest} px"
        )


def check_param(field: dataclasses.Field[Any], value: Any) -> None:
    """Raises EngineError for a value of another type or beyond the limits."""
    kinds = (int, float) if isinstance(field.default, float) else (type(field.default),)
    if not isinstance(value, kinds) or isinstance(value, bool) != isinstance(field.default, bool):
        words = {bool: "true or false", int: "a whole number", str: "a word"}
        wanted = words.get(type(field.default), "a number")
        raise EngineError(f"{field.name} {value!r} cannot be used: give {wanted}")
    choices = field.metadata.get("choices")
    if choices and value not in choices:
        raise EngineError(f"{field.name} '{value}' is unknown: use {' or '.join(choices)}")
    low, high = field.metadata.get("low"), field.metadata.get("high")
    if low is not None and high is not None and not low <= value <= high:
        raise EngineError(f"{field.name} {value:g} is out of range: use {low:g} to {high:g}")
