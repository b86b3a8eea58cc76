"""Files that are not pictures we take, and what is to be said about each."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

from tests.cast import encoded, sample


def saved(kind: str, size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    sample("coffee.png").resize(size).save(out, kind)
    return out.getvalue()


def cut(kind: str) -> bytes:
    data = saved(kind, (256, 192))
    return data[: len(data) // 2]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A whole, correct PNG of one colour: a few kilobytes for any number of pixels."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def flipped(data: bytes) -> bytes:
    """Its middle overwritten."""
    middle = len(data) // 2
    return data[:middle] + bytes(200) + data[middle + 200 :]


# name, bytes, what the answer has to say
BAD_FILES: list[tuple[str, bytes, str]] = [
    ("empty.jpg", b"", "empty (0 bytes)"),
    ("letter.jpg", b"Dear sister, the sky turned red as blood.", "not a picture we can read"),
    ("page.png", b"<!doctype html><script>alert(1)</script>", "not a picture we can read"),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture we can read"),
    ("dance.gif", saved("GIF"), "not a picture we can read"),
    ("scan.tif", saved("TIFF"), "not a picture we can read"),
    ("old.bmp", saved("BMP"), "not a picture we can read"),
    ("renamed.jpg", saved("PPM"), "not a picture we can read"),
    ("head.png", b"\x89PNG\r\n\x1a\n", "not a picture we can read"),
    ("cut.jpg", cut("JPEG"), "damaged or cut short"),
    ("cut.png", cut("PNG"), "damaged or cut short"),
    ("cut.webp", cut("WEBP"), ""),
    ("cut.avif", cut("AVIF"), ""),
    ("cut.heic", cut("HEIF"), ""),
    ("lost.avif", saved("AVIF").replace(b"iloc", b"free"), "not a picture we can read"),
    ("spoiled.png", flipped(encoded("coffee.png", "png")), "damaged or cut short"),
    ("dot.png", saved("PNG", (1, 1)), "1 x 1 pixels"),
    ("small.png", saved("PNG", (15, 200)), "15 x 200 pixels"),
    ("thin.png", saved("PNG", (20, 400)), "too long and thin"),
    ("huge.png", bomb(20_000, 10_000), "megapixels"),
    ("large.png", bomb(9_000, 9_000), "81 megapixels"),
]

HTML = b"<script>alert('from inside the picture')</script>"


def with_html() -> bytes:
    """A whole picture with a page after its end."""
    return encoded("coffee.png", "png") + HTML


def private(kind: str) -> bytes:
    """A picture that tells when and where it was taken, and by whom."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x013B] = "SecretName"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 3.0)})
    out = io.BytesIO()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SecretPlace</x:xmpmeta>"
    options = {"comment": b"SecretComment"} if kind == "JPEG" else {}
    sample("coffee.png").save(out, kind, exif=exif, xmp=xmp, **options)
    assert b"Secret" in out.getvalue()
    return out.getvalue()
