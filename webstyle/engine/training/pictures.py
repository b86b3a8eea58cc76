"""Photographs and paintings as tensors, and the random crops a network learns from."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from webstyle.engine.images import shrink
from webstyle.engine.samples import sample_path

CARD = 384  # px on the long side
# A face, an animal, things.
SAMPLES = (
    "astronaut.png", "camera.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg",
)  # fmt: skip


def sample_photos(names: Sequence[str] = SAMPLES) -> list[Image.Image]:
    return [open_rgb(sample_path(name)) for name in names]


def card_photo() -> Image.Image:
    """What the card of a taught style is painted on."""
    return shrink(open_rgb(sample_path("chelsea.png")), CARD)


def open_rgb(path: Path) -> Image.Image:
    with Image.open(path) as file:
        return file.convert("RGB")


def load_picture(path: Path, short_side: int) -> Tensor:
    """3 x H x W uint8, the short side as asked."""
    return to_bytes_tensor(open_rgb(path), short_side)


def to_bytes_tensor(picture: Image.Image, short_side: int) -> Tensor:
    """3 x H x W uint8, the short side as asked."""
    scale = short_side / min(picture.size)
    size = (round(picture.width * scale), round(picture.height * scale))
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()


def load_photos(folder: Path) -> list[Tensor]:
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
    return [load_picture(path, 288) for path in paths]


def random_crop(photos: list[Tensor], size: int, smallest: float = 0.55) -> Tensor:
    """3 x size x size in [0, 1]: part of a photo at a random scale, from ``smallest`` of its short
    side to all of it, sometimes mirrored."""
    photo = random.choice(photos)
    side = int(min(photo.shape[1:]) * random.uniform(smallest, 1.0))
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


def grainy(photo: Tensor) -> Tensor:
    """Noise for the network that paints only: it learns not to turn grain into texture."""
    return photo + torch.randn_like(photo) * random.choice((0, 0, 0.01, 0.03))


def random_collage(one: Tensor, other: Tensor) -> Tensor:
    """Two pictures C x size x size on one, along a wavy line through it: with few photographs to
    learn from, edges and neighbours that none of them has."""
    place = torch.linspace(-1, 1, one.shape[-1])
    y, x = torch.meshgrid(place, place, indexing="ij")
    angle, waves = random.uniform(0, 2 * math.pi), random.uniform(2, 8)
    across = x * math.cos(angle) + y * math.sin(angle)
    along = x * math.sin(angle) - y * math.cos(angle)
    line = random.uniform(-0.4, 0.4)
    return torch.where(across + 0.15 * torch.sin(waves * along) > line, one, other)
