"""Public pictures as JPEGs of a few sizes: what previews, readers and other sites all can show."""

from __future__ import annotations

import contextlib
import io
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from PIL import Image

from gallery import scratch
from gallery.connections import briefly
from gallery.delivery import apart, guarded
from gallery.files import SHORT, find
from gallery.models import Rendering
from webstyle.engine import images

SIZES = (1200, 640, 320, 160)  # px on the long side, at most
CARD, SMALL = 1200, 320
MIME = "image/jpeg"


def measures(picture: Rendering, size: int = CARD) -> tuple[int, int]:
    """Width and height of the JPEG in px: a small picture is not enlarged."""
    whole = (picture.width, picture.height)
    return images.fitted(whole, size) if max(whole) > size else whole


def address(picture: Rendering, size: int = CARD) -> str:
    """Always the same: a finished picture does not change, and readers go by addresses."""
    return reverse("picture_jpeg", args=[picture.pk, size])


def fitting(picture: Rendering, width: int, height: int) -> int | None:
    """The largest size that is no wider and no higher; None where even the smallest is."""
    for size in SIZES:
        wide, high = measures(picture, size)
        if wide <= width and high <= height:
            return size
    return None


@require_safe
async def picture_jpeg(request: HttpRequest, pk: UUID, size: int) -> HttpResponse:
    picture = await briefly(find)(request, Rendering, pk)
    if size not in SIZES or picture.state != Rendering.State.DONE:
        raise Http404
    try:
        data, is_new = await apart(jpeg)(picture, size)
    except (FileNotFoundError, ValueError):  # the picture itself is lost
        raise Http404 from None
    if is_new:
        await briefly(scratch.leave_nothing)(picture)
    response = guarded(HttpResponse(data, MIME, headers={"Cache-Control": SHORT}))
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # they are made for other sites
    return response


def jpeg(picture: Rendering, size: int) -> tuple[bytes, bool]:
    """The file, and whether it was made just now: at first asking, and then kept beside the
    picture's other files, with which it goes."""
    name = f"{picture.folder}/jpeg-{size}.jpg"
    with contextlib.suppress(FileNotFoundError), default_storage.open(name, "rb") as file:
        kept: bytes = file.read()
        if kept.endswith(b"\xff\xd9"):  # else somebody else is writing it, or was cut off
            return kept, False
    with picture.view.open("rb") as file:
        shown = Image.open(io.BytesIO(file.read())).convert("RGB")
    data = images.encode(images.shrink(shown, size), "jpg", quality=85)
    scratch.discard(name)
    if (saved := scratch.write(name, data)) != name:
        scratch.discard(saved)  # two at once: one file is enough
    return data, True
