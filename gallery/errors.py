"""Pages and answers for what went wrong: JSON for programs, a page for people."""

from __future__ import annotations

import copy
import sys
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.forms.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from gallery import passing
from gallery.moderation import withdrawn
from gallery.operations.requests import id_of
from gallery.refusals import RefusedError
from gallery.told import told
from webstyle.engine.events import EngineError

HEADINGS = {
    400: _("That did not work"),
    403: _("Not for you to see"),
    404: _("Nothing hangs here"),
    409: _("Not yet"),
    413: _("Too large"),
    423: _("Not just now"),
    429: _("Not just now"),
    500: _("Our brush slipped"),
    503: _("Not just now"),
}


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "") or request.path.startswith(
        "/api/"
    )


def refuse(
    request: HttpRequest, status: int, message: Any, after: int | None = None
) -> HttpResponse:
    """``after``: in how many seconds it makes sense to ask again."""
    if wants_json(request):
        said = {"error": message} | ({"after": after} if after is not None else {})
        response: HttpResponse = JsonResponse(said, status=status)
    else:
        context = {"status": status, "heading": HEADINGS[status], "message": message}
        response = render(request, "error.html", context, status=status)
    return come_back(response, after)


def come_back(response: HttpResponse, after: int | None) -> HttpResponse:
    """With the time after which it makes sense to ask again, if waiting helps."""
    if after is not None:
        response["Retry-After"] = str(after)
    return response


def refuse_error(request: HttpRequest, error: EngineError) -> HttpResponse:
    """429 where a limit was reached, 403 for who is banned, 400 for what was wrong with the
    request."""
    return refuse(request, status_of(error), told(error), getattr(error, "after", None))


def status_of(error: EngineError) -> int:
    return 429 if isinstance(error, RefusedError) else getattr(error, "status", 400)


def refuse_form(form: BaseForm) -> JsonResponse:
    """For programs."""
    error = " ".join(str(e) for errors in form.errors.values() for e in errors)
    return JsonResponse({"error": error, "fields": form.errors}, status=400)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 400, _("The request could not be understood. Go back and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 403, _("You may not do this. Reload the page and try again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(
        request, 403,
        _("This page has been open for too long, or cookies are off. Reload it and try again."),
    )  # fmt: skip


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, withdrawn.WithdrawnError):
        return withdrawn.answer(request, exception, wants_json(request))
    return refuse(
        request,
        404,
        _("There is no such picture, or its owner has taken it down or keeps it private."),
    )


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(request, 429, _("Too many tries from here. Wait a few minutes and try again."))


def server_error(request: HttpRequest) -> HttpResponse:
    if passing.passes(sys.exc_info()[1]):
        return away(request)
    message = _(
        "Something went wrong on our side. It has been written down; try again in a moment."
    )
    if wants_json(request):
        return JsonResponse({"error": message, "request": id_of(request)}, status=500)
    return render(request, "500.html", {"request_id": id_of(request)}, status=500)


def as_nobody(request: HttpRequest) -> HttpRequest:
    """For a page that asks the database nothing: who it is that asks stands there."""
    shown = copy.copy(request)
    shown.user = AnonymousUser()
    shown._messages = []  # type: ignore[attr-defined]
    return shown


def away(request: HttpRequest) -> HttpResponse:
    """The database, the storage or Redis: pages and programs ask again by themselves."""
    message = _("A part of this site does not answer just now: try again in a moment.")
    if wants_json(request):
        response: HttpResponse = JsonResponse(
            {"error": message, "after": passing.AFTER, "request": id_of(request)}, status=503
        )
    else:
        context = {"status": 503, "heading": HEADINGS[503], "message": message}
        response = render(as_nobody(request), "503.html", context, status=503)
    return come_back(response, passing.AFTER)
