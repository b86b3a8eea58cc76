"""One seeded change, or several, to a whole picture."""

from __future__ import annotations

import struct
from collections.abc import Callable
from random import Random

from tests.malformed.parts import parts
from tests.malformed.seeds import HTML, seeds

TAILS = (
    HTML, b"PK\x03\x04" + b"\x00" * 26 + b"evil.js", b"*/alert(1)/*", b"%PDF-1.7\n%%EOF\n",
    b"GIF89a/*" + bytes(40), b"<?php system($_GET['x']); ?>", b"<svg onload='alert(1)'/>",
)  # fmt: skip
MOST = 2_000_000  # bytes
NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = (b"IHDR", b"VP8X", b"VP8 ", b"VP8L", b"ispe", b"iloc", b"iinf", b"av1C", b"hvcC", b"ipma",
         b"\xff\xc0", b"\xff\xc2", b"\xff\xda", b"\xff\xc4", b"\xff\xdb", b"PLTE", b"iCCP",
         b"Exif", b"meta", b"mdat", b"ANIM", b"acTL", b"fcTL", b"tRNS", b"IDAT")  # fmt: skip


def flip_bits(chance: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 64))):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut_short(chance: Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def cut_out(chance: Random, data: bytes) -> bytes:
    begin = chance.randrange(len(data))
    return data[:begin] + data[begin + chance.randrange(1, 200) :]


def splice(chance: Random, data: bytes) -> bytes:
    """The beginning of one, the end of another."""
    other = chance.choice(seeds())
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


def swap_head(chance: Random, data: bytes) -> bytes:
    length = chance.choice((2, 4, 8, 12, 32))
    return chance.choice(seeds())[:length] + data[length:]


def write_number(chance: Random, data: bytes) -> bytes:
    """A length, a count or a side, most of all: beside a word that decoders look for."""
    places = [at + len(word) for word in WORDS if (at := data.find(word)) >= 0]
    at = chance.choice(places) if places and chance.random() < 0.7 else chance.randrange(len(data))
    at += chance.choice((-8, -4, 0, 0, 2, 4, 8))
    number = chance.choice(NUMBERS)
    kind = chance.choice((">I", "<I", ">H", "<H", ">B"))
    packed = struct.pack(kind, number & (256 ** struct.calcsize(kind) - 1))
    at = max(0, min(at, len(data) - len(packed)))
    return data[:at] + packed + data[at + len(packed) :]


def shuffle(chance: Random, data: bytes) -> bytes:
    head, *rest = parts(data)
    chance.shuffle(rest)
    return head + b"".join(rest)


def repeat(chance: Random, data: bytes) -> bytes:
    """One piece many times."""
    pieces = parts(data)
    at = chance.randrange(len(pieces))
    return b"".join((*pieces[:at], pieces[at] * chance.choice((2, 20, 300)), *pieces[at + 1 :]))


def leave_out(chance: Random, data: bytes) -> bytes:
    pieces = parts(data)
    del pieces[chance.randrange(len(pieces))]
    return b"".join(pieces)


def borrow(chance: Random, data: bytes) -> bytes:
    """A piece of another file."""
    pieces = parts(data)
    pieces.insert(chance.randrange(len(pieces) + 1), chance.choice(parts(chance.choice(seeds()))))
    return b"".join(pieces)


def append(chance: Random, data: bytes) -> bytes:
    return data + chance.choice(TAILS)


def prepend(chance: Random, data: bytes) -> bytes:
    return chance.choice(TAILS) + data


def blank(chance: Random, data: bytes) -> bytes:
    at, length = chance.randrange(len(data)), chance.choice((4, 40, 400))
    return data[:at] + bytes([chance.choice((0, 255))]) * length + data[at + length :]


def noise(chance: Random, data: bytes) -> bytes:
    head = chance.choice((0, 4, 12, 40))
    return data[:head] + chance.randbytes(max(0, len(data) - head))


MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (
    flip_bits, flip_bits, cut_short, cut_out, splice, swap_head, write_number, write_number,
    write_number, shuffle, repeat, leave_out, borrow, append, prepend, blank, noise,
)  # fmt: skip


def mutated(chance: Random) -> tuple[str, bytes]:
    """What was done, and what came of it."""
    data, names = chance.choice(seeds()), []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        change = chance.choice(MUTATIONS)
        data = change(chance, data)[:MOST]
        names.append(change.__name__)
        if len(data) < 2:
            break
    return "+".join(names), data
