"""Pictures going out: each behind a check of who may see it; ``gallery.delivery`` sends them."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from PIL import Image

from gallery.browse import thumbs
from gallery.delivery import deliver, guarded, here
from gallery.job import Job
from gallery.limits.rates import limited
from gallery.models import Album, Mask, Painting, Photo, Rendering, Style, TaughtStyle, Work
from gallery.moderation.withdrawn import raise_if_withdrawn
from gallery.owners import visitor
from gallery.provenance import stamp
from webstyle.engine import images

YEAR = 31_536_000
# The address changes with the content. "private" and short, because who may see it can change.
SHORT = "private, max-age=3600"


def may_see(request: HttpRequest, item: Work | Mask) -> bool:
    """The owner, and everybody what the owner made public: never a mask."""
    if item.belongs_to(visitor(request)):
        return True
    if isinstance(item, Rendering):
        return item.hung
    if isinstance(item, Album):
        return item.visibility != Album.Visibility.PRIVATE and item.is_shown
    if isinstance(item, TaughtStyle):
        return item.public and item.state == Job.State.DONE and item.is_shown
    if isinstance(item, Painting):
        return item.public and item.is_shown
    if isinstance(item, Mask):
        return False
    return Rendering.objects.hung().filter(photo=item, show_photo=True).exists()


def find(request: HttpRequest, model: type[Any], pk: UUID) -> Any:
    """404 for what is not there and for what is not for this visitor: no difference to be seen.
    410 for what the moderators took down, where this visitor could see it before."""
    item = model.objects.kept().filter(pk=pk).first()
    if item is None:
        raise_if_withdrawn(model, pk, visitor(request))
    if item is None or not may_see(request, item):
        raise Http404
    return item


def own(request: HttpRequest, model: type[Any], pk: UUID) -> Any:
    """404 for everybody but the owner, who is told of what the moderators took down."""
    owner = visitor(request)
    item = model.objects.of(owner).filter(pk=pk).first()
    if item is None:
        raise_if_withdrawn(model, pk, owner, owners_only=True)
        raise Http404
    return item


def find_file(request: HttpRequest, model: type[Any], pk: UUID, kind: str) -> FieldFile:
    item = find(request, model, pk)
    if kind == "original" and not item.belongs_to(visitor(request)):
        raise Http404  # others see a photo or a painting on the screen, and no larger
    field = small_file(item, kind) if kind.startswith(thumbs.KIND) else getattr(item, kind)
    if not field:
        raise Http404
    return field


def small_file(item: Rendering, kind: str) -> FieldFile:
    """One of those that walls show; empty if there is none of this size."""
    name = item.thumbs.get(kind.removeprefix(thumbs.KIND))
    return FieldFile(item, item.thumb.field, name)


def serve(request: HttpRequest, model: type[Any], pk: UUID, kind: str) -> HttpResponseBase:
    return deliver(request, find_file(request, model, pk, kind), SHORT)


@require_safe
def card_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A style's card, for everybody."""
    style = Style.objects.filter(slug=slug).first()
    if style is None:
        raise Http404
    return here(style.card, f"public, max-age={YEAR}, immutable")


@require_safe
def photo_file(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    return serve(request, Photo, pk, kind)


@require_safe
def painting_file(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    return serve(request, Painting, pk, kind)


@require_safe
def mask_file(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    return serve(request, Mask, pk, kind)


@require_safe
def picture_file(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    return serve(request, Rendering, pk, kind)


@require_safe
def style_file(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    return serve(request, TaughtStyle, pk, kind)


@require_safe
@limited("download", reading=True)
def download(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """The result at full size as JPEG, PNG or WebP, without metadata but the sRGB profile and its
    Content Credentials."""
    rendering = find(request, Rendering, pk)
    if rendering.state != Rendering.State.DONE or kind not in images.ENCODINGS:
        raise Http404
    response = HttpResponse(result_as(rendering, kind), content_type=images.ENCODINGS[kind])
    return attached(response, rendering, kind)


def result_as(rendering: Rendering, kind: str) -> bytes:
    """At full size, encoded and signed anew."""
    with rendering.result.open("rb") as file:
        data: bytes = file.read()
    older = not stamp.is_sealed(data)  # from before there was any provenance, or while it was off
    if kind != "png" or older:
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        if older:
            picture = stamp.marked(picture, stamp.mark_of(rendering.pk))
        data = images.encode(picture, kind, quality=95)
    return stamp.sealed(data, kind, stamp.claims_of(rendering, shared=True))


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
    return guarded(response)
