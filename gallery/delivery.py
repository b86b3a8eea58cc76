"""How the bytes of a file leave, once it is known who may see it.

``MEDIA_DELIVERY`` says who sends them: we ourselves (``stream``), nginx (``x-accel``), or the S3
storage (``s3``). With ``FILES_ORIGIN`` they come from a domain of their own, where no cookie and no
other page is: see ``gallery.origin``.

A sync iterator under ASGI (``FileResponse``) is read into memory whole; so what is larger than a
chunk is read by an async one. Everything here was encoded by ourselves.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar
from urllib.parse import quote

from channels.db import database_sync_to_async
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import get_conditional_response

from gallery import origin

Answer = TypeVar("Answer", bound=HttpResponseBase)
mimetypes.add_type("image/avif", ".avif")  # not every system knows it
CHUNK = 256 * 1024
REDIRECT = "private, max-age=240"  # shorter than what it leads to is valid
POLICY = "default-src 'none'; sandbox"  # should a file ever be opened as a page


def apart(function: Callable[..., Any]) -> Callable[..., Any]:
    """To be awaited: on a thread beside the request's own, where others do not wait for it; and its
    database connection is given back."""
    work: Callable[..., Any] = database_sync_to_async(function, thread_sensitive=False)
    return work


async def chunks(file: File[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
    finally:
        await asyncio.to_thread(file.close)


def deliver(request: HttpRequest, field: FieldFile, cache: str) -> HttpResponseBase:
    """A file to who may see it, by the way that the settings say. ``cache`` is for the bytes."""
    name = str(field.name)
    if settings.FILES_ORIGIN:
        return redirected(origin.address(request, name))
    if settings.MEDIA_DELIVERY == "s3":
        return redirected(signed(name, cache))
    return here(field, cache, request)


def redirected(address: str) -> HttpResponseRedirect:
    response = HttpResponseRedirect(address)
    response["Cache-Control"] = REDIRECT
    return guarded(response)


def signed(name: str, cache: str) -> str:
    """Of the storage, for ten minutes."""
    said = {"ResponseContentType": type_of(name), "ResponseCacheControl": cache}
    address: str = default_storage.url(name, parameters=said, expire=600)  # type: ignore[call-arg]
    return address


def here(field: FieldFile, cache: str, request: HttpRequest | None = None) -> HttpResponseBase:
    """From this very address: for files that must not tell their name, too, as those of links. With
    ``request``, a browser that has it already is told so. Raises Http404 where the file is lost."""
    name = str(field.name)
    if settings.MEDIA_DELIVERY == "x-accel":
        return guarded(accelerated(name, cache))
    try:
        field.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    told = {"Cache-Control": cache, "Accept-Ranges": "none"}
    if request is not None:
        told["ETag"] = etag(field)
        known = get_conditional_response(request, etag=told["ETag"])
        if known is not None:
            field.close()
            known["Cache-Control"] = cache
            return guarded(known)
    if (size := field.size) > CHUNK:
        told["Content-Length"] = str(size)
        parts = chunks(field)
        return guarded(StreamingHttpResponse(parts, content_type=type_of(name), headers=told))
    with field:  # as most are: from thread to thread for each part takes longer than to read it
        data = field.read()
    told["Content-Length"] = str(len(data))
    return guarded(HttpResponse(data, content_type=type_of(name), headers=told))


def accelerated(name: str, cache: str) -> HttpResponse:
    """For nginx, which sends the file itself."""
    response = HttpResponse(content_type=type_of(name))
    response["X-Accel-Redirect"] = settings.X_ACCEL_PREFIX + quote(name)
    response["Cache-Control"] = cache
    return response


def etag(field: FieldFile) -> str:
    """A preview's file is written over: the name alone does not tell."""
    when = field.storage.get_modified_time(str(field.name))
    told = f"{field.name} {field.size} {when.timestamp()}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def guarded(response: Answer) -> Answer:
    """A picture is a picture: never a page of this site, nor part of another's."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
