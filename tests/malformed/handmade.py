"""Files with an intention: bombs, lies, strangers in disguise."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.cast import sample
from tests.engine.bad_files import BAD_FILES, bomb, chunk, with_html
from tests.malformed.parts import box, parts
from tests.malformed.seeds import saved, seeds

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = chunk(b"IEND", b"")
Case = tuple[str, bytes]


def handmade() -> Iterator[Case]:
    yield from ((f"bad file {name}", data) for name, data, _ in BAD_FILES)
    yield from strangers()
    yield from pngs()
    yield from jpegs()
    yield from webps()
    yield from boxes()
    yield "page behind a picture", with_html()
    for size in (1, 2, 3, 4, 7, 8, 11, 12, 16, 31):
        yield f"zeros {size}", bytes(size)
    for size in (100, 70_000, 1_000_000):
        yield f"zeros {size}", bytes(size)
        yield f"ff {size}", b"\xff" * size
        yield f"jpeg of markers {size}", b"\xff\xd8" + b"\xff" * size


def strangers() -> Iterator[Case]:
    """Other kinds of files; all are called .jpg."""
    cup = sample("coffee.png", 64).convert("RGB")
    for kind in ("GIF", "BMP", "TIFF", "TGA", "DDS", "PPM", "ICO", "PCX", "SGI", "PDF", "EPS",
                 "JPEG2000", "MPO", "ICNS", "IM", "MSP", "XBM", "QOI", "BLP"):  # fmt: skip
        try:
            picture = cup.convert("1") if kind in ("MSP", "XBM") else cup
            picture = cup.convert("P") if kind == "BLP" else picture
            yield f"{kind} named .jpg", saved(picture, kind)
        except (KeyError, OSError, ValueError):
            continue  # not in this Pillow
    yield "PSD", b"8BPS\x00\x01" + bytes(6) + struct.pack(">HIIHH", 3, 64, 64, 8, 3) + bytes(9000)
    yield "PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n(x) run\n"
    yield "SVG", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    yield (
        "XML of entities",
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'>" + b"<!ENTITY b '&a;&a;'>" * 500 + b"]><x>&b;</x>"),
    )
    yield "ZIP", b"PK\x03\x04" + bytes(60) + b"PK\x05\x06" + bytes(18)
    yield "gzip", zlib.compress(bytes(10_000_000), 9, 31)
    yield "program", b"\x7fELF\x02\x01\x01" + bytes(200)
    yield "script", b"#!/bin/sh\nrm -rf /\n"
    yield "pickle", b"\x80\x04\x95\x00\x00\x00\x00cos\nsystem\n(S'id'\ntR."


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + b"".join(chunks) + END


def pngs() -> Iterator[Case]:
    for side in (0, 1, 15, 2**15, 2**16, 2**31 - 1, 2**32 - 1):
        yield f"png of {side}", png(side, side, chunk(b"IDAT", zlib.compress(b"\x00" * 100)))
        yield f"png of 64 x {side}", png(64, side, chunk(b"IDAT", zlib.compress(b"\x00" * 100)))
    for depth, colour in ((0, 0), (3, 2), (16, 3), (255, 255), (8, 1), (1, 6)):
        yield (
            f"png depth {depth} colour {colour}",
            png(64, 64, chunk(b"IDAT", zlib.compress(bytes(20_000))), depth=depth, colour=colour),
        )
    yield "png of 64 megapixels", bomb(8_000, 8_000)
    yield "png of 300 megapixels", bomb(20_000, 15_000)
    rows = zlib.compress(bytes(64 * (1 + 64 * 3)))
    pixels = chunk(b"IDAT", rows)
    large = zlib.compress(bytes(200_000_000), 9)
    for name in (b"iCCP", b"zTXt"):
        yield (
            f"png, bomb in {name.decode()}",
            png(64, 64, chunk(name, b"x\x00\x00" + large), pixels),
        )
    text = b"x\x00\x01\x00\x00\x00" + large
    yield "png, bomb in iTXt", png(64, 64, chunk(b"iTXt", text), pixels)
    yield "png, more pixels than told", png(64, 64, chunk(b"IDAT", large))
    yield (
        "png, thousands of texts",
        png(64, 64, *(chunk(b"tEXt", b"k%d\x00v" % n) for n in range(20_000)), pixels),
    )
    yield "png, thousands of data chunks", png(
        64, 64, *(chunk(b"IDAT", rows[n : n + 1]) for n in range(len(rows))), *[chunk(b"IDAT", b"")]
        * 20_000,
    )  # fmt: skip
    yield "png, no data", png(64, 64)
    yield "png, endless Exif", png(64, 64, chunk(b"eXIf", b"II*\x00" + b"\xff" * 500_000), pixels)
    yield "png, palette missing", png(64, 64, chunk(b"IDAT", zlib.compress(bytes(64 * 65))),
                                      colour=3)  # fmt: skip
    frames = [chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))]
    control = struct.pack(">IIIIHHBB", 64, 64, 0, 0, 1, 1, 0, 0)
    for n in range(4_000):
        frames.append(chunk(b"fcTL", struct.pack(">I", 2 * n) + control))
        frames.append(chunk(b"fdAT", struct.pack(">I", 2 * n + 1) + rows))
    yield "png of thousands of frames", png(64, 64, frames[0], pixels, *frames[1:])


def jpegs() -> Iterator[Case]:
    whole = seeds()[0]
    head, *rest = parts(seeds()[1])
    scans = [piece for piece in rest if piece[:2] == b"\xff\xda"]
    before = [piece for piece in rest if piece[:2] not in (b"\xff\xda", b"\xff\xd9")]
    for number in (1_000, 20_000):
        yield f"jpeg of {number} scans", b"".join((head, *before, scans[0], scans[-1] * number))
    large = saved(Image.new("RGB", (6_000, 6_000), "red"), "JPEG", progressive=True, quality=30)
    head, *rest = parts(large)
    scan = next(piece for piece in reversed(rest) if piece[:2] == b"\xff\xda")
    yield "large jpeg of scans", large[:-2] + scan[:2_000] * 300 + b"\xff\xd9"
    for width, height in ((0, 0), (0, 64), (64, 0), (65_535, 65_535), (65_500, 1), (8_900, 8_900)):
        yield f"jpeg of {width} x {height}", with_frame(whole, width, height)
    exif = b"Exif\x00\x00II*\x00\x08\x00\x00\x00"
    loop = exif + b"\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08\x00\x00\x00"
    many = exif + b"\xff\xff" + b"\x0f\x01\x02\x00\xff\xff\xff\x7f\x08\x00\x00\x00" * 5_000
    for name, data in (("loop", loop), ("many", many), ("none", exif), ("short", exif[:7])):
        yield f"jpeg, Exif {name}", with_segment(whole, 0xE1, data[:65_000])
    yield "jpeg, two hundred Exifs", with_segment(whole, 0xE1, many[:65_000], 200)
    icc = b"ICC_PROFILE\x00"
    yield "jpeg, ICC without end", with_segment(whole, 0xE2, icc + b"\x01\xff" + bytes(60_000), 50)
    yield "jpeg, ICC of zeros", with_segment(whole, 0xE2, icc + b"\x01\x01" + bytes(300))
    wrong = b"\x00\x00\x01\x00lcms\x02\x10\x00\x00mntrCMYKLab " + bytes(20) + b"acsp" + bytes(300)
    yield "jpeg, wrong ICC", with_segment(whole, 0xE2, icc + b"\x01\x01" + wrong)
    xmp = b"http://ns.adobe.com/xap/1.0/\x00" + b"<x>" * 20_000
    yield "jpeg, deep XMP", with_segment(whole, 0xE1, xmp)
    yield "jpeg, endless XMP", with_segment(whole, 0xE1, xmp, 100)
    mpf = b"MPF\x00II*\x00\x08\x00\x00\x00\x01\x00\x01\xb0\x04\x00\x01\x00\x00\x00\xff\xff\xff\x7f"
    yield "jpeg, thousands of pictures", with_segment(whole, 0xE2, mpf + bytes(4))
    yield "jpeg, comments", with_segment(whole, 0xFE, b"<script>" * 8_000, 300)
    yield "jpeg, arithmetic", whole.replace(b"\xff\xc0", b"\xff\xc9", 1)
    yield "jpeg, lossless", whole.replace(b"\xff\xc0", b"\xff\xc3", 1)


def with_frame(data: bytes, width: int, height: int) -> bytes:
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def with_segment(data: bytes, mark: int, content: bytes, times: int = 1) -> bytes:
    segment = bytes([0xFF, mark]) + struct.pack(">H", len(content) + 2) + content
    return data[:2] + segment * times + data[2:]


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def riff_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)


def webps() -> Iterator[Case]:
    plain = saved(sample("coffee.png", 64).convert("RGB"), "WEBP")
    frame = plain[12:]
    for size in (0, 4, 2**32 - 1):
        yield f"webp of size {size}", riff(frame, size=size)
    for side in (0, 63, 2**24 - 1, 8_900):
        canvas = b"\x02\x00\x00\x00" + struct.pack("<I", side)[:3] * 2
        shown = (
            bytes(6) + struct.pack("<I", 63)[:3] + struct.pack("<I", 42)[:3] + b"\x01\x00\x00\x00"
        )
        moving = riff_chunk(b"ANIM", bytes(6)) + riff_chunk(b"ANMF", shown + frame) * 3
        yield f"webp, canvas of {side}", riff(riff_chunk(b"VP8X", canvas), moving)
        if side == 63:
            many = riff_chunk(b"ANIM", bytes(6)) + riff_chunk(b"ANMF", shown + frame) * 4_000
            yield "webp of thousands of frames", riff(riff_chunk(b"VP8X", canvas), many)
    flags = b"\x2c\x00\x00\x00" + struct.pack("<I", 63)[:3] + struct.pack("<I", 42)[:3]
    notes = (riff_chunk(b"ICCP", bytes(2_000_000)), frame, riff_chunk(b"EXIF", b"\xff" * 500_000),
             riff_chunk(b"XMP ", b"<x>" * 500_000))  # fmt: skip
    yield "webp, endless notes", riff(riff_chunk(b"VP8X", flags), *notes)
    yield "webp, unknown chunks", riff(*[riff_chunk(b"ABCD", b"x")] * 50_000, frame)
    yield "webp of nothing", riff()


def boxes() -> Iterator[Case]:
    """AVIF and HEIF."""
    for brand, whole in ((b"avif", seeds()[12]), (b"heic", seeds()[15])):
        name = brand.decode()
        head = box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
        for size in (0, 1, 7, 8, 2**31, 2**32 - 1):
            yield f"{name}, box of {size}", head + box(b"meta", bytes(100), size)
        deep = b""
        for _ in range(20_000):
            deep = box(b"meta", bytes(4) + deep) if len(deep) < 120_000 else deep
        yield f"{name}, deep", head + deep
        yield f"{name}, thousands of boxes", head + box(b"free", b"") * 50_000 + whole[len(head) :]
        yield f"{name}, thousands of brands", box(b"ftyp", (brand + bytes(4)) + brand * 50_000)
        at = whole.find(b"ispe") + 8
        for side in (0, 1, 8_900, 65_535, 2**31, 2**32 - 1):
            told = struct.pack(">II", side, side)
            yield f"{name} of {side}", whole[:at] + told + whole[at + 8 :]
        for word in (b"iloc", b"iinf", b"ipma", b"iref", b"iprp", b"pitm"):
            if (at := whole.find(word)) > 0:
                yield (
                    f"{name}, {word.decode()} of ff",
                    whole[: at + 8] + b"\xff" * 8 + whole[at + 16 :],
                )
                yield f"{name}, no {word.decode()}", whole[:at] + b"free" + whole[at + 4 :]
        yield f"{name}, size of 64 bits", head + struct.pack(">I4sQ", 1, b"meta", 2**63)
    other = io.BytesIO(seeds()[15]).getvalue()
    yield "heic called avif", other.replace(b"heic", b"avif")
    yield "avif called heic", seeds()[12].replace(b"avif", b"heic")
