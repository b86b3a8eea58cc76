"""The perceptual networks: features in which pictures are compared as an eye would.

Two networks, one interface. ``compact`` is our own: it was trained from nothing to follow VGG-19
(Simonyan & Zisserman 2015) at a fortieth of its price, and comes with the repository. ``vgg19`` is
the one the papers use; ``manage.py fetch_weights vgg19`` brings it.

Both take RGB in [0, 1], B x 3 x H x W, and name their layers as VGG does.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Protocol, cast

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from webstyle.engine.device import channels_last, pick_wide_dtype
from webstyle.engine.events import EngineError
from webstyle.engine.weights import PERCEPTUAL_NAMES, VGG19_FILE, WEIGHTS, fetched

COMPACT = WEIGHTS / "perceptual.safetensors"
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER = "relu4_1"

Features = dict[str, Tensor]


class Perceptual(Protocol):
    """``fingerprint`` names the exact weights: statistics of another network mean nothing here."""

    name: str
    fingerprint: str
    device: torch.device

    def features(self, x: Tensor, last: str = "relu5_1") -> Features:
        """The style layers up to ``last``, each B x C x h x w; halved in size from one to the
        next."""
        ...

    def grams(self, features: Features, where: Features | None = None) -> dict[str, Tensor]:
        """Gram matrices of the style layers found, each B x C x C (Gatys et al. 2016, eq. 3);
        ``where``, B x 1 x h x w a layer, weighs their pixels (Gatys et al. 2017, section 4)."""
        ...


class Compact(nn.Module):
    """VGG-19's first ten of sixteen layers with a quarter of the channels.

    Average pooling as Gatys et al. recommend: its gradients are smooth, those of maximum pooling
    are grainy. ``metric`` is what remains of the linear heads that mapped the features onto
    VGG's in training: with it, distances of Gram matrices are those of the mapped features.
    """

    name = "compact"
    LAYERS = "1_1 1_2 P 2_1 2_2 P 3_1 3_2 3_3 P 4_1 4_2 4_3 P 5_1".split()
    WIDTHS = {"1": 16, "2": 32, "3": 64, "4": 128, "5": 128}

    def __init__(self) -> None:
        super().__init__()
        self.convs, self.metric = nn.ModuleDict(), nn.ParameterDict()
        channels = 3
        for layer in self.LAYERS:
            if layer == "P":
                continue
            width = self.WIDTHS[layer[0]]
            self.convs[layer] = nn.Conv2d(channels, width, 3, padding=1)
            nn.init.kaiming_normal_(cast(Tensor, self.convs[layer].weight))
            nn.init.zeros_(cast(Tensor, self.convs[layer].bias))
            channels = width
        for layer in STYLE_LAYERS:
            # One more than the channels: the heads have a bias.
            self.metric[layer] = nn.Parameter(torch.eye(self.WIDTHS[layer[4]] + 1))
        self.fingerprint = ""
        self.device, self.dtype = torch.device("cpu"), torch.float32

    def walk(self, x: Tensor, last: str) -> Features:
        """All layers up to ``last``, by name."""
        x = (x - 0.45).contiguous(memory_format=torch.channels_last) * 4
        found = {}
        for layer in self.LAYERS:
            if layer == "P":
                x = F.avg_pool2d(x, 2)
                continue
            x = F.relu(self.convs[layer](x), inplace=True)
            found[f"relu{layer}"] = x
            if f"relu{layer}" == last:
                break
        return found

    def features(self, x: Tensor, last: str = "relu5_1") -> Features:
        found = self.walk(x.to(self.dtype), last)
        return {layer: found[layer] for layer in STYLE_LAYERS if layer in found}

    def grams(self, features: Features, where: Features | None = None) -> dict[str, Tensor]:
        seen = where or {}
        return {k: self._gram(f, self.metric[k], seen.get(k)) for k, f in features.items()}

    def _gram(self, f: Tensor, metric: Tensor, where: Tensor | None) -> Tensor:
        """A [f; 1] [f; 1]^T A^T, averaged over the picture."""
        gram, mean = gram_and_mean(f, where)
        column = torch.cat([mean, torch.ones_like(mean[:, :1])], 1)[..., None]
        whole = torch.cat([torch.cat([gram, mean[:, None]], 1), column], 2)
        return metric @ whole @ metric.T


class Vgg19:
    """The network of the papers, with torchvision's official weights."""

    name = "vgg19"

    def __init__(self, path: Path, device: torch.device, dtype: torch.dtype) -> None:
        from webstyle.engine.torchvision import vgg19

        self.device, self.dtype = device, dtype
        self.fingerprint = fingerprint(path)
        # features.28 and .29 are conv5_1 and its ReLU: nothing behind them is needed.
        self.layers = vgg19(path).features[:30].to(device, dtype).eval().requires_grad_(False)
        channels_last(self.layers)
        self.mean = torch.tensor([0.485, 0.456, 0.406], device=device, dtype=dtype).view(1, 3, 1, 1)
        self.deviation = torch.tensor([0.229, 0.224, 0.225], device=device).view(1, 3, 1, 1)
        self.names = {1: "relu1_1", 6: "relu2_1", 11: "relu3_1", 20: "relu4_1", 29: "relu5_1"}

    def features(self, x: Tensor, last: str = "relu5_1") -> Features:
        x = x.to(self.dtype).contiguous(memory_format=torch.channels_last)
        x = (x - self.mean) / self.deviation.to(self.dtype)
        found = {}
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i in self.names:
                found[self.names[i]] = x
                if self.names[i] == last:
                    break
        return found

    def grams(self, features: Features, where: Features | None = None) -> dict[str, Tensor]:
        seen = where or {}
        return {layer: gram_and_mean(f, seen.get(layer))[0] for layer, f in features.items()}


def gram_and_mean(f: Tensor, where: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """F F^T / (H W), B x C x C, and the mean of each channel, B x C, in float32; of the pixels as
    ``where``, B x 1 x H x W, weighs them, if it is given."""
    f = f.permute(0, 2, 3, 1).flatten(1, 2)
    if where is None:
        return (f.transpose(1, 2) @ f).float() / f.shape[1], f.float().mean(1)
    weight = where.flatten(1)[..., None]
    weight, f = weight / weight.sum(1, keepdim=True), f.float()
    return f.transpose(1, 2) @ (f * weight), (f * weight).sum(1)


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def load_compact(path: Path, device: torch.device, dtype: torch.dtype) -> Compact:
    network = Compact()
    try:
        network.load_state_dict(load_file(path))
    except (OSError, RuntimeError, SafetensorError) as error:
        raise EngineError(f"weights {path} cannot be read: restore the file") from error
    network.convs.to(device, dtype)
    network.metric.to(device)
    channels_last(network.convs)
    network.device, network.dtype, network.fingerprint = device, dtype, fingerprint(path)
    return network.eval().requires_grad_(False)


@functools.cache
def get_perceptual(name: str, device: torch.device, dtype: torch.dtype | None = None) -> Perceptual:
    """``compact`` or ``vgg19``; kept for the life of the process. Raises EngineError."""
    dtype = dtype or pick_wide_dtype(device)
    if name == "compact":
        return load_compact(COMPACT, device, dtype)
    if name != "vgg19":
        raise EngineError(
            f"unknown perceptual network '{name}': use {' or '.join(PERCEPTUAL_NAMES)}"
        )
    path = fetched(VGG19_FILE)
    if not path.exists():
        raise EngineError(
            f"perceptual network 'vgg19' is not here ({path}): "
            "fetch it with `python manage.py fetch_weights vgg19`"
        )
    return Vgg19(path, device, dtype)
