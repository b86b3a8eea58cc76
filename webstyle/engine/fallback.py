"""A device without memory left: on in smaller parts, then on the CPU; and it is said."""

from __future__ import annotations

import gc
import logging
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace

import torch
from PIL import Image

from webstyle.engine.events import Progress, Result
from webstyle.engine.recipe import Recipe
from webstyle.engine.registry import NO_PICTURES, Engine

log = logging.getLogger(__name__)
# What else torch says when it has none: its CPU allocator; C++; CUDA where a GPU is not woken yet;
# and the libraries that take their room beside torch's allocator.
SIGNS = (
    "DefaultCPUAllocator: can't allocate memory",
    "std::bad_alloc",
    "CUDA error: out of memory",
    "CUDNN_STATUS_ALLOC_FAILED",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "unable to find an engine to execute this computation",  # cuDNN, for want of a workspace
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether it would not have come up with more memory, of whatever device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in SIGNS)


def release() -> None:
    """Gives back what torch keeps of every GPU's memory for its next tensor. What an error's
    traceback refers to is not freed by that: let go of the error first."""
    gc.collect()
    torch.cuda.empty_cache()


class Fallback:
    """One picture by one recipe, on whatever has room for it.

    Where memory runs out the work begins anew: in the engine's next thriftier way; where there is
    none, on the CPU. ``device`` is what it is painted on now. ``note`` says in a sentence what
    could not be had, empty if all could; both also stand in the figures of the result.
    """

    def __init__(
        self,
        engine: Engine,
        content: Image.Image,
        recipe: Recipe,
        *,
        device: torch.device,
        paintings: Mapping[str, Image.Image] = NO_PICTURES,
        masks: Mapping[str, Image.Image] = NO_PICTURES,
    ) -> None:
        self.engine, self.content, self.recipe, self.device = engine, content, recipe, device
        self.paintings, self.masks = paintings, masks
        self.full = engine
        self.note = ""

    def run(self, checkpoint: bytes | None = None) -> Generator[Progress | Result]:
        """As ``Engine.run``. Raises MemoryError when there is no other way left."""
        while True:
            try:
                yield from self.attempt(checkpoint)
                return
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                said = str(error).partition("\n")[0]
                log.warning("%s ran out of memory: %s", self.device, said)
            # The error is gone now, and with its traceback the tensors of all frames. So are, once
            # whoever drives this has the next event, those that the last one refers to.
            yield Progress(0, 1, self.next_way())
            release()

    def attempt(self, checkpoint: bytes | None) -> Generator[Progress | Result]:
        events = self.engine.run(
            self.content, self.recipe, device=self.device, paintings=self.paintings,
            masks=self.masks, checkpoint=checkpoint,
        )  # fmt: skip
        with closing(events):
            for event in events:
                yield self.with_note(event) if isinstance(event, Result) else event

    def with_note(self, result: Result) -> Result:
        if not self.note:
            return result
        facts = {**result.figures, "device": str(self.device), "note": self.note}
        return replace(result, figures=facts)

    def next_way(self) -> str:
        """Takes it, and says so."""
        name = self.device
        if thriftier := self.engine.thriftier(self.content, self.recipe):
            self.engine = thriftier
            self.note = f"{name} ran out of memory: painted in smaller parts"
            return f"{name} ran out of memory: going on in smaller parts"
        if self.device.type == "cpu":
            raise MemoryError(f"{self.recipe.size} px do not fit into the memory")
        self.device, self.engine = torch.device("cpu"), self.full
        self.note = f"{name} ran out of memory: painted on the CPU"
        return f"{name} ran out of memory: going on on the CPU"
