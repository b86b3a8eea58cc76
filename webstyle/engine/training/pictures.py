"""Photographs and paintings as tensors, and the random crops a network learns from."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor


def load_picture(path: Path, short_side: int) -> Tensor:
    """3 x H x W uint8, the short side as asked."""
    with Image.open(path) as file:
        picture = file.convert("RGB")
    scale = short_side / min(picture.size)
    size = (round(picture.width * scale), round(picture.height * scale))
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()


def load_photos(folder: Path) -> list[Tensor]:
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
    return [load_picture(path, 288) for path in paths]


def random_crop(photos: list[Tensor], size: int) -> Tensor:
    """3 x size x size in [0, 1]: part of a photo at a random scale, sometimes mirrored."""
    photo = random.choice(photos)
    side = int(min(photo.shape[1:]) * random.uniform(0.55, 1.0))
    top = random.randint(0, photo.shape[1] - side)
    left = random.randint(0, photo.shape[2] - side)
    crop = photo[None, :, top : top + side, left : left + side].float() / 255
    crop = F.interpolate(crop, size=(size, size), mode="bilinear", antialias=True)[0]
    if random.random() < 0.5:
        crop = crop.flip(2)
    # Flat skies and dim rooms: instance norm makes something out of nothing there (blotches),
    # unless it has seen low contrast in training.
    if random.random() < 0.2:
        crop = crop.mean((1, 2), keepdim=True).lerp(crop, random.uniform(0.15, 0.6))
    if random.random() < 0.2:
        crop = crop * random.uniform(0.4, 1.0)
    # Strong colours of the photo must not leak into the painting.
    if random.random() < 0.4:
        grey = crop.mean(0, keepdim=True)
        crop = grey.lerp(crop, random.uniform(0.3, 2.0))[torch.randperm(3)].clamp(0, 1)
    return crop
