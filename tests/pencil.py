"""A slow engine for the tests: many small steps, and it goes on from a checkpoint."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from PIL import Image

from webstyle.engine import images
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.recipe import Recipe
from webstyle.engine.registry import NO_PICTURES, make_params, param

STEPS = 250
TITLE = "Pencil (nobody, never)"


class Pencil:
    """Draws the photo, one shade of grey darker a step: so a result tells how far it got.

    ``at`` has what is to happen before a step is told; ``told`` are the steps of all runs.
    """

    name, title, lane, takes_paintings = "pencil", TITLE, "slow", True
    takes_masks, largest = False, 4096
    at: ClassVar[dict[int, Callable[[], Any]]] = {}
    told: ClassVar[list[list[int]]] = []
    seen: ClassVar[list[dict[str, Image.Image]]] = []

    @dataclass(frozen=True)
    class Params:
        steps: int = param(STEPS, "Steps", low=1, high=10_000)
        pace: float = param(0.005, "Seconds a step", low=0, high=1)
        checkpoints: bool = param(True, "Whether it can be interrupted")
        chatty: bool = param(False, "An event with nothing to it just before each step")
        loss: float = param(1.0, "First loss", low=0, high=1e9)

    def thriftier(self, content: Image.Image, recipe: Recipe) -> None:
        pass

    def run(
        self,
        content: Image.Image,
        recipe: Recipe,
        *,
        device: Any,
        paintings: Mapping[str, Image.Image] = NO_PICTURES,
        masks: Mapping[str, Image.Image] = NO_PICTURES,
        checkpoint: bytes | None = None,
    ) -> Generator[Progress | Result]:
        params = make_params(type(self), recipe.params)
        assert set(paintings) == set(recipe.paintings())
        self.seen.append(dict(paintings))
        self.told.append([])
        first = 0 if checkpoint is None else unpack(checkpoint)
        size = images.fit(content, recipe.size).size

        def drawn(step: int) -> Image.Image:
            return Image.new("RGB", size, (shade(step),) * 3)

        for step in range(first, params.steps):
            time.sleep(params.pace)
            self.at.get(step, bool)()
            self.told[-1].append(step)
            if params.chatty:
                yield Progress(step, params.steps, "Sharpening")
            yield Progress(
                step, params.steps, "Drawing",
                preview=lambda s=step: drawn(s),
                keep=lambda s=step: Result(drawn(s)),
                checkpoint=(lambda s=step: pack(s)) if params.checkpoints else None,
                losses={"style": params.loss / (1 + step), "content": 0.5},
            )  # fmt: skip
        yield Result(drawn(params.steps))


def shade(step: int) -> int:
    return max(0, 255 - step)


def pack(step: int) -> bytes:
    return json.dumps({"step": step}).encode()


def unpack(checkpoint: bytes) -> int:
    try:
        return int(json.loads(checkpoint)["step"]) + 1
    except (ValueError, KeyError) as error:
        raise EngineError("the checkpoint is of another engine: start anew") from error


def recipe(*styles: tuple[str, float], **params: Any) -> Recipe:
    return Recipe(styles or (("udnie", 1.0),), engine="pencil", size=64, params=params)


def steps_of(rendering: Any) -> int:
    """How far the drawing got, from the result's shade."""
    with Image.open(rendering.result.open()) as picture:
        return 255 - int(picture.getpixel((5, 5))[0])  # type: ignore[index]
