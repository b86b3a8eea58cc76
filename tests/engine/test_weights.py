"""The weights that are committed: complete, small, and known by name."""

from __future__ import annotations

import hashlib
import re
import struct

import pytest
import torch
from safetensors import safe_open

from webstyle.engine.engines.stylebank import load_bank
from webstyle.engine.events import EngineError
from webstyle.engine.weights import (
    AUTOENCODER,
    STYLES,
    WeightsFile,
    get_style,
    read_metadata,
    styles,
)

PROMISED = {
    "starry-night", "great-wave", "the-scream", "udnie", "composition-vii", "wheat-field",
    "water-lilies",
}  # fmt: skip
every_style = pytest.mark.parametrize("style", styles().values(), ids=lambda style: style.slug)


def kinds(path) -> set[torch.dtype]:
    with safe_open(path, "pt") as file:
        return {file.get_tensor(name).dtype for name in file.keys()}  # noqa: SIM118


def test_there_are_at_least_twelve_styles_and_those_that_were_promised() -> None:
    assert len(styles()) >= 12
    assert set(styles()) >= PROMISED


def test_no_file_is_left_out_and_no_two_styles_share_a_title_or_weights() -> None:
    assert len(styles()) == len(list(STYLES.glob("*.safetensors")))
    assert len({style.title for style in styles().values()}) == len(styles())
    assert len({style.sha256 for style in styles().values()}) == len(styles())


@every_style
def test_a_style_says_what_it_is_and_how_it_was_made(style: WeightsFile) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", style.slug)
    assert style.title
    assert style.artist
    assert -1000 < style.year < 2100
    assert style.licence
    assert style.training["steps"] > 0
    assert style.sha256 == hashlib.sha256(style.path.read_bytes()).hexdigest()


@every_style
def test_a_style_is_small_and_in_half_precision(style: WeightsFile) -> None:
    bank = load_bank(style.path)
    assert sum(weight.nbytes for weight in bank.values()) <= 700_000
    assert {weight.dtype for weight in bank.values()} == {torch.float16}
    assert style.path.stat().st_size <= 0.7 * 2**20  # with the painting's statistics


def test_the_autoencoder_is_small_and_in_half_precision() -> None:
    assert AUTOENCODER.stat().st_size <= 4_000_000
    assert kinds(AUTOENCODER) == {torch.float16}


def test_the_autoencoder_says_how_it_was_made() -> None:
    assert read_metadata(AUTOENCODER)


@pytest.mark.parametrize("path", [AUTOENCODER, *STYLES.glob("*.safetensors")], ids=lambda p: p.stem)
def test_all_weights_are_numbers(path) -> None:
    with safe_open(path, "pt") as file:
        assert all(file.get_tensor(name).isfinite().all() for name in file.keys())  # noqa: SIM118


def test_an_unknown_style_is_refused_with_those_there_are() -> None:
    with pytest.raises(EngineError, match=r"unknown style 'mona-lisa': choose from .*great-wave"):
        get_style("mona-lisa")


def test_a_file_that_is_no_safetensors_file_is_refused(tmp_path) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(struct.pack("<Q", 1 << 40) + b"{}")
    with pytest.raises(EngineError, match="fetch it again"):
        read_metadata(path)
