"""The API as django-ninja serves it: its rooms, what it reads, and what describes it."""

from __future__ import annotations

import functools
import json
import math
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from gallery.api import errors
from gallery.api.albums import router as albums
from gallery.api.document import complete
from gallery.api.events import router as events
from gallery.api.jobs import router as jobs
from gallery.api.mixes import router as mixes
from gallery.api.paintings import router as paintings
from gallery.api.photos import router as photos
from gallery.api.renderings import router as renderings
from gallery.api.styles import router as styles
from gallery.api.taught import router as taught

JSON_MOST = 256_000  # bytes of a body: a recipe with all its masks has a few thousand
DEEPEST = 20  # levels of such a body
FILES = ("photos", "paintings", "masks", "painting_region")  # to these a file is sent as the body


def refuse_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


class JsonOnly(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise HttpError(415, _("Send JSON, with Content-Type: application/json."))
        try:
            read = json.loads(request.body, parse_constant=refuse_number)
        except RecursionError:
            raise ValueError("too deep") from None
        check(read)
        return read


def check(value: Any, depth: int = 0) -> None:
    """Raises ValueError for what Python's JSON lets through, and neither a database nor UTF-8
    takes."""
    if depth > DEEPEST or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("too deep, or too large a number")
    if isinstance(value, str):
        value.encode()  # a lone surrogate is no text
        if "\0" in value:
            raise ValueError("NUL in a text")
    elif isinstance(value, dict | list):
        for each in value:
            check(each, depth + 1)
        if isinstance(value, dict):
            for each in value.values():
                check(each, depth + 1)


class Api(NinjaAPI):
    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """Asked for once it is known who asks, and before anything of the body is read."""
        name = request.resolver_match.url_name if request.resolver_match else ""
        length = int(request.headers.get("Content-Length") or 0)
        if name not in FILES and length > JSON_MOST:
            raise HttpError(413, _("The body is too large: it is JSON of up to 256 kB."))
        response = super().create_temporal_response(request)
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ("Authorization", "Cookie"))
        return response

    @functools.cached_property
    def document(self) -> OpenAPISchema:
        """The same for everybody, as long as we run."""
        document = super().get_openapi_schema()
        complete(document, self.scopes())
        return document

    def get_openapi_schema(self, **how: Any) -> OpenAPISchema:
        return self.document

    def scopes(self) -> dict[str, str]:
        """What a token needs, by the ids of the operations."""
        operations = [
            operation
            for router in self._get_bound_routers()
            for view in router.path_operations.values()
            for operation in view.operations
        ]
        return {
            operation.operation_id or self.get_openapi_operation_id(operation): needs.scope
            for operation in operations
            for needs in operation.auth_callbacks
            if hasattr(needs, "scope")
        }

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Each function has a name of its own: it is not told in which room it is."""
        return str(operation.view_func.__name__)


api = Api(
    title="webstyle",
    version="1",
    description="Photographs into paintings, by program. docs/api.md is a guide with examples.",
    urls_namespace="v1",
    docs_url=None,  # a page of our own: ninja's runs scripts that our policy does not let in
    parser=JsonOnly(),
)
errors.install(api)
for prefix, router in {
    "photos": photos,
    "paintings": paintings,
    "styles": styles,
    "taught": taught,
    "renderings": renderings,
    "mixes": mixes,
    "albums": albums,
    "jobs": jobs,
    "events": events,
}.items():
    api.add_router(f"/{prefix}", router, tags=[prefix])
