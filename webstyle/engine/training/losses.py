"""What a painting asks of a picture, and what every picture has to avoid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from webstyle.engine.perceptual import CONTENT_LAYER, Features

COLOUR_DIRECTIONS = 12
BLOTCH = 32  # px
FRAME = 0.02  # of the short side: frames and torn edges are not style
FLATNESS = 30.0  # a change of 1/30 of the range in the photo excuses 63 % of one in the picture


class Judge(Protocol):
    """A network that pictures are compared in: a teacher, or our own perceptual network."""

    device: torch.device

    def features(self, x: Tensor, last: str = "relu5_1") -> Features: ...

    def grams(self, features: Features) -> dict[str, Tensor]: ...


@dataclass(frozen=True)
class Shares:
    """How much each of the losses counts; style counts 1."""

    content: float = 1.0
    tv: float = 0.05
    colour: float = 1.0
    palette: float = 2.0
    fringe: float = 0.2
    range: float = 10.0
    grid: float = 10.0
    blotch: float = 1.0


class Losses(NamedTuple):
    """Scalars: what is learned from, and three figures to watch."""

    total: Tensor
    style: Tensor
    content: Tensor
    colour: Tensor


def stylising_loss(
    result: Tensor, photo: Tensor, wanted: Tensor, target: Target, judge: Judge, shares: Shares,
    *, usual: float,
) -> Losses:  # fmt: skip
    """Chen et al. 2017, eq. 2: content + style + total variation; and colours, and flaws.

    ``result`` and ``photo`` are B x 3 x H x W, ``wanted`` the photo's features at the content
    layer, ``usual`` the mean energy of such features.
    """
    found = judge.features(result)
    # A nearly flat crop has hardly any energy: without a floor its content would count most.
    energy = (wanted**2).mean((1, 2, 3)).clamp(min=0.3 * usual)
    error = ((found[CONTENT_LAYER].float() - wanted) ** 2).mean((1, 2, 3))
    content = (error / energy).mean()
    style = target.style_loss(judge.grams(found))
    colour = target.colour_loss(result)
    outside = (F.relu(-result) + F.relu(result - 1)).mean()
    total = (
        style
        + shares.content * content
        + shares.tv * total_variation(result)
        + shares.colour * colour
        + shares.palette * target.palette_loss(result)
        + shares.fringe * target.fringe_loss(result)
        + shares.range * outside
        + shares.grid * grid(result)
        + shares.blotch * blotches(result, photo)
    )
    return Losses(total, style, content, colour)


class Target:
    """What one or several paintings ask of a picture: their Gram matrices and their colours."""

    def __init__(self, grams: dict[str, Tensor], pixels: Tensor, roughness: Tensor) -> None:
        """``grams`` C x C a layer, ``pixels`` N x 3 in [0, 1], ``roughness`` as the function
        gives it."""
        self.grams, self.pixels, self.roughness = grams, pixels, roughness
        generator = torch.Generator().manual_seed(0)
        directions = torch.randn(3, COLOUR_DIRECTIONS, generator=generator)
        self.directions = F.normalize(directions, dim=0).to(pixels.device)

    @classmethod
    def of(cls, picture: Tensor, judge: Judge) -> Target:
        """Of one whole painting, 3 x H x W uint8."""
        x = within_frame(picture)[None].to(judge.device).float() / 255
        with torch.no_grad():
            grams = {k: g[0] for k, g in judge.grams(judge.features(x)).items()}
        return cls(grams, x[0].flatten(1).T, roughness(x))

    def style_loss(self, grams: dict[str, Tensor]) -> Tensor:
        """Sum over layers of mean((G - Gs)^2) / mean(Gs^2): one weight serves every painting."""
        parts = [
            ((g - self.grams[k]) ** 2).mean((1, 2)) / (self.grams[k] ** 2).mean()
            for k, g in grams.items()
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


def within_frame(picture: Tensor) -> Tensor:
    """... x H x W."""
    edge = round(FRAME * min(picture.shape[-2:]))
    return picture[..., edge : picture.shape[-2] - edge, edge : picture.shape[-1] - edge]


def roughness(x: Tensor, where: Tensor | None = None) -> Tensor:
    """Mean difference of neighbours in lightness, red-green and blue-yellow: a vector of 3; of the
    pixels that ``where``, 1 x 1 x H x W, weighs."""
    red, green, blue = x.unbind(1)
    x = torch.stack([(red + green + blue) / 3, red - green, blue - (red + green) / 2], 1)
    down, right = (x[..., 1:, :] - x[..., :-1, :]).abs(), (x[..., 1:] - x[..., :-1]).abs()
    if where is None:
        return down.mean((0, 2, 3)) + right.mean((0, 2, 3))
    below, beside = where[..., 1:, :], where[..., 1:]
    down = (down * below).sum((0, 2, 3)) / below.sum()
    return down + (right * beside).sum((0, 2, 3)) / beside.sum()


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
