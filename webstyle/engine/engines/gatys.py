"""Optimisation: the pixels themselves are changed until the statistics fit (Gatys et al. 2016).

The loss is the paper's: distances of Gram matrices to the painting's over five layers, and of one
layer's features to the photo's. What the field learned since, and we measured, is in the way there
(docs/optimisation.md has the figures): coarse to fine; L-BFGS over the levels of a Laplacian
pyramid instead of pixels; each layer's Gram distance relative to the painting's own, so that a
weight means the same for every painting; exact gradients by tiles where a picture is large.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace

import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.images import fit, fitted, keep_color, shrink
from webstyle.engine.objective import Losses, Objective, to_picture
from webstyle.engine.perceptual import Perceptual, get_perceptual
from webstyle.engine.pyramid import Pair, Pyramid, make_optimizer, memory_of
from webstyle.engine.recipe import PAINTING, Recipe, is_painting
from webstyle.engine.registry import NO_PICTURES, check_size, make_params, param, register
from webstyle.engine.statistics import Grams, grams_of, mean_grams, style_grams, to_tensor
from webstyle.engine.weights import PERCEPTUAL_NAMES, get_style

# Content's weight to 1 for style, at weight 1. StyleBank's picture begins farther from the photo.
CONTENT_SHARE, CONTENT_SHARE_WARM = 0.2, 0.5
COARSE_SHARE = 1 / 2  # of the iterations, at each size but the last
# px on the long side of the first, smallest picture. What StyleBank painted has its large shapes
# already: there, the time is better spent at the size that is asked for.
COARSEST, COARSEST_WARM = 256, 512
PREVIEW = 512  # px
HISTORY, HISTORY_LARGE = 16, 5  # pairs of vectors L-BFGS remembers; fewer where they are large
LARGE = 1_500_000  # pixels
CARRIED = 4_200_000  # pixels in all of the pairs a larger size begins with: it waits for them
UNIT = 32_768  # pixels of one iteration that count as one step
STILL, STILL_SHARE = 10, 0.015  # so many iterations that take less than this share off the loss


@dataclass(frozen=True)
class Stage:
    """So many iterations at one size; ``units`` is what one of them counts in steps."""

    size: int
    iterations: int
    units: int


@register
class Gatys:
    """Coarse to fine optimisation of the picture under a perceptual loss."""

    name = "gatys"
    title = "Optimisation (Gatys et al. 2016)"
    lane = "slow"
    takes_paintings, takes_masks = True, False
    offered = True
    largest = 4096

    @dataclass(frozen=True)
    class Params:
        style_weight: float = param(
            1.0, "Style", "How much the painting counts against the photo.",
            low=0.1, high=10, step=0.1,
        )  # fmt: skip
        content_weight: float = param(
            1.0, "Content", "How closely the shapes of the photo are kept.",
            low=0, high=10, step=0.1,
        )  # fmt: skip
        stroke: float = param(
            1.0, "Scale of the strokes", "Size of the painting relative to the photo.",
            low=0.25, high=4, step=0.05,
        )  # fmt: skip
        smooth: float = param(
            1.0, "Smoothness", "Takes grain away; too much takes fine strokes too.",
            low=0, high=10, step=0.1,
        )  # fmt: skip
        iterations: int = param(
            60, "Iterations", "At most so many at 512 px; fewer at larger sizes, which begin well.",
            low=5, high=1000, step=5,
        )  # fmt: skip
        until_still: bool = param(
            True, "Stop when it no longer improves", "Ends a size early once little changes.",
        )  # fmt: skip
        warm_start: bool = param(
            True, "Begin from StyleBank's picture",
            "Built-in styles only; without it, the photo is the beginning.",
        )  # fmt: skip
        perceptual: str = param(
            "compact", "Perceptual network", "compact is our own, vgg19 has to be fetched.",
            choices=PERCEPTUAL_NAMES, shown=False,
        )  # fmt: skip

    def thriftier(self, content: Image.Image, recipe: Recipe) -> None:
        """There is none."""

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
        params = make_params(type(self), recipe.params)
        check_size(type(self), recipe)
        for style, _ in recipe.shares():
            if not is_painting(style):
                get_style(style)  # an unknown style is refused before any work
            elif style.removeprefix(PAINTING) not in paintings:
                raise EngineError(f"{style} was not handed over: give the picture of the painting")
        stages = plan(recipe, params, content)
        job = Job(content, recipe, params, stages, paintings, device)
        at, iteration, picture = job.unpack(checkpoint) if checkpoint else (0, 0, None)
        yield Progress(job.steps(at, iteration), job.total, "Looking at photo and painting")
        if picture is None:
            picture = job.beginning(stages[0].size)
        for index in range(at, len(stages)):
            picture = job.enlarge(picture, stages[index].size)
            picture = yield from job.optimise(index, picture, iteration)
            iteration = 0
        yield Result(job.finished(picture), {**job.losses})


def is_warm(recipe: Recipe, params: Gatys.Params) -> bool:
    """Whether to begin from StyleBank's picture: it has no bank for a painting."""
    return params.warm_start and not recipe.paintings()


def plan(recipe: Recipe, params: Gatys.Params, content: Image.Image) -> list[Stage]:
    """Sizes doubling up to the one asked for. Above 512 px each begins nearly done."""
    size, sizes = recipe.size, [recipe.size]
    while sizes[0] // 2 >= (COARSEST_WARM if is_warm(recipe, params) else COARSEST):
        sizes.insert(0, sizes[0] // 2)
    stages = []
    for px in sizes:
        share = 1.0 if px == size else COARSE_SHARE
        iterations = max(4, round(params.iterations * share * min(1.0, 512 / px)))
        width, height = fitted(content.size, px)
        stages.append(Stage(px, iterations, max(1, width * height // UNIT)))
    return stages


class Job:
    """One run: what it works from, and how far it is."""

    def __init__(
        self,
        content: Image.Image,
        recipe: Recipe,
        params: Gatys.Params,
        stages: list[Stage],
        paintings: Mapping[str, Image.Image],
        device: torch.device,
    ) -> None:
        self.content, self.recipe, self.params, self.stages = content, recipe, params, stages
        self.paintings, self.device = paintings, device
        self.network: Perceptual = get_perceptual(params.perceptual, device)
        self.total = sum(s.iterations * s.units for s in stages) + 1
        self.losses: dict[str, float] = {}
        self.memory: list[Pair] = []  # of the optimiser, from one size to the next

    def steps(self, stage: int, iteration: int) -> int:
        before = sum(s.iterations * s.units for s in self.stages[:stage])
        return before + iteration * self.stages[stage].units

    def beginning(self, size: int) -> Image.Image:
        """The photo; or, warm, what StyleBank makes of it."""
        photo = fit(self.content, size)
        if not is_warm(self.recipe, self.params):
            return photo
        from webstyle.engine.engines.stylebank import StyleBank, get_painter

        recipe = replace(self.recipe, params={})  # they are this engine's, not StyleBank's
        return StyleBank().paint(get_painter(self.device), photo, recipe)

    def enlarge(self, picture: Image.Image, size: int) -> Image.Image:
        """To the next size, with the photo's fine detail, which the smaller one could not hold:
        the optimisation then starts nearer to content and, measured, to style."""
        if max(picture.size) >= size:
            return fit(picture, size)
        photo = fit(self.content, size)
        known = photo.resize(picture.size, Image.Resampling.LANCZOS)
        detail, larger = (
            to_tensor(x.resize(photo.size, Image.Resampling.BICUBIC), self.device)
            for x in (known, picture)
        )
        return to_picture(larger + to_tensor(photo, self.device) - detail)

    def photo(self, size: int) -> Tensor:
        return to_tensor(fit(self.content, size), self.device)

    def target(self, size: int) -> Grams:
        """The Gram matrices to reach, of all paintings together."""
        parts = []
        for style, weight in self.recipe.shares():
            px = self.params.stroke * size
            if is_painting(style):
                painting = self.paintings[style.removeprefix(PAINTING)]
                grams = grams_of(painting, self.network, round(px))
            else:
                grams = style_grams(style, self.network, px)
            parts.append((grams, weight))
        return mean_grams(parts)

    def optimise(
        self, index: int, start: Image.Image, done: int
    ) -> Generator[Progress, None, Image.Image]:
        """One stage, from iteration ``done`` on; returns the picture."""
        stage, params = self.stages[index], self.params
        pyramid = Pyramid(to_tensor(start, self.device))
        label = f"Painting at {stage.size} px"
        totals: list[float] = []
        told = self.steps(index, done)

        def event(step: int, iteration: int) -> Progress:
            return Progress(
                step, self.total, label, self._preview(pyramid), self._keep(pyramid),
                self._checkpoint(index, iteration, pyramid), dict(self.losses) or None,
            )  # fmt: skip

        # Each thing before the first iteration takes half a second at large sizes, as one iteration
        # of an undivided picture does: a visitor's wish is not to wait for all of them.
        yield event(told, done)
        content_share = CONTENT_SHARE_WARM if is_warm(self.recipe, params) else CONTENT_SHARE
        photo, target = self.photo(stage.size), self.target(stage.size)
        yield event(told, done)
        objective = Objective(
            self.network, photo, target, style_weight=params.style_weight,
            content_weight=content_share * params.content_weight, smooth=params.smooth,
            strength=self.recipe.strength, seed=self.recipe.seed,
        )  # fmt: skip
        for _ in objective.look():
            yield event(told, done)
        pixels = start.width * start.height
        history = HISTORY_LARGE if pixels > LARGE else HISTORY
        carried = self.memory[-max(2, CARRIED // pixels) :]
        optimizer = make_optimizer(pyramid, history, carried)
        self.memory = []
        yield event(told, done)
        for iteration in range(done, stage.iterations):
            work = objective.gradient(pyramid.picture())
            losses: Losses | None = None
            while losses is None:
                try:
                    part = next(work)
                except StopIteration as end:
                    losses, gradient = end.value
                    part = 0.99
                step = self.steps(index, iteration) + int(stage.units * part)
                # Before the step too: with millions of pixels it takes a second itself.
                if (losses is None or len(objective.tiles) > 1) and step > told:
                    told = step
                    yield event(step, iteration)
            pyramid.set_gradient(gradient)
            optimizer.step(lambda value=losses.total: value)  # type: ignore[misc]
            totals.append(float(losses.total))
            self.losses = {"style": float(losses.style), "content": float(losses.content)}
            step = self.steps(index, iteration + 1)
            if step > told and step < self.total:
                told = step
                yield event(step, iteration + 1)
            if params.until_still and still(totals):
                break
        if index + 1 < len(self.stages):
            self.memory = memory_of(optimizer, pyramid)
        return to_picture(pyramid.picture())

    def finished(self, picture: Image.Image) -> Image.Image:
        picture = fit(picture, self.recipe.size)
        if not self.recipe.keep_color:
            return picture
        return keep_color(picture, fit(self.content, self.recipe.size))

    def _preview(self, pyramid: Pyramid) -> Callable[[], Image.Image]:
        def make() -> Image.Image:
            picture = shrink(to_picture(pyramid.picture()), PREVIEW)
            if not self.recipe.keep_color:
                return picture
            return keep_color(picture, self.content.resize(picture.size))

        return make

    def _keep(self, pyramid: Pyramid) -> Callable[[], Result]:
        losses = dict(self.losses)
        return lambda: Result(self.finished(to_picture(pyramid.picture())), {**losses})

    @property
    def _identity(self) -> str:
        """What a checkpoint has to be of, to be gone on from."""
        facts = [self.recipe.to_json(), self.content.size, self.network.fingerprint]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def _checkpoint(self, stage: int, iteration: int, pyramid: Pyramid) -> Callable[[], bytes]:
        def make() -> bytes:
            metadata = {"of": self._identity, "stage": str(stage), "iteration": str(iteration)}
            return save({"picture": pyramid.picture().detach().half().cpu()}, metadata)

        return make

    def unpack(self, data: bytes) -> tuple[int, int, Image.Image]:
        """Stage, iteration and picture. Raises EngineError for a checkpoint of something else."""
        try:
            length = int.from_bytes(data[:8], "little")
            metadata = json.loads(data[8 : 8 + length])["__metadata__"]
            picture = load(data)["picture"]
            stage, iteration = int(metadata["stage"]), int(metadata["iteration"])
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise EngineError("the checkpoint cannot be read: start the picture anew") from error
        if metadata["of"] != self._identity:
            raise EngineError("the checkpoint is of another picture: start this one anew")
        return stage, iteration, to_picture(picture.float())


def still(totals: list[float]) -> bool:
    """Whether the last iterations took next to nothing off the loss."""
    return len(totals) > STILL and totals[-1] > (1 - STILL_SHARE) * totals[-1 - STILL]
