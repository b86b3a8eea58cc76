"""The page that explains the API, from the document that describes it.

A page of our own: those that come with django-ninja run scripts that our Content-Security-Policy
does not let in.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gallery.api.site import api

ROOT = "/api/v1"
METHODS = ("get", "post", "put", "patch", "delete")
REF = "#/components/schemas/"
APART = [f"{REF}RecipeIn"]  # has an operation that gives it


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    document = reverse("v1:openapi-json")
    return render(request, "api.html", {"rooms": rooms(), "document": document, "root": ROOT})


@functools.cache
def rooms() -> list[dict[str, Any]]:
    """The operations by their tags, as the page shows them. They do not change while we run."""
    document: dict[str, Any] = dict(api.get_openapi_schema())
    schemas = document["components"]["schemas"]
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if operation := methods.get(method):
                told = described(path, method, operation, schemas)
                found.setdefault(operation["tags"][0], []).append(told)
    return [{"name": name, "operations": operations} for name, operations in found.items()]


def described(
    path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    file = "application/octet-stream" in body  # it may come as JSON too, which names an upload
    sent = None if file else body.get("application/json", {}).get("schema")
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path.removeprefix(ROOT),
        "scope": operation.get("x-scope", ""),
        "words": operation.get("description", ""),
        "parameters": [
            {"name": each["name"], "in": each["in"], "required": each.get("required", False),
             "type": type_of(each["schema"]), "words": each.get("description", "")}
            for each in operation["parameters"]
        ],
        "file": file,
        "fields": fields(sent, schemas) if sent else [],
        "answers": [answer(status, told) for status, told in operation["responses"].items()],
    }  # fmt: skip


def answer(status: Any, told: dict[str, Any]) -> dict[str, str]:
    content = told.get("content", {})
    kinds = [
        type_of(of["schema"]) if kind == "application/json" else kind
        for kind, of in content.items()
    ]
    return {"status": str(status), "what": ", ".join(kinds), "words": told.get("description", "")}


def fields(
    schema: dict[str, Any], schemas: dict[str, Any], before: str = ""
) -> list[dict[str, Any]]:
    """Of a body, one row each: what must be sent first, and parts of a part after it."""
    schema = resolved(schema, schemas)
    required = schema.get("required", [])
    rows = []
    for name, each in sorted(
        schema["properties"].items(), key=lambda item: item[0] not in required
    ):
        rows.append(
            {"name": before + name, "required": name in required, "type": type_of(each),
             "default": default_of(each), "words": each.get("description", "")}
        )  # fmt: skip
        for within, mark in parts(each):
            if within not in APART:
                rows += fields({"$ref": within}, schemas, f"{before}{name}{mark}.")
    return rows


def parts(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """References to what it is made of, each with how its name goes on."""
    for each in [schema, *schema.get("anyOf", [])]:
        if "$ref" in each:
            yield each["$ref"], ""
        if "$ref" in each.get("items", {}):
            yield each["items"]["$ref"], "[]"


def resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, where a reference, or a choice between one and null, stands for it."""
    (ref, __), *___ = parts(schema)
    found: dict[str, Any] = schemas[ref.removeprefix(REF)]
    return found


def default_of(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default in (None, "", [], {}) else str(default)


def type_of(schema: dict[str, Any]) -> str:
    """In a few words, as in "integer, 0 to 100"."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    if "anyOf" in schema:
        kinds = [type_of(each) for each in schema["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    kind = schema.get("format") or schema.get("type", "object")
    low, high = schema.get("minimum"), schema.get("maximum")
    return f"{kind}, {low:.12g} to {high:.12g}" if None not in (low, high) else str(kind)
