"""A style's file made to do harm: its header lies, its numbers are none, it is something else."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.cast import style_file
from webstyle.engine import stylefile, weights
from webstyle.engine.events import EngineError


def opened(data: bytes) -> tuple[dict[str, Any], bytes]:
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def packed(header: Any, numbers: bytes, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text) if length is None else length) + text + numbers


HEADER, NUMBERS = opened(style_file())
NAMES = sorted(name for name in HEADER if name != "__metadata__")


def changed(name: str, **values: Any) -> bytes:
    return packed(HEADER | {name: HEADER[name] | values}, NUMBERS)


def twice() -> bytes:
    """Two tensors of one name: which of them is looked at, and which is painted with?"""
    name = NAMES[0]
    other = HEADER[NAMES[1]]["data_offsets"]
    more = json.dumps({name: HEADER[name] | {"data_offsets": other}})[1:-1]
    return packed(json.dumps(HEADER)[:-1].encode() + b", " + more.encode() + b"}", NUMBERS)


def overlapping() -> bytes:
    first, second = NAMES[0], NAMES[1]
    return changed(first, data_offsets=HEADER[second]["data_offsets"])


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps({"a": 1}))
    return out.getvalue()


def saved_by_torch() -> bytes:
    out = io.BytesIO()
    torch.save({"tail.weight": torch.zeros(3)}, out)
    return out.getvalue()


def of_numbers(value: float, name: str = NAMES[0]) -> bytes:
    """The first number of a tensor in half precision."""
    start = HEADER[name]["data_offsets"][0]
    return packed(HEADER, NUMBERS[:start] + struct.pack("<e", value) + NUMBERS[start + 2 :])


HALVES = next(name for name in NAMES if HEADER[name]["dtype"] == "F16")
BAD = {
    "length of all there is": packed(HEADER, NUMBERS, 2**64 - 1),
    "length beyond the end": packed(HEADER, NUMBERS, 90_000),
    "length of nothing": packed(HEADER, NUMBERS, 0),
    "length cut": b"\x08\x00\x00",
    "header of a list": packed([HEADER], NUMBERS),
    "header of a number": packed(7, NUMBERS),
    "header of nested lists": packed(b"[" * 90_000, b""),
    "metadata that is a list": packed(HEADER | {"__metadata__": ["format"]}, NUMBERS),
    "metadata of numbers": packed(
        HEADER | {"__metadata__": HEADER["__metadata__"] | {"title": 7}}, NUMBERS
    ),
    "overlapping": overlapping(),
    "one name twice": twice(),
    "backwards": changed(NAMES[0], data_offsets=HEADER[NAMES[0]]["data_offsets"][::-1]),
    "beyond the end": changed(NAMES[-1], data_offsets=[0, 2**62]),
    "negative": changed(NAMES[0], data_offsets=[-8, 8]),
    "huge shape": changed(NAMES[0], shape=[2**31, 2**31]),
    "shape that overflows": changed(NAMES[0], shape=[2**63, 2]),
    "shape of nothing": changed(NAMES[0], shape=[]),
    "shape below nothing": changed(NAMES[0], shape=[-1, 64]),
    "kind nobody knows": changed(NAMES[0], dtype="PICKLE"),
    "NaN": of_numbers(float("nan"), HALVES),
    "infinite": of_numbers(float("inf"), HALVES),
    "bytes behind the end": style_file() + b"MZ" + bytes(100),
    "pickled": pickle.dumps({"tail.weight": [1.0]}),
    "archive": archive(),
    "saved by torch": saved_by_torch(),
    "archive behind a style": style_file() + archive(),
    "title of a book": style_file(title="x" * 100_000),
    "title turned around": style_file(title="knalb\u202eexe.gpj"),
    "title of two lines": style_file(title="Dusk\nINFO all is well"),
    "title with NUL": style_file(title="Dusk\x00"),
    "artist of terminals": style_file(artist="\x1b]0;evil\x07"),
}


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "style.safetensors"
    path.write_bytes(BAD[name])
    with pytest.raises(EngineError) as refused:
        stylefile.check(path)
    said = str(refused.value)
    assert said.isprintable()
    assert len(said) < 400
    assert ": " in said


def test_a_name_of_a_style_leads_to_no_other_file() -> None:
    for name in ("../../secret-key", "/etc/passwd", "a/b", "", ".", "..", "a\x00b", "A", "a" * 64):
        with pytest.raises(EngineError, match="no name of a taught style"):
            weights.taught_file(name)
