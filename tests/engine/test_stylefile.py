"""The file of a style that comes from somebody else."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save

from webstyle.engine import stylefile
from webstyle.engine.events import EngineError
from webstyle.engine.weights import FORMAT, autoencoder_fingerprint, get_style, read_metadata

SOURCE = get_style("udnie").path


def metadata(**changed: str) -> dict[str, str]:
    return read_metadata(SOURCE) | {"autoencoder": autoencoder_fingerprint(), **changed}


def style(change: Callable[[dict[str, torch.Tensor]], None] | None = None, **text: str) -> bytes:
    tensors = load_file(SOURCE)
    if change:
        change(tensors)
    return save(tensors, metadata(**text))


def wide(tensors: dict[str, torch.Tensor]) -> None:
    tensors["tail.weight"] = torch.zeros(64, 64, 5, 5, dtype=torch.float16)


def wrong_kind(tensors: dict[str, torch.Tensor]) -> None:
    tensors["tail.weight"] = tensors["tail.weight"].float()


def no_number(tensors: dict[str, torch.Tensor]) -> None:
    tensors["up.bias"][3] = float("nan")


def one_more(tensors: dict[str, torch.Tensor]) -> None:
    tensors["payload"] = torch.zeros(9)


def one_less(tensors: dict[str, torch.Tensor]) -> None:
    del tensors["up.bias"]


def other_statistics(tensors: dict[str, torch.Tensor]) -> None:
    tensors["gram.256.relu1_1"] = torch.zeros(7, 2, dtype=torch.int8)


def lying_header() -> bytes:
    """Tensors that reach beyond the end of the file."""
    data = style()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header["tail.bias"]["data_offsets"][1] += 4096
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


BAD = {
    "empty": (b"", "not a safetensors file"),
    "a few bytes": (b"abc", "not a safetensors file"),
    "a letter": (b"Dear sister, " * 100, "not a safetensors file"),
    "pickled": (pickle.dumps({"tail.weight": [1.0]}), "not a safetensors file"),
    "a header without end": (struct.pack("<Q", 2**62) + bytes(900), "not a safetensors file"),
    "header that is no JSON": (struct.pack("<Q", 9) + b"{" * 9, "damaged"),
    "nested header": (struct.pack("<Q", 90_000) + b"[" * 90_000, "damaged"),
    "cut short": (style()[:300_000], "damaged"),
    "lying header": (lying_header(), "damaged"),
    "too large": (bytes(5_000_000), "5.0 MB"),
    "of another program": (style(format="sd/1"), "no style of StyleBank"),
    "no title": (style(title=" "), "no title"),
    "long title": (style(title="x" * 500), "120 printable letters"),
    "terminal codes": (style(artist="\x1b[31mred"), "120 printable letters"),
    "no year": (style(year="soon"), "not the file of a style"),
    "year of the stars": (style(year="999999999"), "year is none"),
    "another auto-encoder": (style(autoencoder="0" * 16), "another version"),
    "shape": (style(wide), "tail.weight"),
    "number format": (style(wrong_kind), "tail.weight"),
    "not finite": (style(no_number), "up.bias"),
    "one more": (style(one_more), "payload"),
    "one less": (style(one_less), "up.bias"),
    "statistics": (style(other_statistics), "gram.256.relu1_1"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    data, words = BAD[name]
    path = tmp_path / "style.safetensors"
    path.write_bytes(data)
    with pytest.raises(EngineError, match=words) as refusal:
        stylefile.check(path)
    assert "\n" not in str(refusal.value)


def test_a_good_one_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "style.safetensors"
    path.write_bytes(style(title="Night", year="0"))
    found = stylefile.check(path)
    assert (found.title, found.artist, found.year) == ("Night", "Francis Picabia", 0)
    assert metadata()["format"] == FORMAT
