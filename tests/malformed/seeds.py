"""Small whole pictures of every accepted kind, in the shapes that they come in."""

from __future__ import annotations

import functools
import io
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from tests.cast import sample

HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


@functools.cache
def seeds() -> list[bytes]:
    """Two to four of each kind."""
    cup = sample("coffee.png", 96).convert("RGB")
    cat = sample("chelsea.png", 64).convert("RGB")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 24.0)})
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b"x" * 200 + b"</x:xmpmeta>"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    notes: dict[str, Any] = {"exif": exif, "xmp": xmp, "icc_profile": profile}
    clear = cat.copy()
    clear.putalpha(cat.convert("L"))
    more = {"save_all": True, "append_images": [cat.rotate(9 * turn) for turn in range(4)]}
    return [
        saved(cup, "JPEG", quality=80, **notes),
        saved(cat, "JPEG", progressive=True, comment=b"cat"),
        saved(cup.convert("CMYK"), "JPEG"),
        saved(cat.convert("L"), "JPEG"),
        saved(cup, "PNG", **notes),
        saved(clear, "PNG"),
        saved(cat.convert("P"), "PNG", transparency=3),
        saved(
            Image.fromarray(np.asarray(cat.convert("L")).astype(np.uint16) * 257), "PNG"
        ),  # 16 bits
        saved(cat, "PNG", **more),
        saved(cup, "WEBP", **notes),
        saved(clear, "WEBP", lossless=True),
        saved(cat, "WEBP", **more),
        saved(cup, "AVIF", speed=10, **notes),
        saved(clear, "AVIF", speed=10),
        saved(cat, "AVIF", speed=10, **more),
        saved(cup, "HEIF", quality=60, **notes),
        saved(clear, "HEIF", quality=60),
    ]
