"""Controls of an engine's parameters, from its ``Params``: each is declared once, over there."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

from django import forms
from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gallery.models import Rendering
from gallery.titles import word
from webstyle.engine.events import EngineError
from webstyle.engine.registry import engine_names, get_engine


def every(engine: str) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(get_engine(engine).Params)


def named(engine: str, name: str) -> dataclasses.Field[Any]:
    return next(param for param in every(engine) if param.name == name)


def shown(engine: str) -> list[dataclasses.Field[Any]]:
    """The parameters that are a visitor's business."""
    return [param for param in every(engine) if param.metadata.get("shown", True)]


def field_name(engine: str, param: dataclasses.Field[Any]) -> str:
    return f"{engine}_{param.name}"


def kind(param: dataclasses.Field[Any]) -> str:
    """bool, int, float or choice."""
    if param.metadata.get("choices"):
        return "choice"
    return type(param.default).__name__


def form_field(param: dataclasses.Field[Any]) -> forms.Field:
    """Left out, it has the default. Whether a box was unticked or is on no page at all is told
    apart by a hidden input of the same name that says "off"."""
    about, label = param.metadata, word(param.metadata.get("label") or param.name)
    if kind(param) in ("int", "float"):
        field = forms.IntegerField if kind(param) == "int" else forms.FloatField
        low, high = about.get("low"), about.get("high")
        reason = _("%(label)s: give a number.") % {"label": label}
        if low is not None and high is not None:
            reason = range_reason(label, low, high)
        errors = dict.fromkeys(("invalid", "min_value", "max_value"), reason)
        return field(
            min_value=low, max_value=high, required=False, label=label, initial=param.default,
            error_messages=errors,
        )  # fmt: skip
    words = ["on", "off"] if kind(param) == "bool" else list(about["choices"])
    return forms.TypedChoiceField(
        choices=[(word, word) for word in words], required=False, label=label,
        coerce=is_on if kind(param) == "bool" else str, empty_value=None,
        error_messages={"invalid_choice": choice_reason(label, words)},
    )  # fmt: skip


def is_on(value: Any) -> bool:
    return value == "on"


def control(engine: str, param: dataclasses.Field[Any], sent: Any) -> dict[str, Any]:
    """For the page; ``sent`` is what a form that is shown again holds, or None."""
    value = param.default if sent in (None, "") else sent
    if kind(param) == "bool" and isinstance(value, str):
        value = is_on(value)
    about = {key: param.metadata.get(key) for key in ("low", "high", "step")}
    said = {key: word(param.metadata.get(key) or "") for key in ("label", "help")}
    return (
        about
        | said
        | {
            "name": param.name,
            "field": field_name(engine, param),
            "kind": kind(param),
            "choices": list(param.metadata.get("choices") or ()),
            "default": param.default,
            "value": value,
        }
    )


@functools.cache
def pictures() -> list[str]:
    """ENGINE-PARAMETER of those for which there are pictures of a low and of a high value."""
    names = [f"{engine}-{param.name}" for engine in engine_names() for param in shown(engine)]
    ends = ("low", "high")
    return [n for n in names if all(finders.find(f"pictures/{n}-{end}.webp") for end in ends)]


def in_words(rendering: Rendering) -> list[dict[str, str]]:
    """What was changed for a picture, as label and value."""
    try:
        fields = shown(rendering.engine)
    except EngineError:  # an engine that is gone
        return []
    given = rendering.params
    return [
        {
            "label": word(field.metadata.get("label") or field.name),
            "value": value_word(given[field.name]),
        }
        for field in fields
        if field.name in given
    ]


def value_word(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:g}" if isinstance(value, float) else word(str(value))


def range_reason(label: str, low: float, high: float) -> str:
    values = {"label": label, "low": f"{low:g}", "high": f"{high:g}"}
    return _("%(label)s: give a number from %(low)s to %(high)s.") % values


def choice_reason(label: str, words: list[str]) -> str:
    named = pgettext("between choices", " or ").join(words)
    return _("%(label)s: choose %(words)s.") % {"label": label, "words": named}
