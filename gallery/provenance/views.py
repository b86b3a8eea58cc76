"""The page that tells of any picture what is known about where it comes from."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.errors import come_back, status_of
from gallery.limits import rates
from gallery.owners import visitor
from gallery.provenance.reading import Found, inspected, marked_picture
from gallery.provenance.stamp import NAMELESS
from gallery.services import shown_name
from gallery.told import told
from gallery.uploads import too_large
from webstyle.engine.events import EngineError


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "verify.html")
    try:
        response = render(request, "verify.html", result(request))
    except EngineError as error:
        context = {"error": told(error)}
        response = render(request, "verify.html", context, status=status_of(error))
        come_back(response, getattr(error, "after", None))
    response["Cache-Control"] = "private, no-store"
    return response


def result(request: HttpRequest) -> dict[str, Any]:
    """Raises EngineError for what is no picture, and RefusedError after too many."""
    file = request.FILES.get("picture")
    if file is None:
        raise EngineError(_("Choose a picture first."))
    if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
        raise EngineError(too_large(shown_name(file.name or "")))
    rates.take(request, "verify")
    found = looked_at(file)
    return {"name": shown_name(file.name or ""), "found": found, **about(request, found)}


def looked_at(file: UploadedFile) -> Found:
    with tempfile.NamedTemporaryFile(dir=settings.VAR, prefix="verify-") as copy:
        shutil.copyfileobj(file, copy, 1 << 20)
        copy.flush()
        return inspected(Path(copy.name), file.name or "")


def about(request: HttpRequest, found: Found) -> dict[str, Any]:
    picture = marked_picture(request, found.mark)
    return {
        "when": when(found.credentials),
        "picture": picture,
        "is_owner": picture is not None and picture.belongs_to(visitor(request)),
        "nameless": found.mark == NAMELESS.hex(),
    }


def when(credentials: dict[str, Any] | None) -> datetime | None:
    """What a stranger's file says may be no time at all."""
    try:
        moment = parse_datetime((credentials or {}).get("when", ""))
    except ValueError:
        return None
    return moment if moment and is_aware(moment) else None
