"""What a painting's style is to a perceptual network: Gram matrices, at several sizes.

A built-in style carries them in its weights file, so that optimisation works for it although the
painting is not shipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log2
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from webstyle.engine.events import EngineError
from webstyle.engine.images import fit
from webstyle.engine.perceptual import STYLE_LAYERS, Perceptual, get_perceptual
from webstyle.engine.weights import STATISTICS, get_style, read_metadata

Grams = dict[str, Tensor]  # layer to C x C
SIZES = (256, 512, 1024)  # px on the painting's long side
MARGIN = 64  # px of mirrored border: as far as the deepest layer's pixels look
GRAIN = 16  # px that one pixel of the deepest layer stands for
REGION = 0.01  # of a painting, at least, for a style of its own
TOLERANCE = 2e-4  # of a Gram matrix's energy may be lost in a file: far below any loss reached


def to_tensor(picture: Image.Image, device: torch.device) -> Tensor:
    """1 x 3 x H x W in [0, 1], contiguous."""
    x = torch.from_numpy(np.array(picture.convert("RGB"))).to(device)
    return x.permute(2, 0, 1)[None].float().div(255).contiguous()


def grams_of(picture: Image.Image, network: Perceptual, size: int) -> Grams:
    """Of a painting with ``size`` px on its long side, but never enlarged; of the region where it
    is opaque, if it has an alpha channel."""
    picture = fit(picture, min(size, max(picture.size)))
    x = to_tensor(picture, network.device)
    with torch.no_grad():
        features = inside(network.features(bordered(x, MARGIN)), MARGIN)
        where = None
        if (region := region_of(picture, network.device)) is not None:
            where = inside(halved(bordered(region, MARGIN)), MARGIN)
        return {k: g[0] for k, g in network.grams(features, where).items()}


def region_of(picture: Image.Image, device: torch.device) -> Tensor | None:
    """The alpha channel, 1 x 1 x H x W in [0, 1]; None for a picture that is meant as a whole.

    Raises EngineError where hardly anything is opaque: there is no style in a few pixels.
    """
    if picture.mode != "RGBA":
        return None
    alpha = torch.from_numpy(np.array(picture.getchannel("A"))).to(device)[None, None].float() / 255
    if alpha.mean() < REGION:
        raise EngineError(
            f"the region is {alpha.mean():.1%} of the painting: paint one of {REGION:.0%} or more"
        )
    return alpha


def halved(where: Tensor) -> dict[str, Tensor]:
    """A map of pixels for each style layer, half the size of the one before."""
    found = {}
    for layer in STYLE_LAYERS:
        found[layer] = where
        where = F.avg_pool2d(where, 2)
    return found


def bordered(x: Tensor, margin: int) -> Tensor:
    """With a border of ``margin`` px, and so much more right and below that each layer's pixels
    come out even. Mirrored; the outermost pixels repeated where a picture is too small for it."""
    right, bottom = (-side % GRAIN + margin for side in (x.shape[-1], x.shape[-2]))
    small = min(x.shape[-2:]) <= margin + GRAIN
    return F.pad(x, (margin, right, margin, bottom), mode="replicate" if small else "reflect")


def inside(features: Mapping[str, Tensor], margin: int, first: int = 0) -> dict[str, Tensor]:
    """Without the margin, in px, which is half as wide in each layer as in the one before.

    The layers before ``first`` keep theirs: a mirrored border has the picture's own statistics, all
    but the outermost pixels, and cutting it off large maps takes a tenth of the time.
    """
    found = {}
    for i, (layer, f) in enumerate(features.items()):
        width = margin >> STYLE_LAYERS.index(layer)
        found[layer] = f[..., width:-width, width:-width] if i >= first else f
    return found


def mean_grams(parts: Iterable[tuple[Grams, float]]) -> Grams:
    """The weighted sum: several paintings as one."""
    total: Grams = {}
    for grams, weight in parts:
        add_grams(total, grams, weight)
    return total


def add_grams(total: Grams, grams: Grams, weight: float) -> None:
    """In place: ``weight`` times ``grams`` more."""
    for layer, gram in grams.items():
        total[layer] = total.get(layer, torch.zeros_like(gram)) + weight * gram


def statistics(pictures: Sequence[Image.Image], network: Perceptual) -> dict[str, Tensor]:
    """What a style's weights file keeps of its paintings, 40 kB: for each size and layer, so many
    scaled eigenvectors that no more than ``TOLERANCE`` of the energy is lost (Gram matrices have
    few large eigenvalues), each as int8 with a scale. All in all a thousandth of the energy goes.
    """
    kept = {}
    for size in SIZES:
        parts = [(grams_of(picture, network, size), 1 / len(pictures)) for picture in pictures]
        for layer, gram in mean_grams(parts).items():
            values, vectors = torch.linalg.eigh(gram.double())
            values, vectors = values.flip(0).clamp(min=0), vectors.flip(1)
            lost = 1 - (values**2).cumsum(0) / (values**2).sum()
            rank = 1 + int((lost > TOLERANCE).sum())
            root = vectors[:, :rank] * values[:rank].sqrt()
            scale = root.abs().amax(0) / 127
            name = f"{STATISTICS}{size}.{layer}"
            kept[name] = (root / scale).round().to(torch.int8).cpu().contiguous()
            kept[f"{name}.scale"] = scale.float().cpu()
    return kept


def attach(path: Path, *pictures: Image.Image) -> None:
    """Put the paintings' statistics, under the network of today, into their style's file."""
    network = get_perceptual("compact", torch.device("cpu"), torch.float32)
    weights = {k: v for k, v in load_file(path).items() if not k.startswith(STATISTICS)}
    metadata = read_metadata(path) | {"perceptual": network.fingerprint}
    save_file(weights | statistics(pictures, network), path, metadata)
    path.chmod(0o644)


def style_grams(slug: str, network: Perceptual, size: float) -> Grams:
    """Of a built-in or taught style, as if its painting had ``size`` px on the long side.

    Between two sizes of the file the matrices are interpolated. Raises EngineError when the file's
    statistics are of another network.
    """
    path = get_style(slug).path
    if network.name != "compact":
        raise EngineError(
            f"style '{slug}' has statistics for our own network only: "
            f"with {network.name}, give the painting itself"
        )
    if read_metadata(path).get("perceptual") != network.fingerprint:
        raise EngineError(
            f"style '{slug}' has statistics of another perceptual network: recompute them with "
            "`python manage.py style_statistics --paintings FOLDER`"
        )
    place = min(max(log2(size / SIZES[0]), 0), len(SIZES) - 1)
    low = min(int(place), len(SIZES) - 2)
    weights = load_file(path)

    def at(step: int) -> Grams:
        grams = {}
        for layer in STYLE_LAYERS:
            name = f"{STATISTICS}{SIZES[step]}.{layer}"
            root = weights[name].float() * weights[f"{name}.scale"]
            grams[layer] = (root @ root.T).to(network.device)
        return grams

    share = place - low
    return mean_grams([(at(low), 1 - share), (at(low + 1), share)])
