"""A style's file carries what optimisation needs of its painting."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.cast import sample
from webstyle.engine import statistics, weights
from webstyle.engine.device import pick_device
from webstyle.engine.events import EngineError
from webstyle.engine.perceptual import STYLE_LAYERS, get_perceptual
from webstyle.engine.statistics import SIZES, attach, grams_of, mean_grams, style_grams
from webstyle.engine.weights import get_style, read_metadata, styles

CPU = pick_device("cpu")
NETWORK = get_perceptual("compact", CPU, torch.float32)


@pytest.fixture
def own_style(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A style's file of one's own, with the statistics of a sample photograph."""
    path = tmp_path / "own.safetensors"
    shutil.copy(get_style("udnie").path, path)
    attach(path, sample("rocket.jpg", 600))
    record = weights.WeightsFile(path, "own", "Own", "Nobody", 2000, "CC0-1.0", {})
    monkeypatch.setattr(statistics, "get_style", lambda slug: record)
    return path


@pytest.mark.parametrize("slug", styles())
def test_every_style_has_statistics_of_todays_network(slug: str) -> None:
    assert read_metadata(get_style(slug).path)["perceptual"] == NETWORK.fingerprint
    grams = style_grams(slug, NETWORK, 512)
    assert set(grams) == set(STYLE_LAYERS)
    for gram in grams.values():
        assert torch.equal(gram, gram.T)
        assert torch.isfinite(gram).all()


@pytest.mark.parametrize("size", SIZES[:2])
def test_they_are_those_of_the_painting(own_style: Path, size: int) -> None:
    kept, wanted = (
        style_grams("own", NETWORK, size),
        grams_of(sample("rocket.jpg", 600), NETWORK, size),
    )
    for layer in STYLE_LAYERS:
        error = ((kept[layer] - wanted[layer]) ** 2).sum() / (wanted[layer] ** 2).sum()
        assert error < 1e-3, layer


def test_between_two_sizes_they_lie_between(own_style: Path) -> None:
    small, between, large = (style_grams("own", NETWORK, size) for size in (256, 362, 512))
    half = mean_grams([(small, 0.5), (large, 0.5)])
    for layer in STYLE_LAYERS:
        torch.testing.assert_close(between[layer], half[layer], rtol=0.02, atol=1e-4)


def test_the_bank_in_the_file_stays_as_it_was(own_style: Path) -> None:
    before, after = load_file(get_style("udnie").path), load_file(own_style)
    for name in before:
        if not name.startswith(weights.STATISTICS):
            assert torch.equal(before[name], after[name])


def test_statistics_of_another_network_are_refused_with_the_remedy(own_style: Path) -> None:
    metadata = read_metadata(own_style) | {"perceptual": "0123456789abcdef"}
    save_file(load_file(own_style), own_style, metadata)
    with pytest.raises(EngineError, match=r"'own' has statistics of another.*style_statistics"):
        style_grams("own", NETWORK, 512)
