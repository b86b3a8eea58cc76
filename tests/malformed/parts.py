"""Picture files as the pieces that they are made of, just well enough to mix them up."""

from __future__ import annotations

import struct
from collections.abc import Callable


def parts(data: bytes) -> list[bytes]:
    """Head, segments, chunks or boxes, whose sum is ``data``."""
    if data.startswith(b"\x89PNG"):
        return cut(data, 8, lambda at: 12 + number(data, at, ">I"))
    if data.startswith(b"RIFF"):
        return cut(data, 12, lambda at: 8 + (size := number(data, at + 4, "<I")) + size % 2)
    if data.startswith(b"\xff\xd8"):
        return cut(data, 2, lambda at: segment(data, at))
    return cut(data, 0, lambda at: number(data, at, ">I"))  # boxes of AVIF and HEIF


def cut(data: bytes, head: int, length: Callable[[int], int]) -> list[bytes]:
    found, at = [data[:head]] if head else [], head
    while at < len(data):
        step = max(length(at), 1) if at + 8 <= len(data) else len(data) - at
        found.append(data[at : at + step])
        at += step
    return found


def number(data: bytes, at: int, kind: str) -> int:
    return int(struct.unpack_from(kind, data, at)[0]) if at + 4 <= len(data) else len(data)


def segment(data: bytes, at: int) -> int:
    """Of a JPEG: a scan goes with the pixels behind it."""
    if data[at] != 0xFF or data[at + 1] in (0xD8, 0xD9):
        return 2
    length = 2 + struct.unpack_from(">H", data, at + 2)[0]
    if data[at + 1] != 0xDA:
        return length
    end = at + length
    while (end := data.find(b"\xff", end)) >= 0 and data[end + 1 : end + 2] in (
        b"\x00", *(bytes([mark]) for mark in range(0xD0, 0xD8)),
    ):  # fmt: skip
        end += 2
    return (len(data) if end < 0 else end) - at


def box(kind: bytes, data: bytes, size: int | None = None) -> bytes:
    """Of AVIF and HEIF; ``size`` is a lie."""
    return struct.pack(">I", 8 + len(data) if size is None else size) + kind + data
