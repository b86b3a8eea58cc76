"""Pictures judged by the teachers: features that were not what was optimised."""

from __future__ import annotations

import statistics
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from webstyle.engine.perceptual import CONTENT_LAYER, gram_and_mean
from webstyle.engine.statistics import to_tensor
from webstyle.engine.training.teacher import Teacher, exact_features

CPU = torch.device("cpu")


class Judge:
    """Style and content losses under the exact VGG-19 (relu1_1 to relu3_1) and its slim cousin."""

    def __init__(self, teachers: Path) -> None:
        self.exact = load_file(teachers / "vgg19_conv1_1_to_conv3_4.safetensors")
        self.slim = Teacher(teachers / "vgg19_slim16x_relu5_1.safetensors", None, CPU)
        self.slim.dtype = torch.float32
        self.slim.weights = {k: v.float() for k, v in self.slim.weights.items()}

    @torch.no_grad()
    def look(self, picture: Image.Image) -> tuple[list[Tensor], Tensor]:
        """Gram matrices of five layers, and relu4_1."""
        x = to_tensor(picture, CPU)
        exact, slim = exact_features(self.exact, x, "3_1"), self.slim.features(x)
        features = [exact[k] for k in ("1_1", "2_1", "3_1")]
        features += [slim[k] for k in ("relu4_1", "relu5_1")]
        return [gram_and_mean(f)[0][0] for f in features], slim[CONTENT_LAYER]

    def judge(
        self, picture: Image.Image, photo: Image.Image, painting: Image.Image
    ) -> tuple[float, float]:
        """Mean over the layers of |G - Gs|^2 / |Gs|^2, and |F - Fc|^2 / |Fc|^2 at relu4_1."""
        wanted, (_, content) = self.look(painting)[0], self.look(photo)
        grams, found = self.look(picture)
        parts = [
            float(((g - w) ** 2).sum() / (w**2).sum()) for g, w in zip(grams, wanted, strict=True)
        ]
        return statistics.mean(parts), float(((found - content) ** 2).sum() / (content**2).sum())
