"""The perceptual loss of training: a slim VGG-19, read through the exact one's eyes.

The slim network (Wang et al., "Collaborative Distillation", CVPR 2020) costs a sixteenth of VGG-19.
Its relu1_1, relu2_1 and relu3_1 are mapped linearly onto those of the exact VGG-19 (Simonyan and
Zisserman 2015), and Gram matrices are compared there: Gatys' own metric at the slim one's price.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from webstyle.engine.perceptual import STYLE_LAYERS, Features, gram_and_mean

SLIM = "11 12 P 21 22 P 31 32 33 34 P 41 42 43 44 P 51".split()
EXACT = "1_1 1_2 P 2_1 2_2 P 3_1 3_2 3_3 3_4".split()
VGG_MEAN = (103.939, 116.779, 123.68)  # blue, green, red, 0..255


class Teacher:
    """Features and Gram matrices of pictures: B x 3 x H x W, RGB in [0, 1]."""

    def __init__(self, slim: Path, exact: Path | None, device: torch.device) -> None:
        self.device = device
        self.dtype = torch.bfloat16
        raw = load_file(slim)
        self.exact = load_file(exact) if exact else None
        self.weights = {
            name: value.to(device, self.dtype).contiguous(memory_format=torch.channels_last)
            if value.dim() == 4
            else value.to(device, self.dtype)
            for name, value in raw.items()
        }
        self.maps: dict[str, Tensor] = {}

    def features(self, x: Tensor, last: str = "relu5_1") -> Features:
        """relu1_1 to relu5_1 (or to ``last``), each B x C x h x w."""
        w = self.weights
        x = x.to(self.dtype).contiguous(memory_format=torch.channels_last)
        x = F.conv2d(x, w["conv0.weight"], w["conv0.bias"])
        found = {}
        for name in SLIM:
            if name == "P":
                x = F.max_pool2d(x, 2)
                continue
            x = F.conv2d(x, w[f"conv{name}.weight"], w[f"conv{name}.bias"], padding=1).relu_()
            layer = f"relu{name[0]}_{name[1]}"
            if layer in STYLE_LAYERS:
                found[layer] = x
            if layer == last:
                break
        return found

    def grams(self, features: Features) -> dict[str, Tensor]:
        """Gram matrices F F^T / (H W), Gatys et al. 2016 eq. 3, one B x C x C a style layer."""
        found = {}
        for name in STYLE_LAYERS:
            gram, mean = gram_and_mean(features[name])
            if name in self.maps:  # A f + b for every pixel
                a, b = self.maps[name].split([mean.shape[1], 1], 1)
                cross = a @ mean[..., None] @ b.T
                gram = a @ gram @ a.T + cross + cross.transpose(1, 2) + b @ b.T
            found[name] = gram
        return found

    def fit_maps(self, pictures: Iterable[Tensor]) -> None:
        """Least-squares maps from slim to exact features; nothing to do without the exact net."""
        if self.exact is None:
            return
        normal: dict[str, tuple[Tensor, Tensor]] = {}
        for picture in pictures:
            with torch.no_grad():
                slim, exact = self.features(picture), self._exact_features(picture)
            for name in exact:
                a = slim[name].flatten(2)[0].float()
                a = torch.cat([a, torch.ones_like(a[:1])])
                b = exact[name].flatten(2)[0]
                aa, ab = normal.get(name, (0, 0))
                normal[name] = (aa + a @ a.T / a.shape[1], ab + a @ b.T / a.shape[1])
        for name, (aa, ab) in normal.items():
            ridge = 1e-4 * aa.diagonal().mean() * torch.eye(len(aa), device=aa.device)
            self.maps[name] = torch.linalg.solve(aa + ridge, ab).T.contiguous()
        self.exact = None

    def _exact_features(self, x: Tensor) -> dict[str, Tensor]:
        assert self.exact is not None
        found = exact_features(self.exact, x, "3_1")
        return {f"relu{name}": found[name] for name in ("1_1", "2_1", "3_1")}


def exact_features(weights: dict[str, Tensor], x: Tensor, last: str) -> dict[str, Tensor]:
    """Layers of the exact VGG-19 after their ReLUs, "1_1", "1_2", ... up to ``last``."""
    mean = torch.tensor(VGG_MEAN, device=x.device).view(1, 3, 1, 1)
    like = weights["conv1_1.weight"]
    x = (x.flip(1) * 255 - mean).to(like.dtype).contiguous(memory_format=torch.channels_last)
    found = {}
    for name in EXACT:
        if name == "P":
            x = F.max_pool2d(x, 2)
            continue
        weight, bias = weights[f"conv{name}.weight"], weights[f"conv{name}.bias"]
        x = F.conv2d(x, weight.to(x.device), bias.to(x.device), padding=1).relu_()
        found[name] = x
        if name == last:
            break
    return found
