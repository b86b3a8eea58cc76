"""Regions: the pages on which they are painted, and what the machine proposes."""

from __future__ import annotations

import io
import threading
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe
from PIL import Image

from gallery import cards, mix_query
from gallery.files import find, own
from gallery.forms import SIZES
from gallery.models import Painting, Photo
from gallery.owners import visitor
from gallery.pictures import open_picture
from webstyle.engine.events import EngineError

MAX_REGIONS = 4  # on the page
PROPOSERS = threading.BoundedSemaphore(2)  # each keeps a core busy for a moment


@require_safe
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The styles of a mixture in the address are those of the first regions."""
    context = {
        "photo": own(request, Photo, pk),
        "styles": cards.shelf(visitor(request)),
        "query": mix_query.parse(request.GET, visitor(request)).to_query(),
        "sizes": SIZES,
        "max_regions": MAX_REGIONS,
    }
    return render(request, "regions.html", context)


@require_safe
def painting_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A region of a painting, one's own or a shared one, is chosen here."""
    return render(request, "painting_region.html", {"painting": find(request, Painting, pk)})


def proposed(photo: Photo, asked: QueryDict) -> HttpResponse:
    """As a PNG: with no colour profile, since these are numbers and no colours."""
    out = io.BytesIO()
    proposal(photo, asked).save(out, "PNG")
    return HttpResponse(
        out.getvalue(),
        content_type="image/png",
        headers={"Cache-Control": "private, max-age=3600"},
    )


def proposal(photo: Photo, asked: QueryDict) -> Image.Image:
    """What is asked for, in the photo as it is on the screen. Raises EngineError."""
    from webstyle.engine import proposals  # half a second, and only here

    kind = asked.get("kind", "")
    if kind == "subject":
        work = partial(proposals.subject, box=box_of(asked.get("box", "")))
    elif kind == "superpixels":
        work = partial(proposals.superpixels, count=count_of(asked.get("count", "200")))
    else:
        raise EngineError(f"kind '{kind}' cannot be proposed: use subject or superpixels")
    with PROPOSERS:
        return work(open_picture(photo, "view"))


def box_of(text: str) -> tuple[float, float, float, float]:
    try:
        left, top, width, height = map(float, text.split(","))
    except ValueError:
        raise EngineError(
            f"box '{text}' cannot be read: write it as in 0.25,0.25,0.5,0.5"
        ) from None
    return left, top, width, height


def count_of(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise EngineError(f"count '{text}' is no whole number: write it as in 200") from None
