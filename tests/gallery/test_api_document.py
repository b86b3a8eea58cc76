"""The OpenAPI document: complete, the same every time, and true to what is declared elsewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery import params
from gallery.api.schemas import Painting, Photo, Rendering, TaughtStyle
from gallery.api.site import api
from gallery.forms import PaintForm
from tests import cast
from webstyle.engine.recipe import Recipe
from webstyle.engine.registry import engine_names, get_engine


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(json.dumps(api.get_openapi_schema()))


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_anybody_reads_it(client: Client, db: None, document: dict[str, Any]) -> None:
    answer = client.get(reverse("v1:openapi-json"))
    assert answer.status_code == 200
    assert answer.json() == document


def test_every_operation_is_explained(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids)) >= 60
    for method, path, operation in operations(document):
        assert operation["description"], path
        assert operation["x-scope"], path
        assert operation["security"], path
        told = operation["responses"]
        assert {"401", "403", "429"} <= told.keys(), path
        assert any(status.startswith("2") for status in told), path
        if "{" in path:
            assert "404" in told, path
        if "requestBody" in operation:
            assert "415" in told, path
        for status, answer in told.items():
            if status >= "400":
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Error"}, (method, path)
                assert answer["description"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert named <= document["components"]["schemas"].keys()


def test_it_is_the_same_in_another_process(document: dict[str, Any]) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import django, json; django.setup(); from gallery.api.site import"
         " api; print(json.dumps(api.get_openapi_schema()))"],
        cwd=cast.ROOT, env=cast.environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(told.stdout) == document


@pytest.mark.parametrize("engine", engine_names())
def test_the_parameters_are_those_of_the_engine(document: dict[str, Any], engine: str) -> None:
    told = document["components"]["schemas"][f"{engine.title()}Params"]
    declared = {param.name: param for param in params.every(engine)}
    for name, schema in told["properties"].items():
        about = declared[name].metadata
        assert schema["default"] == declared[name].default
        assert schema["description"] == about["help"]
        assert (schema.get("minimum"), schema.get("maximum")) == (about["low"], about["high"])
        assert tuple(schema.get("enum", ())) == about["choices"]
    shown = {param.name for param in params.shown(engine)}
    assert shown <= told["properties"].keys() <= shown | {"feather"}
    assert "perceptual" not in told["properties"]


def test_the_defaults_are_those_of_the_recipe(document: dict[str, Any]) -> None:
    told = document["components"]["schemas"]["RenderingIn"]["properties"]
    for name in ("engine", "size", "strength", "keep_color", "seed"):
        assert told[name]["default"] == getattr(Recipe, name)
    assert told["engine"]["enum"] == engine_names()
    assert told["size"]["enum"] == [px for px, _ in PaintForm.base_fields["size"].choices]


def test_what_comes_out_is_all_that_the_pages_get(db: None, rendering: Any) -> None:
    style = cast.make_taught()
    for row, schema in ((rendering, Rendering), (style, TaughtStyle)):
        assert set(row.snapshot()) == set(schema.model_fields)
    for row, schema in ((rendering.photo, Photo), (cast.make_painting(), Painting)):
        assert set(row.to_json()) == set(schema.model_fields)


def test_to_start_the_site_takes_no_torch() -> None:
    code = "import django, sys; django.setup(); import webstyle.urls; print('torch' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=cast.ROOT, env=cast.environment(), check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert told.stdout.strip() == "False"


def test_the_page_tells_of_every_operation(client: Client, db: None, document: Any) -> None:
    page = client.get(reverse("api"))
    assert page.status_code == 200
    for _, path, operation in operations(document):
        assert f'id="{operation["operationId"]}"' in page.text
        assert path.removeprefix("/api/v1") in page.text
    for engine in engine_names():
        assert get_engine(engine).name in page.text
