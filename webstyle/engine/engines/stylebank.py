"""StyleBank: one auto-encoder, one small filter bank per style (Chen et al., CVPR 2017).

A photo is encoded once, a style's bank works on the features, the decoder paints them:
``decode(bank(encode(photo)))``. Without a bank, ``decode(encode(photo))`` is the photo again, so
the bank is the only thing that knows a style. Several styles mix linearly in feature space.

Where this leaves the paper, and why, is said at each place.
"""

from __future__ import annotations

import contextlib
import functools
from collections import OrderedDict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from webstyle.engine.device import channels_last, pick_dtype
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.grain import grain_like
from webstyle.engine.images import fit, fitted, keep_color, mirrored
from webstyle.engine.norms import Moments, own_moments
from webstyle.engine.recipe import SIZES, Recipe
from webstyle.engine.regions import FLOOR, MARGIN, MULTIPLE, NOWHERE, Weight, map_of, spread
from webstyle.engine.registry import NO_PICTURES, check_size, make_params, param, register
from webstyle.engine.tiling import WAYS, Tiled
from webstyle.engine.weights import AUTOENCODER, STATISTICS, get_style

Module = TypeVar("Module", bound=nn.Module)

WIDTH = 64  # feature channels at a quarter of the photo's size
PREVIEW = 256  # px on the long side of the first rough look
LEAK = 0.2
BANKS = 64  # kept ready at most, of 1.4 MB each
STRIP = 96  # rows of features decoded at once: what a strip needs stays near the cache
REACH = 2  # rows of features to either side that a decoded row depends on

# A 5x5 convolution over pixels that are folded 2x2 into channels is a 3x3 convolution over the
# folded ones. FOLD[phase out, folded tap, phase in, tap] says which tap goes where.
FOLD = torch.zeros(2, 3, 2, 5)
for phase in range(2):
    for tap in range(5):
        folded_tap, inner = divmod(phase + tap - 2, 2)
        FOLD[phase, folded_tap + 1, inner, tap] = 1


class GrowConv(nn.Conv2d):
    """B x Cin x H x W to B x 4 Cout x H x W, the 2x2 pixels that ``F.pixel_shuffle`` unfolds.

    It starts as nearest enlargement and one convolution (ICNR, Aitken et al. 2017), because with
    each of the four pixels starting on its own a checkerboard stays for good.
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, 4 * channels_out, 3, padding=1)
        with torch.no_grad():
            start = nn.init.kaiming_normal_(self.weight[::4].clone(), LEAK)
            self.weight.copy_(start.repeat_interleave(4, 0))
        nn.init.zeros_(cast(Tensor, self.bias))


class FoldedConv(nn.Conv2d):
    """A 5x5 convolution at full size over pixels that stay folded 2x2 into channels.

    B x 4 Cin x H x W to B x 4 Cout x H x W, both folded as ``F.pixel_unshuffle`` does. A real
    convolution at full size takes away what grid the layers before may leave; with the few
    channels there are at full size, folding makes it several times faster.
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, 5)
        self.fold: Tensor
        self.register_buffer("fold", FOLD.clone(), persistent=False)  # where the weights are

    def forward(self, x: Tensor) -> Tensor:
        fold = self.fold
        weight = torch.einsum("iapy,jbqx,ocyx->oijcpqab", fold, fold, self.weight)
        weight = weight.flatten(3, 5).flatten(0, 2).contiguous(memory_format=torch.channels_last)
        return F.conv2d(x, weight, cast(Tensor, self.bias).repeat_interleave(4), padding=1)


def leaky(x: Tensor) -> Tensor:
    """In place. Without norm layers plain ReLU died in more than half of the decoder's channels."""
    return F.leaky_relu(x, LEAK, inplace=True)


class AutoEncoder(nn.Module):
    """Encoder to a quarter of the size, and the mirrored decoder, shared by all styles.

    The paper normalises every layer; here neither half does, so that ``decode(encode(x))`` keeps
    the photo's own light and contrast. All normalisation is the bank's. The paper's 9x9 layer at
    full size is replaced by a 3x3 layer over pixels folded 2x2: a fifth of the time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encode1 = nn.Conv2d(12, 32, 3, padding=1)
        self.encode2 = nn.Conv2d(32, WIDTH, 3, stride=2, padding=1)
        for layer in (self.encode1, self.encode2):
            nn.init.kaiming_normal_(layer.weight, LEAK)
        self.decode1 = GrowConv(WIDTH, 32)
        self.decode2 = GrowConv(32, 16)
        self.decode3 = FoldedConv(16, 3)

    def encode(self, x: Tensor) -> Tensor:
        """B x 3 x H x W in [0, 1], sides divisible by 4, to B x 64 x H/4 x W/4."""
        x = F.pixel_unshuffle(x - 0.5, 2).contiguous(memory_format=torch.channels_last)
        return self.encode2(leaky(self.encode1(x)))

    def decode(self, features: Tensor) -> Tensor:
        """B x 64 x H x W to B x 3 x 4H x 4W, around [0, 1], not clamped."""
        x = leaky(self.decode1(features))
        x = F.pixel_shuffle(x, 2).contiguous(memory_format=torch.channels_last)
        x = leaky(self.decode2(x))
        return F.pixel_shuffle(self.decode3(x), 2) + 0.5


class Conv(nn.Module):
    """3x3 convolution with repeated borders, instance norm (Ulyanov et al. 2016), ReLU if asked."""

    def __init__(self, *, stride: int = 1, dilation: int = 1, relu: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(WIDTH, WIDTH, 3, stride=stride, dilation=dilation, bias=False)
        self.scale = nn.Parameter(torch.ones(WIDTH))
        self.shift = nn.Parameter(torch.zeros(WIDTH))
        self.relu = relu

    def forward(self, x: Tensor, where: Tensor | None, moments: Moments) -> Tensor:
        """``where``, B x 1 x H x W, weighs the pixels of the input for mean and variance, which
        ``moments`` tells."""
        x = self.conv(F.pad(x, (self.conv.dilation[0],) * 4, mode="replicate"))
        # The mean and variance of larger maps come from every third pixel: the same to within
        # their noise, and much faster. Not every second one: strided layers leave patterns of two.
        step = 3 if x.shape[-1] * x.shape[-2] > 4096 else 1
        variance, mean = moments(x[..., ::step, ::step].float(), where, step)
        scale = self.scale.view(1, -1, 1, 1) * (variance + 1e-5).rsqrt()
        shift = self.shift.view(1, -1, 1, 1) - mean * scale
        x = torch.addcmul(shift.to(x.dtype), x, scale.to(x.dtype))
        return F.relu(x, inplace=True) if self.relu else x


class Residual(nn.Module):
    """x + norm(conv(relu(norm(conv(x)))))."""

    def __init__(self, dilation: int = 1) -> None:
        super().__init__()
        self.first = Conv(dilation=dilation)
        self.second = Conv(dilation=dilation, relu=False)

    def forward(self, x: Tensor, where: Tensor | None, moments: Moments) -> Tensor:
        return x + self.second(self.first(x, where, moments), where, moments)


class Bank(nn.Module):
    """One style: B x 64 x H x W features of the photo to features of the painted picture.

    The paper's bank is a single convolution layer and leaves the rest of the work to a deep,
    normalised decoder. Strokes larger than that layer's reach need depth and reach where the style
    is known: so this bank is a small hourglass, at a quarter and an eighth of the photo's size,
    with a reach of about 200 px and 337 thousand weights.

    A clear sky has nothing a convolution could hang a stroke on. As in texture networks (Ulyanov
    et al. 2016) the bank gets noise beside the photo; here it is always the same noise, so that
    the same photo always gives the same picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.head = Conv()
        self.fine_grain = nn.Conv2d(8, WIDTH, 1, bias=False)
        self.fine = Residual()
        self.down = Conv(stride=2)
        self.coarse_grain = nn.Conv2d(8, WIDTH, 1, bias=False)
        self.coarse = nn.Sequential(Residual(1), Residual(2))
        self.up = nn.Conv2d(WIDTH, WIDTH, 1)
        self.tail = nn.Conv2d(WIDTH, WIDTH, 3)

    def forward(
        self,
        features: Tensor,
        offset: tuple[int, int] = (0, 0),
        where: Tensor | None = None,
        moments: Moments = own_moments,
    ) -> Tensor:
        """``offset``, even, is the place of the map in the noise, in px of the map: of a tile where
        it lies in the whole, in training another at each step. ``where``, B x 1 x H x W, is the
        region that the norms are to see: a dark forest below then says nothing of how a style
        paints the sky. ``moments`` tells the norms mean and variance, if not those of the map."""
        fine = self.head(features, where, moments)
        fine = self.fine(fine + self.fine_grain(grain_like(fine, offset)), where, moments)
        if where is not None:
            where = F.interpolate(where, size=[-(-side // 2) for side in fine.shape[2:]])
        coarse = self.down(fine, where, moments)
        half = (offset[0] // 2, offset[1] // 2)
        coarse = coarse + self.coarse_grain(grain_like(coarse, half))
        for layer in self.coarse:
            coarse = layer(coarse, where, moments)
        coarse = self.up(coarse)
        fine = fine + F.interpolate(coarse, size=fine.shape[2:], mode="bilinear")
        return self.tail(F.pad(fine, (1,) * 4, mode="replicate"))


def load_bank(path: Path) -> dict[str, Tensor]:
    """The weights of a file, without the statistics that other methods keep there."""
    return {k: v for k, v in load_file(path).items() if not k.startswith(STATISTICS)}


class Encoded(NamedTuple):
    """Features B x 64 x h x w of photos of one size, and that size (width, height) in px."""

    features: Tensor
    size: tuple[int, int]


class Painter:
    """The auto-encoder and the banks used so far, on one device, for inference.

    What the paper promises is here to be used: encode once, then any style, or any linear mixture
    of styles (section 4.3), for the price of a bank and the decoder.
    """

    def __init__(self, device: torch.device, dtype: torch.dtype | None = None) -> None:
        self.device, self.dtype = device, dtype or pick_dtype(device)
        self.network = self._load(AutoEncoder(), AUTOENCODER)
        self.banks: OrderedDict[str, Bank] = OrderedDict()  # the one used longest ago first

    def _load(self, module: Module, path: Path) -> Module:
        try:
            module.load_state_dict(load_bank(path))
        except (OSError, RuntimeError, SafetensorError) as error:
            raise EngineError(f"weights {path} cannot be read: restore the file") from error
        channels_last(module.to(self.device, self.dtype))
        return module.eval().requires_grad_(False)

    def bank(self, slug: str) -> Bank:
        bank = self.banks.get(slug)
        if bank is None:
            bank = self.banks[slug] = self._load(Bank(), get_style(slug).path)
            if len(self.banks) > BANKS:
                self.banks.popitem(last=False)
        with contextlib.suppress(KeyError):  # another thread may have put it out
            self.banks.move_to_end(slug)
        return bank

    @torch.inference_mode()
    def encode(self, *photos: Image.Image) -> Encoded:
        """Any size, all of them the same; the border is mirrored so that no convolution sees an
        edge.

        The outermost features come from the encoder's zero padding and are cut off here: the bank
        would take them for contrast and paint a frame, the plainer the photo the stronger.
        """
        pixels = np.stack([mirrored(photo, MARGIN + 4, MULTIPLE) for photo in photos])
        x = torch.from_numpy(pixels).to(self.device).permute(0, 3, 1, 2)
        features = self.network.encode(x.to(self.dtype) / 255)[..., 1:-1, 1:-1]
        return Encoded(features.contiguous(memory_format=torch.channels_last), photos[0].size)

    @torch.inference_mode()
    def region(self, mask: Image.Image, name: str, photo: Encoded, feather: float) -> Tensor:
        """The mask as weights on the photo's features, 1 x 1 x h x w (see ``regions.map_of``)."""
        return map_of(mask, name, photo.size, feather, MARGIN).to(self.device)

    @torch.inference_mode()
    def apply(self, photo: Encoded, slug: str, weight: Weight = 1.0) -> Encoded:
        """The photo in one style. Where the weight differs from place to place, so does what the
        style sees of the photo (see ``Bank``)."""
        where = None
        if isinstance(weight, Tensor) and weight.min() < weight.max():
            where = weight + FLOOR
        return Encoded(self.bank(slug)(photo.features, where=where), photo.size)

    @torch.inference_mode()
    def mix(self, parts: Sequence[tuple[Encoded, Weight]]) -> Encoded:
        """The weighted sum of features of one size; a weight may differ from place to place."""
        (first, whole), *others = parts
        if not others and not isinstance(whole, Tensor) and whole == 1:
            return first
        features = sum(
            part.features * (weight.to(part.features) if isinstance(weight, Tensor) else weight)
            for part, weight in parts
        )
        return Encoded(cast(Tensor, features), first.size)

    def decode(self, painted: Encoded) -> Image.Image:
        """The only one there is."""
        return self.decode_all(painted)[0]

    @torch.inference_mode()
    def decode_all(self, painted: Encoded) -> list[Image.Image]:
        """In strips, which changes nothing: the decoder has no norm and sees two rows around."""
        width, height = painted.size
        pixels = np.empty((len(painted.features), height, width, 3), np.uint8)
        for top in range(0, height, 4 * STRIP):
            rows = min(4 * STRIP, height - top)
            first = (MARGIN + top) // 4 - REACH
            strip = painted.features[:, :, first : first + -(-rows // 4) + 2 * REACH]
            x = self.network.decode(strip)[:, :, 4 * REACH : 4 * REACH + rows]
            x = x[..., MARGIN : MARGIN + width].permute(0, 2, 3, 1)
            x = x.float().mul_(255).round_().clamp_(0, 255).byte()
            pixels[:, top : top + rows] = x.cpu().numpy()
        return [Image.fromarray(picture) for picture in pixels]

    def finish(
        self,
        photo: Image.Image,
        seen: Encoded,
        painted: Mapping[str, Encoded],
        recipe: Recipe,
        maps: Mapping[str, Tensor] = NOWHERE,
    ) -> Image.Image:
        """The picture of a recipe, from what was seen in ``photo`` and what each style of the
        recipe has made of that. ``maps`` are those of the recipe's masks (see ``region``)."""
        return self.finish_all([photo], seen, painted, recipe, maps)[0]

    def finish_all(
        self,
        photos: Sequence[Image.Image],
        seen: Encoded,
        painted: Mapping[str, Encoded],
        recipe: Recipe,
        maps: Mapping[str, Tensor] = NOWHERE,
    ) -> list[Image.Image]:
        """As ``finish``, of as many photos as were encoded at once."""
        weights, rest = spread(recipe, maps)
        parts = [(seen, rest), *((painted[slug], weight) for slug, weight in weights.items())]
        parts = [(part, weight) for part, weight in parts if torch.as_tensor(weight).max() > 0]
        pictures = self.decode_all(self.mix(parts))
        if not recipe.keep_color:
            return pictures
        return [keep_color(*pair) for pair in zip(pictures, photos, strict=True)]


@functools.cache
def get_painter(device: torch.device) -> Painter:
    """One painter a device, kept for the life of the process."""
    return Painter(device)


@register
class StyleBank:
    """Encode, run the bank of each style, mix, decode."""

    name = "stylebank"
    title = "StyleBank (Chen et al. 2017)"
    lane = "fast"
    takes_paintings, takes_masks = False, True
    offered = True
    largest = SIZES[1]

    def __init__(self, way: int = 0) -> None:
        """``way`` is one of ``tiling.WAYS``."""
        self.way = way

    @dataclass(frozen=True)
    class Params:
        feather: float = param(
            16.0, "Feather", "Width in px of the soft edge between regions.",
            low=0, high=400, step=1, shown=False,
        )  # fmt: skip

    def thriftier(self, content: Image.Image, recipe: Recipe) -> StyleBank | None:
        width, height = fitted(content.size, recipe.size)
        for way in range(self.way + 1, len(WAYS)):
            if width * height > WAYS[way].whole:
                return StyleBank(way)
        return None

    def run(
        self,
        content: Image.Image,
        recipe: Recipe,
        *,
        device: torch.device,
        paintings: Mapping[str, Image.Image] = NO_PICTURES,
        masks: Mapping[str, Image.Image] = NO_PICTURES,
        checkpoint: bytes | None = None,
    ) -> Generator[Progress | Result]:
        make_params(type(self), recipe.params)
        check_size(type(self), recipe)
        for slug, _ in recipe.shares():
            get_style(slug)  # an unknown style is refused before any work
        total = len(recipe.shares()) + 3
        photo = fit(content, recipe.size)

        def preview() -> Image.Image:
            return self.paint(get_painter(device), fit(content, PREVIEW), recipe, masks)

        yield Progress(0, total, "Opening the paint box")
        painter = get_painter(device)
        yield Progress(1, total, "Looking at the photo", preview)
        if photo.width * photo.height > WAYS[self.way].whole:
            yield from self.by_tiles(painter, photo, recipe, masks)
            return
        seen = painter.encode(photo)
        maps = self.maps(painter, seen, recipe, masks)
        painted: dict[str, Encoded] = {}
        for done, (slug, weight) in enumerate(spread(recipe, maps)[0].items()):
            yield Progress(2 + done, total, f"Painting: {get_style(slug).title}")
            painted[slug] = painter.apply(seen, slug, weight)
        yield Progress(total - 1, total, "Drying")
        yield Result(painter.finish(photo, seen, painted, recipe, maps))

    def run_many(
        self, contents: Sequence[Image.Image], recipe: Recipe, *, device: torch.device
    ) -> list[Image.Image]:
        """What ``run`` makes of each by a recipe without masks, all at once: a GPU is not busy
        with one small picture. They are to be of one size once they are fitted; and, together, no
        more than can be painted in one piece: see ``tiling.WAYS``."""
        make_params(type(self), recipe.params)
        photos = [fit(content, recipe.size) for content in contents]
        if len({photo.size for photo in photos}) > 1 or recipe.masks:
            raise ValueError("pictures of different sizes or regions are not painted at once")
        painter = get_painter(device)
        seen = painter.encode(*photos)
        painted = {slug: painter.apply(seen, slug) for slug, _ in recipe.shares()}
        return painter.finish_all(photos, seen, painted, recipe)

    def by_tiles(
        self,
        painter: Painter,
        photo: Image.Image,
        recipe: Recipe,
        masks: Mapping[str, Image.Image],
    ) -> Generator[Progress | Result]:
        """What is too large to be painted in one piece."""
        feather = self.feather(recipe, photo.size)
        tiled = Tiled(painter, photo, recipe, masks, feather, WAYS[self.way])
        boxes = tiled.boxes()
        total = len(tiled.weights) + len(boxes) + 2
        for done, _ in enumerate(tiled.look()):
            yield Progress(1 + done, total, "Looking at the photo")
        for done, box in enumerate(boxes, 1 + len(tiled.weights)):
            yield Progress(done, total, "Painting part by part")
            tiled.paint(box)
        yield Progress(total - 1, total, "Drying")
        yield Result(tiled.picture)

    def paint(
        self,
        painter: Painter,
        photo: Image.Image,
        recipe: Recipe,
        masks: Mapping[str, Image.Image] = NO_PICTURES,
    ) -> Image.Image:
        """The whole recipe in one go, for small pictures."""
        seen = painter.encode(photo)
        maps = self.maps(painter, seen, recipe, masks)
        weights, _ = spread(recipe, maps)
        painted = {slug: painter.apply(seen, slug, weight) for slug, weight in weights.items()}
        return painter.finish(photo, seen, painted, recipe, maps)

    def maps(
        self, painter: Painter, seen: Encoded, recipe: Recipe, masks: Mapping[str, Image.Image]
    ) -> dict[str, Tensor]:
        """The recipe's masks as weights on the photo's features."""
        feather = self.feather(recipe, seen.size)
        found = {}
        for style, name in recipe.masks:
            if name not in masks:
                raise EngineError(f"mask {name} was not handed over: give the picture")
            found[style] = painter.region(masks[name], name, seen, feather)
        return found

    def feather(self, recipe: Recipe, size: tuple[int, int]) -> float:
        """In px of a photo of this size."""
        feather: float = make_params(type(self), recipe.params).feather
        return feather * max(size) / recipe.size
