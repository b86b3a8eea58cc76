"""From what a program asks for to a recipe: by the same form that the studio has, so that there
is one set of rules."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from gallery.api.errors import FieldsError
from gallery.api.params import form_fields, of_recipe
from gallery.api.schemas import Look, RecipeIn, RenderingIn
from gallery.forms import PaintForm
from gallery.owners import Owner
from webstyle.engine.recipe import Recipe
from webstyle.engine.registry import engine_names

# What the form calls them, as the API does.
NAMES = {"style": "styles", "extra_style": "styles", "extra_weight": "styles", "weight": "styles"}


def recipe_asked(given: RenderingIn, owner: Owner) -> Recipe:
    """Raises FieldsError."""
    form = PaintForm(fields(given.recipe or given), owner=owner)
    if form.is_valid():
        return form.recipe()
    said = FieldsError.of(form).fields
    raise FieldsError({NAMES.get(name, name): reasons for name, reasons in said.items()})


def fields(asked: Look | RecipeIn) -> QueryDict:
    """As a page would send them."""
    if asked.engine not in engine_names():
        raise FieldsError({"engine": [f"use {', '.join(engine_names())}"]})
    data = QueryDict(mutable=True)
    for number, (style, percent) in enumerate(weights(asked)):
        data.appendlist("extra_style" if number else "style", style)
        data.appendlist("extra_weight" if number else "weight", str(percent))
    for style, mask in masks(asked):
        data.appendlist("mask_style", style)
        data.appendlist("mask", mask)
    data["engine"], data["size"], data["seed"] = asked.engine, str(asked.size), str(asked.seed)
    data["strength"] = str(round(100 * asked.strength))
    if asked.keep_color:
        data["keep_color"] = "on"
    given = asked.params
    if isinstance(asked, RecipeIn):
        given = of_recipe(asked.engine, given)
    for name, value in form_fields(asked.engine, given).items():
        data[name] = value
    return data


def weights(asked: Look | RecipeIn) -> list[tuple[str, int]]:
    """In whole percents of the largest, where that is more than 1."""
    pairs: list[Any] = [
        (each.style, each.weight) if not isinstance(each, tuple) else each for each in asked.styles
    ]
    most = max([weight for __, weight in pairs], default=1.0)
    return [(style, max(1, round(100 * w / max(1.0, most)))) for style, w in pairs]


def masks(asked: Look | RecipeIn) -> list[tuple[str, str]]:
    pairs: list[Any] = [
        (each.style, each.mask) if not isinstance(each, tuple) else each for each in asked.masks
    ]
    return [(style, str(mask)) for style, mask in pairs]
