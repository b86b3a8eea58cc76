"""Files that are more, or say more, than a picture."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image, ImageCms, PngImagePlugin

from tests.cast import sample
from tests.engine.bad_files import chunk, saved

MARK = b"EVIL-INSIDE"
PAGE = b"<!doctype html><script>" + MARK + b"</script>"


def picture(kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    sample("coffee.png", 128).save(out, kind, **how)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", MARK)
        archive.writestr("../../evil.sh", MARK)
    return out.getvalue()


def segment(data: bytes, marker: int, inside: bytes) -> bytes:
    """A JPEG with a segment of its own right after its beginning."""
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(inside) + 2) + inside + data[2:]


def png_with(name: bytes, inside: bytes) -> bytes:
    data = picture("PNG")
    end = 8 + 25  # the signature and IHDR
    return data[:end] + chunk(name, inside) + data[end:]


def profile() -> bytes:
    """A whole sRGB profile whose description is a page."""
    given = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return given[:-64] + (PAGE + bytes(64))[:64] if len(given) > 256 else given


def notes() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", PAGE.decode())
    info.add_text("Author", PAGE.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", PAGE.decode())
    return info


def exif() -> Image.Exif:
    made = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298):  # what text there is in EXIF
        made[tag] = PAGE.decode()
    made.get_ifd(0x8769)[0x9286] = b"ASCII\x00\x00\x00" + PAGE
    return made


def iptc() -> bytes:
    """Photoshop's block, with a caption and by whom."""
    fields = b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(PAGE)) + PAGE for number in (80, 105, 116, 120)
    )
    return b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", len(fields)) + fields


POLYGLOTS = {
    "page behind a PNG": picture("PNG") + PAGE,
    "page in a PNG's text": picture("PNG", pnginfo=notes()),
    "page in a chunk nobody knows": png_with(b"evIl", PAGE),
    "archive behind a JPEG": picture("JPEG") + zipped(),
    "archive behind a PNG": picture("PNG") + zipped(),
    "PDF in a JPEG's comment": segment(picture("JPEG"), 0xFE, b"%PDF-1.4\n" + MARK),
    "script in a JPEG's comment": segment(picture("JPEG"), 0xFE, b"=1;" + PAGE + b"/*"),
    "notes in EXIF": picture("JPEG", exif=exif()),
    "notes in IPTC": segment(picture("JPEG"), 0xED, iptc()),
    "notes in XMP": segment(picture("JPEG"), 0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + PAGE),
    "notes in a WebP": picture("WEBP", exif=exif(), xmp=PAGE),
    "notes in an AVIF": picture("AVIF", exif=exif().tobytes(), xmp=PAGE),
    "notes in a HEIC": picture("HEIF", exif=exif().tobytes(), xmp=PAGE),
    "page in a colour profile": picture("JPEG", icc_profile=profile()),
}


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG that says it is as large as that."""
    data = bytearray(picture("JPEG"))
    at = next(n for n in range(2, len(data)) if data[n] == 0xFF and data[n + 1] in (0xC0, 0xC2))
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of(width: int, height: int) -> bytes:
    """A WebP whose canvas is as large as that."""
    frame = picture("WEBP")[12:]
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def boxed(kind: str, width: int, height: int) -> bytes:
    """A HEIF or an AVIF that says so in each box that tells a size."""
    data = bytearray(picture(kind))
    at = data.find(b"ispe")
    while at >= 0:
        data[at + 8 : at + 16] = struct.pack(">II", width, height)
        at = data.find(b"ispe", at + 4)
    return bytes(data)


def packed_notes() -> bytes:
    """100 MB of nothing in a PNG's packed text: some 100 KB."""
    inside = b"Comment\x00\x00" + zlib.compress(bytes(100_000_000), 9)
    return png_with(b"zTXt", inside)


def packed_profile() -> bytes:
    return png_with(b"iCCP", b"x\x00\x00" + zlib.compress(bytes(100_000_000), 9))


def short_rows() -> bytes:
    """A PNG that says 8000 x 8000, with a single row in it."""
    data = struct.pack(">IIBBBBB", 8000, 8000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(24001))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", data)
    return start + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


BOMBS = {
    "JPEG of 65535 x 65535": jpeg_of(65_535, 65_535),
    "JPEG of 10000 x 10000": jpeg_of(10_000, 10_000),
    "WebP of 16383 x 16383": webp_of(16_383, 16_383),
    "WebP of 16 million each way": webp_of(1 << 24, 1 << 24),
    "AVIF of 60000 x 60000": boxed("AVIF", 60_000, 60_000),
    "HEIC of 60000 x 60000": boxed("HEIF", 60_000, 60_000),
    "HEIC of 4 thousand million": boxed("HEIF", 2**32 - 1, 2**32 - 1),
    "PNG with packed notes": packed_notes(),
    "PNG of one row": short_rows(),
}


def animation(kind: str, frames: int) -> bytes:
    colours = [Image.new("RGB", (64, 64), (n % 256, 0, 0)) for n in range(frames)]
    out = io.BytesIO()
    colours[0].save(out, kind, save_all=True, append_images=colours[1:], duration=20)
    return out.getvalue()


SVGS = {
    "plain": b"<svg xmlns='http://www.w3.org/2000/svg'><script>harm()</script></svg>",
    "declared": b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg' onload='harm()'/>",
    "with entities": b"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
    "UTF-16": "<svg xmlns='http://www.w3.org/2000/svg'/>".encode("utf-16"),
    "packed": zlib.compress(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "behind a mark": b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'/>",
}
OTHERS = {
    kind: saved(kind) for kind in ("GIF", "TIFF", "BMP", "PPM", "TGA", "PCX", "DDS", "ICO", "EPS")
}


def cuts(kind: str, number: int) -> list[bytes]:
    """The beginnings of a whole file."""
    data = picture(kind)
    return [data[: len(data) * n // (number + 1)] for n in range(1, number + 1)]


def spoiled(kind: str, number: int) -> list[bytes]:
    """The file with a few bytes changed, here and there: always the same."""
    data, found = picture(kind), []
    for n in range(number):
        changed = bytearray(data)
        for k in range(6):
            changed[(n * 7919 + k * 104_729) % len(data)] ^= 1 << (n + k) % 8
        found.append(bytes(changed))
    return found
