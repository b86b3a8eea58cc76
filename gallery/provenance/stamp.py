"""What every result carries: a mark in its pixels and signed Content Credentials in its file.

Of whom it is, it says nothing: no owner, no photograph, no title that a person gave.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation
from PIL import Image

from gallery.provenance.certificate import certificate
from webstyle.engine import watermark
from webstyle.engine.credentials import Claims, SigningError, signed
from webstyle.engine.recipe import is_painting, is_taught

if TYPE_CHECKING:
    from gallery.models import Rendering

log = logging.getLogger(__name__)
NAMELESS = bytes(watermark.PAYLOAD)  # of what is in no database


def mark_of(pk: UUID) -> bytes:
    """The first 48 of its random bits: an index finds it by them."""
    return pk.bytes[: watermark.PAYLOAD]


def marked(picture: Image.Image, payload: bytes) -> Image.Image:
    return watermark.mark(picture, payload) if settings.PROVENANCE else picture


def sealed(data: bytes, kind: str, claims: Claims) -> bytes:
    """With credentials; without them where they cannot be signed: no picture is lost for that. The
    system checks say so too, at the start."""
    if not settings.PROVENANCE:
        return data
    try:
        return signed(data, kind, claims, certificate())
    except (SigningError, OSError) as error:
        log.error("a picture leaves without Content Credentials: %s", error)
        return data


def claims_of(rendering: Rendering, *, shared: bool) -> Claims:
    """Built-in styles are named. Somebody's own painting or taught style is only where the file is
    made anew for whoever asks (``shared``), and only while its owner shares it: a file that is kept
    would go on telling after that."""
    with translation.override("en"):
        styles = [
            named(rendering, style["slug"], shared) for style in rendering.styles if style["slug"]
        ]
        return Claims(
            engine=rendering.engine,
            engine_title=str(rendering.engine_title),
            styles=tuple((style["title"], style["artist"]) for style in styles),
            made=rendering.finished or timezone.now(),
            marked=watermark.holds_one((rendering.width, rendering.height)),
        )


def claims_of_sheet(renderings: Sequence[Rendering]) -> Claims:
    """Of many on one picture: all their styles."""
    each = [claims_of(rendering, shared=False) for rendering in renderings]
    styles = dict.fromkeys(style for claims in each for style in claims.styles)
    return replace(each[-1], styles=tuple(styles), marked=True)


def is_sealed(data: bytes) -> bool:
    """Whether one of our PNGs has credentials: they come before the pixels."""
    return b"caBX" in data[: 1 << 16]


def named(rendering: Rendering, style: str, shared: bool) -> dict[str, str]:
    from gallery.links.views import told, unnamed  # which give files away, and so come here

    if not (is_painting(style) or is_taught(style)):
        return rendering.name_of(style)
    return told(rendering, style) if shared else unnamed(style)
