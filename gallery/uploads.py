"""Files coming in: as a raw body from the page's script, or from a plain form without it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from gallery.errors import refuse
from gallery.models import Photo
from gallery.owners import owner_of
from gallery.services import photo_add
from webstyle.engine.events import EngineError


def too_large(name: str) -> str:
    return f"{name} is larger than {settings.MAX_UPLOAD_BYTES // 1_000_000} MB: make it smaller"


def take(request: HttpRequest, body: Any, name: str) -> Photo:
    """Keep the upload; ``body`` has ``read(size)``: a request, or a file of a form."""
    owner = owner_of(request.user, request.session, create=True)
    with tempfile.NamedTemporaryFile(dir=settings.VAR, prefix="upload-") as file:
        shutil.copyfileobj(body, file, 1 << 20)
        file.flush()
        return photo_add(owner, Path(file.name), name)


@require_POST
def photo_create(request: HttpRequest) -> HttpResponse:
    """One file as the raw body; its name, percent-encoded, in ``X-Filename``.

    Not multipart: Daphne has Twisted parse that in memory before anybody can say no.
    """
    name = unquote(request.headers.get("X-Filename", ""))[:200] or "The file"
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return refuse(request, 400, "Send the file itself as the body, not a form.")
    if int(request.headers.get("Content-Length") or 0) > settings.MAX_UPLOAD_BYTES:
        return refuse(request, 413, too_large(name))
    try:
        photo = take(request, request, name)
    except EngineError as error:
        return refuse(request, 400, str(error))
    return JsonResponse(photo.to_json(), status=201)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """The form for browsers without JavaScript; several files at once."""
    photos = []
    for file in request.FILES.getlist("photo"):
        name = file.name or "The file"
        try:
            if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
                raise EngineError(too_large(name))
            photos.append(take(request, file, name))
        except EngineError as error:
            messages.error(request, str(error))
    if not photos:
        if not request.FILES:
            messages.error(request, "Choose a photo first.")
        return redirect("home")
    return redirect(photos[0])
