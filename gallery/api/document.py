"""The OpenAPI document, where django-ninja does not know enough to write it."""

from __future__ import annotations

from typing import Any

from gallery.api import params
from webstyle.engine.registry import engine_names

REFUSALS = {
    400: "Not what we take; the error says why.",
    401: "No token and no session, or a token that is not valid.",
    403: "The token lacks the scope that this needs, a page's CSRF token is missing, or the member "
    "is banned.",
    404: "Not there, or not yours: there is no difference to be seen.",
    409: "Things have moved on; or the same request is under way, with Retry-After.",
    413: "Too large.",
    415: "Another Content-Type is needed.",
    422: "A value is not as described here.",
    423: "Another request is at work on the same upload; Retry-After tells when to ask again.",
    429: "A limit was reached; Retry-After tells in how many seconds to ask again.",
}


def complete(document: dict[str, Any], scopes: dict[str, str]) -> None:
    """``scopes`` is what a token needs for each operation."""
    document["paths"] = {
        path.replace("{pk}", "{id}"): methods for path, methods in document["paths"].items()
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["x-scope"] = scopes[operation["operationId"]]
            complete_operation(operation)
    document["components"]["securitySchemes"].pop("Anybody", None)
    complete_params(document["components"]["schemas"])


def complete_operation(operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        if parameter["name"] == "pk":
            parameter["name"] = "id"
    if {"Anybody": []} in operation["security"]:
        operation["security"] = [{"Token": []}, {"Cookie": []}, {}]
    told = {int(status): answer for status, answer in operation["responses"].items()}
    for status in told.keys() & REFUSALS.keys():
        told[status] = told[status] | {"description": REFUSALS[status]}
    if 429 in told:
        told[429]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    operation["responses"] = {str(status): told[status] for status in sorted(told)}


def complete_params(schemas: dict[str, Any]) -> None:
    """The parameters of the engines are declared in the engines alone. They are looked up only
    now: torch comes with them."""
    choice = []
    for name in engine_names():
        title = f"{name.title()}Params"
        schemas[title] = params.schema(name)
        choice.append({"$ref": f"#/components/schemas/{title}"})
    for name in ("RenderingIn", "RecipeIn"):
        told = schemas[name]["properties"]["params"]
        for key in ("type", "additionalProperties"):
            told.pop(key, None)
        told["anyOf"] = choice
