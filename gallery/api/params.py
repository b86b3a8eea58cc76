"""The parameters of the engines as schemas, from their ``Params``: each is declared over there."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from gallery import params
from gallery.api.errors import FieldsError
from webstyle.engine.registry import get_engine

FEATHER = "feather"  # of regions: a page has it where it has masks


def offered(engine: str) -> list[dataclasses.Field[Any]]:
    """The parameters that can be sent."""
    return [p for p in params.every(engine) if p.metadata.get("shown", True) or p.name == FEATHER]


@functools.cache
def model(engine: str) -> type[BaseModel]:
    fields: dict[str, Any] = {param.name: field(param) for param in offered(engine)}
    title = f"{engine.title()}Params"
    return create_model(title, __config__=ConfigDict(extra="forbid"), **fields)


def field(param: dataclasses.Field[Any]) -> Any:
    about = param.metadata
    how: dict[str, Any] = {"title": about.get("label"), "description": about.get("help")}
    kind = params.kind(param)
    if kind == "choice":
        return Literal[tuple(about["choices"])], Field(param.default, **how)
    how["strict"] = True
    if kind in ("int", "float"):
        how |= {"ge": about.get("low"), "le": about.get("high")}
    if kind == "float":
        how["allow_inf_nan"] = False
    types: dict[str, Any] = {"bool": bool, "int": int, "float": float}
    return types[kind], Field(param.default, **how)


def schema(engine: str) -> dict[str, Any]:
    return model(engine).model_json_schema() | {"title": get_engine(engine).title}


def of_recipe(engine: str, given: dict[str, Any]) -> dict[str, Any]:
    """Those that can be sent: of the rest the settings of the site decide."""
    silent = {p.name for p in params.every(engine)} - {p.name for p in offered(engine)}
    return {name: value for name, value in given.items() if name not in silent}


def form_fields(engine: str, given: dict[str, Any]) -> dict[str, str]:
    """As ``PaintForm`` calls and reads them. Raises FieldsError."""
    try:
        model(engine).model_validate(given)
    except ValidationError as error:
        said: dict[str, list[str]] = {}
        for each in error.errors():
            name = ".".join(["params", *map(str, each["loc"])])
            said.setdefault(name, []).append(each["msg"])
        raise FieldsError(said) from None
    names = {p.name: params.field_name(engine, p) for p in offered(engine)} | {FEATHER: FEATHER}
    return {names[name]: as_text(value) for name, value in given.items()}


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return repr(value) if isinstance(value, float) else str(value)
