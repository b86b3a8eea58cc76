"""Pictures going out: each behind a check of who may see it, streamed without blocking.

A sync iterator under ASGI (``FileResponse``) is read into memory whole; so the file is read in
chunks by an async one. Everything here was encoded by ourselves.
"""

from __future__ import annotations

import asyncio
import io
import mimetypes
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.files.base import File
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from PIL import Image

from gallery.browse import thumbs
from gallery.job import Job
from gallery.models import Album, Mask, Painting, Photo, Rendering, Style, TaughtStyle, Work
from gallery.owners import visitor
from webstyle.engine import images

mimetypes.add_type("image/avif", ".avif")  # not every system knows it
CHUNK = 256 * 1024
YEAR = 31_536_000


def may_see(request: HttpRequest, item: Work | Mask) -> bool:
    """The owner, and everybody what the owner made public: never a mask."""
    if item.belongs_to(visitor(request)):
        return True
    if isinstance(item, Rendering):
        return item.hung
    if isinstance(item, Album):
        return item.visibility != Album.Visibility.PRIVATE
    if isinstance(item, Job):
        return item.public and item.state == Job.State.DONE
    if isinstance(item, Painting):
        return item.public
    if isinstance(item, Mask):
        return False
    return Rendering.objects.hung().filter(photo=item, show_photo=True).exists()


def find(request: HttpRequest, model: type[Any], pk: UUID) -> Any:
    """404 for what is not there and for what is not for this visitor: no difference to be seen."""
    item = model.objects.kept().filter(pk=pk).first()
    if item is None or not may_see(request, item):
        raise Http404
    return item


def own(request: HttpRequest, model: type[Any], pk: UUID) -> Any:
    """404 for everybody but the owner."""
    item = model.objects.of(visitor(request)).filter(pk=pk).first()
    if item is None:
        raise Http404
    return item


async def chunks(file: File[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
    finally:
        await asyncio.to_thread(file.close)


def open_file(request: HttpRequest, model: type[Any], pk: UUID, kind: str) -> FieldFile:
    item = find(request, model, pk)
    if kind == "original" and not item.belongs_to(visitor(request)):
        raise Http404  # others see a photo or a painting on the screen, and no larger
    field = small_file(item, kind) if kind.startswith(thumbs.KIND) else getattr(item, kind)
    if not field:
        raise Http404
    try:
        field.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return field


def small_file(item: Rendering, kind: str) -> FieldFile:
    """One of those that walls show; empty if there is none of this size."""
    name = item.thumbs.get(kind.removeprefix(thumbs.KIND))
    return FieldFile(item, item.thumb.field, name)


def stream(field: FieldFile, cache: str) -> StreamingHttpResponse:
    kind = mimetypes.guess_type(field.name or "")[0] or "application/octet-stream"
    return StreamingHttpResponse(
        chunks(field),
        content_type=kind,
        headers={"Content-Length": str(field.size), "Cache-Control": cache},
    )


async def serve(
    request: HttpRequest, model: type[Any], pk: UUID, kind: str
) -> StreamingHttpResponse:
    field = await sync_to_async(open_file)(request, model, pk, kind)
    # The address changes with the content. "private" and short, because who may see it can change.
    return stream(field, "private, max-age=3600")


@require_safe
async def card_file(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """A style's card, for everybody."""
    style = await Style.objects.filter(slug=slug).afirst()
    if style is None or not await asyncio.to_thread(style.card.storage.exists, str(style.card)):
        raise Http404
    await asyncio.to_thread(style.card.open, "rb")
    return stream(style.card, f"public, max-age={YEAR}, immutable")


@require_safe
async def photo_file(request: HttpRequest, pk: UUID, kind: str) -> StreamingHttpResponse:
    return await serve(request, Photo, pk, kind)


@require_safe
async def painting_file(request: HttpRequest, pk: UUID, kind: str) -> StreamingHttpResponse:
    return await serve(request, Painting, pk, kind)


@require_safe
async def mask_file(request: HttpRequest, pk: UUID, kind: str) -> StreamingHttpResponse:
    return await serve(request, Mask, pk, kind)


@require_safe
async def picture_file(request: HttpRequest, pk: UUID, kind: str) -> StreamingHttpResponse:
    return await serve(request, Rendering, pk, kind)


@require_safe
async def style_file(request: HttpRequest, pk: UUID, kind: str) -> StreamingHttpResponse:
    return await serve(request, TaughtStyle, pk, kind)


@require_safe
def download(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """The result at full size as JPEG, PNG or WebP, without metadata but the sRGB profile."""
    rendering = find(request, Rendering, pk)
    if rendering.state != Rendering.State.DONE or kind not in images.ENCODINGS:
        raise Http404
    response = HttpResponse(result_as(rendering, kind), content_type=images.ENCODINGS[kind])
    return attached(response, rendering, kind)


def result_as(rendering: Rendering, kind: str) -> bytes:
    """At full size, encoded anew."""
    with rendering.result.open("rb") as file:
        data: bytes = file.read()
    if kind == "png":
        return data
    return images.encode(Image.open(io.BytesIO(data)).convert("RGB"), kind, quality=95)


@require_safe
def style_download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The file of a taught style, for whoever may use it."""
    style = find(request, TaughtStyle, pk)
    if style.state != Job.State.DONE:
        raise Http404
    with style.weights.open("rb") as file:
        response = HttpResponse(file.read(), content_type="application/octet-stream")
    return attached(response, style, "safetensors")


def attached(response: HttpResponse, job: Job, ending: str) -> HttpResponse:
    """To be saved under the job's title: the English one, for the letters in it."""
    with translation.override("en"):
        title = job.title
    name = f"{slugify(title) or job.KIND}-{str(job.pk)[:8]}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-cache"
    return response
