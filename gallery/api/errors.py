"""What went wrong, as every answer of the API tells it: ``{"error": ..., "fields": {...}}``."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from gallery import errors
from gallery.api.auth import nobody
from gallery.community.albums import AlbumError
from webstyle.engine.events import EngineError


class FieldsError(Exception):
    """422: of a form of the site, or of what only the site can know about a value."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__(fields)
        self.fields = fields

    @classmethod
    def of(cls, form: BaseForm) -> FieldsError:
        return cls({name or "body": [str(e) for e in said] for name, said in form.errors.items()})


class ConflictError(Exception):
    """409: things have moved on. ``after`` is in how many seconds it makes sense to ask again."""

    def __init__(self, message: Any, after: int | None = None) -> None:
        super().__init__(message)
        self.after = after


def install(api: NinjaAPI) -> None:
    """Each kind of error once; what is not here is a fault of ours, and Django's to answer."""
    handlers: dict[type[Exception], Any] = {
        Http404: errors.not_found,
        PermissionDenied: errors.forbidden,
        EngineError: errors.refuse_error,
        AlbumError: on_album,
        ConflictError: on_conflict,
        FieldsError: on_fields,
        ValidationError: on_values,
        AuthenticationError: lambda request, error: on_http(request, nobody()),
        HttpError: on_http,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def on_album(request: HttpRequest, error: AlbumError) -> HttpResponse:
    return errors.refuse(request, 400, str(error))


def on_conflict(request: HttpRequest, error: ConflictError) -> HttpResponse:
    return errors.refuse(request, 409, str(error), error.after)


def on_fields(request: HttpRequest, error: FieldsError) -> HttpResponse:
    """The reasons are sentences of their own, as a page shows them."""
    return wrong(error.fields, " ".join(" ".join(said) for said in error.fields.values()))


def on_values(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What the schema says is wrong with the values: English, as the schema itself."""
    fields: dict[str, list[str]] = {}
    for each in error.errors:
        # The first parts say where it came from; then the name of the function's argument.
        where = [str(part) for part in each["loc"] if part not in ("body", "given")]
        fields.setdefault(".".join(where) or "body", []).append(each["msg"])
    return wrong(fields, ". ".join(f"{name}: {'. '.join(said)}" for name, said in fields.items()))


def wrong(fields: dict[str, list[str]], told: str) -> JsonResponse:
    return JsonResponse({"error": told, "fields": fields}, status=422)


def on_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Of reading the body, ninja tells only that it failed: the reason is the cause."""
    cause = error.__cause__ if isinstance(error.__cause__, HttpError) else error
    told = str(cause)
    if cause is error and error.__cause__ is not None:
        told = _("The body cannot be read: send JSON.")
    response = errors.refuse(request, cause.status_code, told)
    if challenge := getattr(cause, "challenge", ""):
        response["WWW-Authenticate"] = challenge
    return response
