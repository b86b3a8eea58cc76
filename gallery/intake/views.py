"""The tus 1.0 protocol: core, creation, creation-with-upload, termination, expiration, checksum.

Django gets a body when all of it has come, so a piece that breaks off is lost: clients send pieces
of a few hundred kilobytes to a few megabytes, and lose one at most.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from gallery.intake import protocol, services
from gallery.intake.models import Arrival
from gallery.owners import owner_of, visitor
from gallery.services import shown_name
from gallery.told import told
from gallery.uploads import too_large
from webstyle.engine.events import EngineError

Headers = Any  # of a request: any spelling of a name
View = Callable[..., HttpResponse]


def refuse(status: int, message: Any, after: int | None = None) -> HttpResponse:
    """JSON, whatever the client accepts: it is a program."""
    response = JsonResponse({"error": str(message)}, status=status)
    if after is not None:
        response["Retry-After"] = str(after)
    return response


def tus(*methods: str) -> Callable[[View], View]:
    """For a view of the protocol that takes ``methods``: versions, errors and the usual headers."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            response = answer(view, request, methods, kwargs)
            response["Tus-Resumable"] = protocol.VERSION
            response["Cache-Control"] = "no-store"
            return response

        return wrapped

    return decorate


def answer(
    view: View, request: HttpRequest, methods: tuple[str, ...], kwargs: dict[str, Any]
) -> HttpResponse:
    # Over a POST only: another method would come past the check of the CSRF token.
    override = request.headers.get("X-HTTP-Method-Override") if request.method == "POST" else None
    method = override or request.method or ""
    if method == "OPTIONS":
        return abilities()
    if method not in methods:
        response = refuse(405, _("Use %(methods)s here.") % {"methods": ", ".join(methods)})
        response["Allow"] = ", ".join(("OPTIONS", *methods))
        return response
    if request.headers.get("Tus-Resumable") != protocol.VERSION:
        response = refuse(
            412, _("Send Tus-Resumable: %(version)s.") % {"version": protocol.VERSION}
        )
        response["Tus-Version"] = protocol.VERSION
        return response
    try:
        return view(request, method, **kwargs)
    except protocol.HeaderError as error:
        return refuse(400, error)
    except Arrival.DoesNotExist:
        return refuse(404, _("There is no such upload, or it has expired: send the file again."))
    except EngineError as error:
        status = getattr(error, "status", 429)
        return refuse(status, told(error), getattr(error, "after", None))


def abilities() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = protocol.VERSION
    response["Tus-Extension"] = protocol.EXTENSIONS
    response["Tus-Max-Size"] = str(settings.MAX_UPLOAD_BYTES)
    response["Tus-Checksum-Algorithm"] = ",".join(protocol.ALGORITHMS)
    return response


@tus("POST")
def uploads(request: HttpRequest, method: str) -> HttpResponse:
    """A new upload; its first bytes may come along. A newcomer becomes a guest."""
    headers = request.headers
    if "Upload-Defer-Length" in headers:
        raise protocol.HeaderError(_("The length has to be known: send Upload-Length."))
    length = protocol.number(headers, "Upload-Length")  # type: ignore[arg-type]
    raw = headers.get("Upload-Metadata", "").strip()
    name = shown_name(protocol.metadata(raw).get("filename", ""))
    if length > settings.MAX_UPLOAD_BYTES:
        return refuse(413, too_large(name))
    sized = int(headers.get("Content-Length") or 0)
    if sized and headers.get("Content-Type") != protocol.PIECE:
        return refuse(415, _("Send the bytes as %(kind)s.") % {"kind": protocol.PIECE})
    digest = protocol.checksum(headers.get("Upload-Checksum", ""))
    owner = owner_of(request.user, request.session, create=True)
    arrival = services.begin(owner, length, name, raw)
    if sized:
        try:
            services.append(arrival, 0, request, digest)
        except EngineError:
            arrival.delete()
            raise
    response = HttpResponse(status=201)
    response["Location"] = reverse("arrival", args=[arrival.pk])
    return dated(response, arrival)


@tus("HEAD", "PATCH", "DELETE")
def upload(request: HttpRequest, method: str, pk: UUID) -> HttpResponse:
    arrival = Arrival.objects.of(visitor(request)).get(pk=pk)
    if method == "PATCH":
        return patch(request, arrival)
    if method == "DELETE":
        services.cancel(arrival)
        return HttpResponse(status=204)
    services.check_file(arrival)
    response = HttpResponse(status=200)
    response["Upload-Length"] = str(arrival.length)
    if arrival.metadata:
        response["Upload-Metadata"] = arrival.metadata
    return dated(response, arrival)


def patch(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    if request.headers.get("Content-Type") != protocol.PIECE:
        return refuse(415, _("Send the bytes as %(kind)s.") % {"kind": protocol.PIECE})
    offset = protocol.number(request.headers, "Upload-Offset")  # type: ignore[arg-type]
    digest = protocol.checksum(request.headers.get("Upload-Checksum", ""))
    if offset != arrival.offset:
        message = _("%(offset)d bytes of this upload are here: go on from there.")
        return dated(refuse(409, message % {"offset": arrival.offset}), arrival)
    services.append(arrival, offset, request, digest)
    return dated(HttpResponse(status=204), arrival)


def dated(response: HttpResponse, arrival: Arrival) -> HttpResponse:
    """With how far it is, and how long it is kept."""
    response["Upload-Offset"] = str(arrival.offset)
    response["Upload-Expires"] = http_date(arrival.expires.timestamp())
    return response
