"""The perceptual networks: one interface, and the price of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from webstyle.engine import perceptual
from webstyle.engine.device import pick_device
from webstyle.engine.events import EngineError
from webstyle.engine.perceptual import (
    COMPACT,
    STYLE_LAYERS,
    Perceptual,
    get_perceptual,
    gram_and_mean,
)
from webstyle.engine.torchvision import declare_missing
from webstyle.engine.weights import VGG19_FILE

CPU = pick_device("cpu")
SLIM_MACS = 1_530_000_000  # of the slim VGG-19 it was trained after, at 256 x 256 px


@pytest.fixture(scope="module")
def vgg19(tmp_path_factory: pytest.TempPathFactory) -> Perceptual:
    """Of VGG-19's shape, with random weights: the real ones are half a gigabyte."""
    declare_missing()
    from torchvision.models import vgg19

    path = tmp_path_factory.mktemp("weights") / VGG19_FILE
    features = vgg19(weights=None).features.state_dict()
    torch.save({f"features.{name}": value for name, value in features.items()}, path)
    return perceptual.Vgg19(path, CPU, torch.float32)


def compact() -> Perceptual:
    return get_perceptual("compact", CPU, torch.float32)


def check_interface(network: Perceptual) -> None:
    x = torch.rand(2, 3, 64, 48)
    features = network.features(x)
    assert tuple(features) == STYLE_LAYERS
    for i, (layer, f) in enumerate(features.items()):
        assert f.shape[0] == 2
        assert f.shape[2:] == (64 >> i, 48 >> i), layer
        assert (f >= 0).all()
    assert tuple(network.features(x, "relu3_1")) == STYLE_LAYERS[:3]
    grams = network.grams(features)
    for gram in grams.values():
        torch.testing.assert_close(gram, gram.transpose(1, 2))
    assert len(network.fingerprint) == 16


def test_ours_has_the_common_interface() -> None:
    check_interface(compact())


def test_vgg19_has_the_common_interface(vgg19: Perceptual) -> None:
    check_interface(vgg19)


def test_vgg19_has_channels_as_in_the_paper(vgg19: Perceptual) -> None:
    features = vgg19.features(torch.rand(1, 3, 32, 32))
    assert [f.shape[1] for f in features.values()] == [64, 128, 256, 512, 512]


def test_ours_costs_no_more_than_its_slim_teacher() -> None:
    network, macs = perceptual.Compact(), 0

    def count(module: torch.nn.Module, _: object, output: torch.Tensor) -> None:
        nonlocal macs
        weight = module.weight
        assert isinstance(weight, torch.Tensor)
        macs += weight.numel() * output.shape[2] * output.shape[3]

    for conv in network.convs.values():
        conv.register_forward_hook(count)
    network.features(torch.zeros(1, 3, 256, 256))
    assert macs <= SLIM_MACS


def test_ours_is_small_enough_to_ship() -> None:
    assert COMPACT.stat().st_size <= 2_500_000


def test_in_the_metric_grams_are_linear_and_tell_pictures_apart() -> None:
    network = compact()
    one, other = torch.rand(1, 3, 64, 64), torch.zeros(1, 3, 64, 64)
    pair = network.grams(network.features(torch.cat([one, other])))
    for gram in pair.values():
        assert ((gram[0] - gram[1]) ** 2).sum() > 0.01 * (gram[0] ** 2).sum()


def test_gram_matrix_and_mean_are_those_of_the_definition() -> None:
    f = torch.rand(1, 3, 4, 5)
    gram, mean = gram_and_mean(f)
    flat = f[0].flatten(1)
    torch.testing.assert_close(gram[0], flat @ flat.T / 20)
    torch.testing.assert_close(mean[0], flat.mean(1))


def test_vgg19_that_is_not_here_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VAR", str(tmp_path))
    with pytest.raises(EngineError, match=r"not here .* fetch it with .*fetch_weights vgg19"):
        get_perceptual("vgg19", CPU, torch.float32)


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(EngineError, match="unknown perceptual network 'alexnet'"):
        get_perceptual("alexnet", CPU)
