"""What a painting asks of a picture, and what every picture has to avoid."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from webstyle.engine.training.teacher import Teacher

COLOUR_DIRECTIONS = 12
BLOTCH = 32  # px
FLATNESS = 30.0  # a change of 1/30 of the range in the photo excuses 63 % of one in the picture


class Target:
    """What a painting asks of a picture: its Gram matrices and its colours."""

    def __init__(self, picture: Tensor, teacher: Teacher) -> None:
        """``picture`` is the painting, 3 x H x W uint8."""
        edge = round(0.02 * min(picture.shape[1:]))  # frames and torn edges are not style
        picture = picture[:, edge:-edge, edge:-edge]
        self.picture = picture
        x = picture[None].to(teacher.device).float() / 255
        with torch.no_grad():
            self.grams = teacher.grams(teacher.features(x))
        generator = torch.Generator().manual_seed(0)
        directions = torch.randn(3, COLOUR_DIRECTIONS, generator=generator)
        self.directions = F.normalize(directions, dim=0).to(teacher.device)
        self.pixels = x[0].flatten(1).T
        self.roughness = roughness(x)

    def style_loss(self, grams: list[Tensor]) -> Tensor:
        """Sum over layers of mean((G - Gs)^2) / mean(Gs^2): one weight serves every painting."""
        parts = [
            ((g - s) ** 2).mean((1, 2)) / (s**2).mean()
            for g, s in zip(grams, self.grams, strict=True)
        ]
        return torch.stack(parts).sum(0).mean()

    def colour_loss(self, picture: Tensor) -> Tensor:
        """Sliced Wasserstein distance of RGB values (Bonneel et al. 2015), 0..1."""
        count = 2048
        pixels = picture.flatten(2).transpose(1, 2)
        pixels = pixels[:, torch.randint(pixels.shape[1], (count,), device=pixels.device)]
        own = self.pixels[torch.randint(len(self.pixels), (count,), device=pixels.device)]
        mine = (pixels.float() @ self.directions).sort(1).values
        return (mine - (own @ self.directions).sort(0).values).abs().mean()

    def palette_loss(self, picture: Tensor) -> Tensor:
        """Mean distance of pixels to the nearest colour of the painting: none that it has not."""
        pixels = picture.permute(0, 2, 3, 1).flatten(0, 2).float()
        pixels = pixels[torch.randint(len(pixels), (1024,), device=pixels.device)]
        own = self.pixels[torch.randint(len(self.pixels), (512,), device=pixels.device)]
        return torch.cdist(pixels, own).min(1).values.mean()

    def fringe_loss(self, picture: Tensor) -> Tensor:
        """Pixel to pixel no rougher than the painting, in lightness or in colour. The perceptual
        layers hardly see colour fringes, total variation does not know which the painting has."""
        return F.relu(roughness(picture) / self.roughness - 1).mean()


def roughness(x: Tensor) -> Tensor:
    """Mean difference of neighbours in lightness, red-green and blue-yellow: a vector of 3."""
    red, green, blue = x.unbind(1)
    x = torch.stack([(red + green + blue) / 3, red - green, blue - (red + green) / 2], 1)
    down = (x[..., 1:, :] - x[..., :-1, :]).abs().mean((0, 2, 3))
    return down + (x[..., 1:] - x[..., :-1]).abs().mean((0, 2, 3))


def blotches(x: Tensor, photo: Tensor) -> Tensor:
    """Changes of colour over 32 px and more where the photo has none: patches in a clear sky.

    Not over fewer: strokes are wanted there.
    """

    def changes(picture: Tensor) -> tuple[Tensor, Tensor]:
        coarse = F.avg_pool2d(picture, BLOTCH, BLOTCH // 2)
        down = (coarse[..., 2:, :] - coarse[..., :-2, :]).abs().mean(1)
        return down, (coarse[..., 2:] - coarse[..., :-2]).abs().mean(1)

    pairs = zip(changes(x), changes(photo), strict=True)
    return torch.stack([(own * torch.exp(-FLATNESS * seen)).mean() for own, seen in pairs]).sum()


def total_variation(x: Tensor) -> Tensor:
    return (x[..., 1:, :] - x[..., :-1, :]).abs().mean() + (x[..., 1:] - x[..., :-1]).abs().mean()


def grid(x: Tensor) -> Tensor:
    """How much of a 4 x 4 px grid there is: the mean of each of the 16 phases of the decoder's
    pixel shuffles, over windows of 32 px, against the mean of all. Pictures have next to none."""
    phases = F.avg_pool2d(F.pixel_unshuffle(x, 4), 8).unflatten(1, (x.shape[1], 16))
    return (phases - phases.mean(2, keepdim=True)).abs().mean()
