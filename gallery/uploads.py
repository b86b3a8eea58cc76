"""Files coming in: as a raw body from the page's script, or from a plain form without it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gallery.errors import refuse, refuse_error
from gallery.intake.models import Arrival
from gallery.intake.services import made_of
from gallery.limits.rates import limited
from gallery.owners import Owner, owner_of, visitor
from gallery.services import Added, painting_add, photo_add
from gallery.titles import kind_word
from gallery.told import told
from webstyle.engine.events import EngineError

MOST_JSON = 10_000  # bytes
Add = Callable[[Owner, Path, str], Added]


def too_large(name: str) -> str:
    most = settings.MAX_UPLOAD_BYTES // 1_000_000
    return _("%(name)s is larger than %(most)d MB: make it smaller") % {"name": name, "most": most}


def take_file(add: Add[Added], request: HttpRequest, file: UploadedFile) -> Added:
    """Keep a file of a form. Raises EngineError."""
    name = file.name or _("The file")
    if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
        raise EngineError(too_large(name))
    return take(add, request, file, name)


def take(add: Add[Added], request: HttpRequest, body: Any, name: str) -> Added:
    """Keep the upload; ``body`` has ``read(size)``: a request, or a file of a form."""
    owner = owner_of(request.user, request.session, create=True)
    with tempfile.NamedTemporaryFile(dir=settings.VAR, prefix="upload-") as file:
        shutil.copyfileobj(body, file, 1 << 20)
        file.flush()
        return add(owner, Path(file.name), name)


def create(add: Add[Any], request: HttpRequest) -> HttpResponse:
    """One file as the raw body, its name, percent-encoded, in ``X-Filename``; or, as JSON, one that
    came before: ``{"upload": "its id"}``.

    Not multipart: Daphne has Twisted parse that in memory before anybody can say no.
    """
    if request.content_type == "application/json":
        return create_from_upload(add, request)
    name = unquote(request.headers.get("X-Filename", ""))[:200] or _("The file")
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return refuse(request, 415, _("Send the file itself as the body, not a form."))
    if int(request.headers.get("Content-Length") or 0) > settings.MAX_UPLOAD_BYTES:
        return refuse(request, 413, too_large(name))
    try:
        item = take(add, request, request, name)
    except EngineError as error:
        return refuse_error(request, error)
    return JsonResponse(item.to_json(), status=201)


def create_from_upload(add: Add[Any], request: HttpRequest) -> HttpResponse:
    """See ``gallery.intake``."""
    if int(request.headers.get("Content-Length") or 0) > MOST_JSON:
        return refuse(request, 413, _("Send the id of an upload, and not more."))
    try:
        pk = UUID(json.loads(request.body)["upload"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return refuse(request, 400, _('Send the id of an upload, as in {"upload": "…"}.'))
    try:
        item = made_of(visitor(request), pk, add)
    except Arrival.DoesNotExist:
        return refuse(
            request, 404,
            _("There is no such upload, or it has expired: send the file again."),
        )  # fmt: skip
    except EngineError as error:
        return refuse_error(request, error)
    return JsonResponse(item.to_json(), status=201)


@require_POST
@limited("upload")
def upload(request: HttpRequest) -> HttpResponse:
    """The form for browsers without JavaScript; several files at once."""
    photos = take_all(photo_add, request, "photo")
    return redirect(photos[0] if photos else "home")


@require_POST
@limited("upload")
def painting_upload(request: HttpRequest) -> HttpResponse:
    """As ``upload``, and back to the page it came from."""
    take_all(painting_add, request, "painting")
    return redirect(way_back(request))


def take_all(add: Add[Added], request: HttpRequest, field: str) -> list[Added]:
    """All files of a form's field that are what we take; of the others a message tells why not."""
    taken = []
    for file in request.FILES.getlist(field):
        try:
            taken.append(take_file(add, request, file))
        except EngineError as error:
            messages.error(request, told(error))
    if not request.FILES:
        messages.error(request, _("Choose a %(kind)s first.") % {"kind": kind_word(field)})
    return taken


def way_back(request: HttpRequest) -> str:
    """Where the form says it came from, on this site only."""
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(address, None, require_https=request.is_secure()):
        return address
    return reverse("mine")
