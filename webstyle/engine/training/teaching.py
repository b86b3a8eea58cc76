"""Teach StyleBank one new style: a bank of its own; the auto-encoder and the other banks stay.

Chen et al. 2017, section 4.2 (incremental training), with what a machine has on which nobody trains
networks: our own perceptual network in place of VGG, a few photos that come with a library, the
nearest bank there is to begin from. The weights are averaged as they change (Polyak and Juditsky
1992), so that the style can be used at any time and not only at the end of a schedule.
"""

from __future__ import annotations

import io
import json
import random
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from PIL import Image
from safetensors.torch import save
from torch import Tensor

from webstyle.engine.device import channels_last, has_bfloat16
from webstyle.engine.engines.stylebank import (
    MARGIN,
    AutoEncoder,
    Bank,
    Encoded,
    get_painter,
    load_bank,
)
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.images import fit, shrink
from webstyle.engine.objective import WHOLE_CUT, WHOLE_MARGIN
from webstyle.engine.perceptual import CONTENT_LAYER, Features, get_perceptual
from webstyle.engine.statistics import (
    bordered,
    grams_of,
    inside,
    mean_grams,
    region_of,
    statistics,
    to_tensor,
)
from webstyle.engine.training.losses import (
    FRAME,
    Losses,
    Shares,
    Target,
    roughness,
    stylising_loss,
)
from webstyle.engine.training.pictures import (
    SAMPLES,
    card_photo,
    grainy,
    random_collage,
    random_crop,
    sample_photos,
    to_bytes_tensor,
)
from webstyle.engine.training.stylebank import half, inner, learning_rate, random_offset
from webstyle.engine.weights import (
    AUTOENCODER,
    FORMAT,
    autoencoder_fingerprint,
    get_style,
    styles,
)

Kept = TypeVar("Kept")
CROP, BATCH = 256, 2
SIDE = 448  # px on a painting's short side: it sets the stroke size
SHOWN = ("astronaut.png", "chelsea.png", "coffee.png")  # in previews
PHOTO_SIDE = 512  # px on the short side of what is learned from
SMALLEST = 0.3  # of it, in a crop
COLLAGES = 0.5  # of the crops are two in one
NOISE = 0.04  # of the range, on what is judged
PREVIEW = 288  # px, each of them
PEAK = 1.5e-3  # learning rate
AVERAGED = 0.01  # of each step's weights goes into the average, when there are many
COLOURS = 200_000  # pixels of a painting, at most, to take colours from
MINUTES = (0.05, 240.0)
STROKES = (0.5, 2.0)
SHARES = Shares(content=0.35)


@dataclass(frozen=True)
class Lesson:
    """What is to be taught, and for how long. ``start`` is the style to begin from, as recipes name
    it; the nearest built-in one if empty. ``stroke`` scales the painting's strokes."""

    title: str
    artist: str = ""
    year: int = 0
    minutes: float = 8
    start: str = ""
    stroke: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise EngineError("The style has no title: give it one")
        for name, (low, high) in (("minutes", MINUTES), ("stroke", STROKES)):
            if not low <= getattr(self, name) <= high:
                raise EngineError(
                    f"{name} {getattr(self, name):g} is out of range: use {low:g} to {high:g}"
                )
        if self.start:
            get_style(self.start)


@dataclass(frozen=True, kw_only=True)
class Taught(Result):
    """The style's file (safetensors), and as its picture a card: a sample photo painted."""

    weights: bytes


def teach(
    paintings: Sequence[Image.Image],
    lesson: Lesson,
    *,
    photos: Sequence[Image.Image] = (),
    device: torch.device,
    checkpoint: bytes | None = None,
) -> Generator[Progress | Result]:
    """``paintings`` are one or several of one hand; one with an alpha channel counts where it is
    opaque. ``photos`` to learn from come on top of those that scikit-image brings. Raises
    EngineError."""
    if not paintings:
        raise EngineError("No painting to learn from: give one")
    total = round(60 * lesson.minutes)
    yield Progress(0, total, "Looking at the painting")
    pupil = Pupil(paintings, lesson, photos, device)
    try:
        if checkpoint:
            pupil.unpack(checkpoint)
        else:
            yield Progress(0, total, "Looking for the nearest style")
            pupil.begin(lesson.start or pupil.nearest())
        while pupil.seconds < 60 * lesson.minutes:
            pupil.learn()
            yield Progress(
                min(total, int(pupil.seconds)), total, "Learning", pupil.preview, pupil.taught,
                pupil.pack, dict(pupil.losses),
            )  # fmt: skip
    finally:
        pupil.threads.shutdown(wait=False)
    yield pupil.taught()


class Pupil:
    """One new bank, what it learns from, and how far it is."""

    def __init__(
        self,
        paintings: Sequence[Image.Image],
        lesson: Lesson,
        photos: Sequence[Image.Image],
        device: torch.device,
    ) -> None:
        self.paintings, self.lesson, self.device = list(paintings), lesson, device
        random.seed(lesson.seed)
        torch.manual_seed(lesson.seed)
        self.painter = get_painter(device)
        self.mixed = device.type == "cuda" or has_bfloat16()
        self.judge = Borderless(device, torch.bfloat16 if self.mixed else torch.float32)
        self.target = target_of(paintings, lesson.stroke, device)
        self.shown = [fit(photo, PREVIEW) for photo in sample_photos(SHOWN)]
        # A painting is a picture like others too: of things, with edges and light.
        seen = [*sample_photos(), *photos, *(p.convert("RGB") for p in paintings)]
        self.photos = [to_bytes_tensor(picture, PHOTO_SIDE) for picture in seen]
        self.squares = [self.painter.encode(fit(square(p), PREVIEW)) for p in self.shown]
        self.energy = self.usual_energy()
        # The painter's own is half precision and in inference mode: gradients go through this one.
        self.network = AutoEncoder()
        self.network.load_state_dict(load_bank(AUTOENCODER))
        self.network.to(device).requires_grad_(False)
        self.bank, self.average = Bank().to(device), Bank().to(device).requires_grad_(False)
        for module in (self.network, self.bank, self.average):
            channels_last(module)
        self.optimizer = torch.optim.Adam(self.bank.parameters(), lr=PEAK, fused=True)
        # A thread a picture. Threads that share one wait for each other at every layer: beside
        # other work, when one of them is always away, that took ten times as long.
        self.workers = min(BATCH, torch.get_num_threads()) if device.type == "cpu" else 1
        self.threads = ThreadPoolExecutor(
            self.workers, "crop", initializer=lambda: torch.set_num_threads(1)
        )
        self.lock, self.worked = threading.Lock(), 0.0
        self.step, self.seconds, self.start = 0, 0.0, ""
        self.losses: dict[str, float] = {}
        self.kept: dict[str, Tensor] = {}  # the paintings' statistics, once somebody asks

    @torch.no_grad()
    def usual_energy(self) -> float:
        """Of the content of a photo."""
        found = [
            self.judge.features(photo[None].to(self.device).float() / 255, CONTENT_LAYER)
            for photo in self.photos[: len(SAMPLES)]
        ]
        return sum(float((f[CONTENT_LAYER].float() ** 2).mean()) for f in found) / len(found)

    def nearest(self) -> str:
        """The built-in style whose pictures are nearest to the paintings in style."""
        distances = self.distances()
        return min(distances, key=distances.__getitem__)

    def distances(self) -> dict[str, float]:
        """Of all built-in styles."""
        seen = [self.painter.encode(photo) for photo in self.shown]

        def distance(slug: str) -> float:
            pictures = [self.painter.decode(self.painter.apply(photo, slug)) for photo in seen]
            return self.distance(pictures)

        return dict(zip(styles(), self.threads.map(distance, styles()), strict=True))

    @torch.no_grad()
    def distance(self, pictures: Sequence[Image.Image]) -> float:
        """Their mean style loss."""
        found = [self.judge.features(to_tensor(picture, self.device)) for picture in pictures]
        losses = [self.target.style_loss(self.judge.grams(features)) for features in found]
        return float(torch.stack(losses).mean())

    def begin(self, start: str) -> None:
        """From another style's bank."""
        self.start = start
        for bank in (self.bank, self.average):
            bank.load_state_dict(load_bank(get_style(start).path))

    def learn(self) -> None:
        """One step on a few crops. Only this counts as time of the lesson."""
        began = self.clock()
        done = self.seconds / (60 * self.lesson.minutes)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(done, self.step, PEAK)
        looks = [self.threads.submit(self.counted, self.look) for _ in range(BATCH)]
        found = [look.result() for look in looks]
        gradients = [each for each, _ in found]
        self.threads.submit(self.counted, lambda: self.change(gradients)).result()
        for name in ("style", "content"):
            value = sum(getattr(losses, name).item() for _, losses in found) / len(found)
            self.losses[name] = 0.95 * self.losses.get(name, value) + 0.05 * value
        self.seconds += self.clock() - began

    def crop(self) -> Tensor:
        """Of one picture to learn from, or of two."""
        one, other = (random_crop(self.photos, CROP + 2 * MARGIN, SMALLEST) for _ in range(2))
        return random_collage(one, other) if random.random() < COLLAGES else one

    @torch.no_grad()
    def change(self, found: Sequence[Sequence[Tensor]]) -> None:
        """One step of the weights, by the mean of the gradients, and of their average."""
        together = zip(*found, strict=True)
        for weights, gradients in zip(self.bank.parameters(), together, strict=True):
            # In the layout of the weights: the fused optimiser takes both for flat memory.
            weights.grad = torch.empty_like(weights).copy_(torch.stack(gradients).mean(0))
        torch.nn.utils.clip_grad_norm_(self.bank.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        share = max(AVERAGED, 1 / (self.step + 1))
        for mean, new in zip(self.average.parameters(), self.bank.parameters(), strict=True):
            mean.lerp_(new, share)

    def clock(self) -> float:
        """Seconds of work. On a CPU those that the threads were given, so that a lesson beside
        other work takes longer but learns as much."""
        if self.device.type != "cpu":
            return time.monotonic()
        return self.worked / self.workers

    def counted(self, work: Callable[[], Kept]) -> Kept:
        """In one of the threads."""
        began = time.thread_time()
        try:
            return work()
        finally:
            with self.lock:
                self.worked += time.thread_time() - began

    def look(self) -> tuple[tuple[Tensor, ...], Losses]:
        """The gradient of the bank's weights for a crop of a photo, and the losses."""
        photo = self.crop()[None].to(self.device)
        noisy, photo = grainy(photo), inner(photo)
        with torch.no_grad():
            wanted = self.judge.features(photo, CONTENT_LAYER)[CONTENT_LAYER].float()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.mixed):
            features = self.network.encode(noisy)[..., 1:-1, 1:-1]
            result = self.network.decode(self.bank(features, random_offset()))
        result = inner(result.float(), MARGIN - 4)
        losses = stylising_loss(
            result, photo, wanted, self.target, self.judge, SHARES, usual=self.energy
        )
        gradients = torch.autograd.grad(losses.total, list(self.bank.parameters()))
        return gradients, Losses(*(loss.detach() for loss in losses))

    def paint(self, photo: Image.Image) -> Image.Image:
        """With the averaged weights, as the finished style is going to."""
        return self.paint_all([self.painter.encode(photo)])[0]

    @torch.inference_mode()
    def paint_all(self, seen: Sequence[Encoded]) -> list[Image.Image]:
        bank = Bank()
        bank.load_state_dict(half(self.average))
        channels_last(bank.to(self.device, self.painter.dtype))
        return [self.painter.decode(Encoded(bank(photo.features), photo.size)) for photo in seen]

    def preview(self) -> Image.Image:
        """Three photos side by side, in squares."""
        sheet = Image.new("RGB", (len(self.squares) * PREVIEW, PREVIEW))
        pictures = self.threads.submit(self.paint_all, self.squares).result()
        for place, picture in enumerate(pictures):
            sheet.paste(picture, (place * PREVIEW, 0))
        return sheet

    def taught(self) -> Taught:
        """The style as it is now."""
        cpu = get_perceptual("compact", torch.device("cpu"), torch.float32)
        self.kept = self.kept or statistics(self.paintings, cpu)
        lesson = self.lesson
        figures: dict[str, Any] = {
            "minutes": round(self.seconds / 60, 2), "steps": self.step, "start": self.start,
            "stroke": lesson.stroke, **{k: round(v, 4) for k, v in self.losses.items()},
        }  # fmt: skip
        metadata = {
            "format": FORMAT, "title": lesson.title, "artist": lesson.artist,
            "year": str(lesson.year), "licence": "", "training": json.dumps(figures),
            "autoencoder": autoencoder_fingerprint(), "perceptual": cpu.fingerprint,
        }  # fmt: skip
        weights = save(half(self.average) | self.kept, metadata)
        return Taught(picture=self.paint(card_photo()), figures=figures, weights=weights)

    def pack(self) -> bytes:
        """All that is needed to go on later."""
        out = io.BytesIO()
        torch.save(
            {
                "bank": self.bank.state_dict(),
                "average": self.average.state_dict(), "optimizer": self.optimizer.state_dict(),
                "step": self.step, "seconds": self.seconds, "start": self.start,
                "losses": self.losses,
            },
            out,
        )  # fmt: skip
        return out.getvalue()

    def unpack(self, checkpoint: bytes) -> None:
        """Raises EngineError for anything but what ``pack`` gave."""
        try:
            kept = torch.load(io.BytesIO(checkpoint), map_location=self.device, weights_only=True)
            self.bank.load_state_dict(kept["bank"])
            self.average.load_state_dict(kept["average"])
            self.optimizer.load_state_dict(kept["optimizer"])
            self.step, self.seconds = int(kept["step"]), float(kept["seconds"])
            self.start, self.losses = str(kept["start"]), dict(kept["losses"])
        except Exception as error:  # torch.load raises of everything
            raise EngineError("The checkpoint of the lesson cannot be read: begin anew") from error
        # Another stretch of the same lesson is not to see the same crops.
        random.seed(self.lesson.seed + self.step)
        torch.manual_seed(self.lesson.seed + self.step)


class Borderless:
    """Our perceptual network on crops with a mirrored border. Without one its own border of zeros
    is grey: the bank learned to paint grey, which has no edge there."""

    def __init__(self, device: torch.device, dtype: torch.dtype) -> None:
        self.network, self.device = get_perceptual("compact", device, dtype), device
        self.grams = self.network.grams

    def features(self, x: Tensor, last: str = "relu5_1") -> Features:
        if x.requires_grad:
            # What the bank paints is judged through noise: else it learns to please this network
            # in ways that no eye, and no other network, sees.
            x = x + NOISE * torch.randn_like(x)
        found = self.network.features(bordered(x, WHOLE_MARGIN), last)
        return inside(found, WHOLE_MARGIN, WHOLE_CUT)


def square(photo: Image.Image) -> Image.Image:
    """The middle of it."""
    side = min(photo.size)
    left, top = ((length - side) // 2 for length in photo.size)
    return photo.crop((left, top, left + side, top + side))


def target_of(paintings: Sequence[Image.Image], stroke: float, device: torch.device) -> Target:
    """What all paintings together ask of a picture: each counts the same."""
    judge = get_perceptual("compact", device, torch.float32)
    grams, pixels, rough = [], [], []
    for painting in paintings:
        edge = round(FRAME * min(painting.size))
        width, height = painting.size
        picture = painting.crop((edge, edge, width - edge, height - edge))
        long_side = round(stroke * SIDE * max(picture.size) / min(picture.size))
        grams.append((grams_of(picture, judge, long_side), 1 / len(paintings)))
        picture = shrink(picture, long_side)
        x, where = to_tensor(picture, device), region_of(picture, device)
        rough.append(roughness(x, where))
        colours = x[0].flatten(1).T
        if where is not None:
            colours = colours[where.flatten() > 0.5]
        chosen = torch.randperm(len(colours), device=device)[: COLOURS // len(paintings)]
        pixels.append(colours[chosen])
    return Target(mean_grams(grams), torch.cat(pixels), torch.stack(rough).mean(0))
