"""What is done for a job of one kind only: what the engine is given, and what is kept of it.

All that kinds of jobs have in common is in runs.py. The only caller of the engines, but for
mixing.py.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Generator
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from PIL import Image

from gallery.browse import thumbs
from gallery.job import Job
from gallery.models import Mask, Photo, Rendering, TaughtStyle
from gallery.owners import Owner
from gallery.pictures import open_painting, open_picture
from gallery.provenance import stamp
from gallery.taught import bring, fetch
from webstyle.engine import images
from webstyle.engine.events import EngineError, Progress, Result
from webstyle.engine.recipe import PAINTING, TAUGHT, Recipe, is_taught

if TYPE_CHECKING:
    from webstyle.engine.fallback import Fallback
    from webstyle.engine.training.teaching import Taught

Events = Generator[Progress | Result]
Files = dict[str, tuple[str, bytes]]  # column to the file's ending and its bytes
THUMB = 480  # px on the long side
LEARNED_FROM = 1024  # px on the short side: training looks at no more
OWN_PHOTOS = 40  # that a style learns from at most, the newest


class Work(Protocol):
    """As ``webstyle.engine.fallback.Fallback``."""

    @property
    def device(self) -> Any: ...
    @property
    def note(self) -> str: ...
    def run(self, checkpoint: bytes | None = None) -> Events: ...


class Craft(Protocol):
    trouble: str  # what a visitor is told when something went wrong
    no_memory: str
    turn: float  # seconds after which others that wait in the lane come first

    @property
    def device(self) -> str:
        """That it is done on, once it is prepared."""

    @property
    def note(self) -> str:
        """What of it could not be had as it was meant to be."""

    def prepare(self) -> Callable[..., Events]:
        """The engine, with all it needs but the checkpoint. Raises EngineError."""

    def made(self, result: Any) -> tuple[Files, dict[str, Any]]:
        """The files of the row, and its other columns."""


class PictureCraft:
    """A picture is painted."""

    trouble = "Something went wrong while painting. Try again, or choose another style."
    no_memory = "There is not enough memory for this size. Choose a smaller one."
    turn = inf

    def __init__(self, rendering: Rendering) -> None:
        self.rendering = rendering
        self.work: Work | None = None

    @property
    def device(self) -> str:
        return str(self.work.device) if self.work else ""

    @property
    def note(self) -> str:
        return self.work.note if self.work else ""

    def prepare(self) -> Callable[..., Events]:
        self.work = self.work or self.opened()
        return self.work.run

    def opened(self) -> Fallback:
        """The engine with the photo, and with all else it needs. Raises EngineError."""
        from webstyle.engine.device import pick_device  # torch comes with it, only here
        from webstyle.engine.fallback import Fallback
        from webstyle.engine.registry import get_engine

        recipe, owner = self.rendering.parsed_recipe(), owner_now(self.rendering)
        engine = get_engine(recipe.engine)()
        for name in recipe.taught():
            fetch(owner, name, self.title(f"{TAUGHT}{name}"))
        photo = open_picture(self.rendering.photo)
        paintings = {
            name: open_painting(owner, name, self.title(f"{PAINTING}{name}"))
            for name in recipe.paintings()
        }
        masks = {name: self.open_mask(style, name) for style, name in recipe.masks}
        device = pick_device(settings.DEVICE)
        return Fallback(engine, photo, recipe, device=device, paintings=paintings, masks=masks)

    def title(self, style: str) -> str:
        return self.rendering.name_of(style)["title"]

    def open_mask(self, style: str, name: str) -> Image.Image:
        """One that the recipe names."""
        if mask := Mask.objects.filter(photo=self.rendering.photo_id, pk=name).first():
            with contextlib.suppress(FileNotFoundError):
                return open_picture(mask)
        raise EngineError(f"The mask of '{self.title(style)}' is gone: paint the region again.")

    def made(self, result: Result) -> tuple[Files, dict[str, Any]]:
        picture = stamp.marked(result.picture, stamp.mark_of(self.rendering.pk))
        claims = stamp.claims_of(self.rendering, shared=False)
        thumb = images.shrink(picture, THUMB)
        files = {
            "result": ("png", stamp.sealed(images.encode(picture, "png"), "png", claims)),
            "view": ("webp", stamp.sealed(images.encode(picture, "webp"), "webp", claims)),
            "thumb": ("webp", images.encode(thumb, "webp", quality=82)),
            **thumbs.encoded(picture),
        }
        return files, looks(picture)


class StyleCraft:
    """A style is taught; or, for one that came as a file, its card is painted."""

    trouble = "Something went wrong while the style was being learned. Try again."
    no_memory = "There is not enough memory for this. Choose fewer or smaller paintings."
    note = ""
    turn = 60.0  # a lesson takes minutes, goes on in a second, and is not to keep pictures waiting

    def __init__(self, style: TaughtStyle) -> None:
        self.style, self.device = style, ""

    def prepare(self) -> Callable[..., Events]:
        from webstyle.engine.device import pick_device  # torch comes with it, only here

        device = pick_device(settings.DEVICE)
        self.device = str(device)
        return self.card(device) if self.style.weights else self.lesson(device)

    def card(self, device: Any) -> Callable[..., Events]:
        from webstyle.engine.registry import get_engine
        from webstyle.engine.training.pictures import card_photo

        bring(self.style)
        photo = card_photo()
        recipe = Recipe(((self.style.ref, 1.0),), size=max(photo.size))
        return partial(get_engine(recipe.engine)().run, photo, recipe, device=device)

    def lesson(self, device: Any) -> Callable[..., Events]:
        from webstyle.engine.training.teaching import Lesson, teach

        style, owner, asked = self.style, owner_now(self.style), self.style.lesson
        if is_taught(asked["start"]):
            fetch(owner, asked["start"].removeprefix(TAUGHT), style.title)
        lesson = Lesson(
            title=style.title, artist=style.artist, year=style.year, minutes=asked["minutes"],
            start=asked["start"], stroke=asked["stroke"],
        )  # fmt: skip
        paintings = [shrunk(open_painting(owner, name, style.title)) for name in asked["paintings"]]
        photos = self.own_photos() if asked["own_photos"] else []
        return partial(teach, paintings, lesson, photos=photos, device=device)

    def own_photos(self) -> list[Image.Image]:
        photos = []
        for photo in Photo.objects.of(self.style.owned_by)[:OWN_PHOTOS]:
            with contextlib.suppress(FileNotFoundError):
                photos.append(shrunk(open_picture(photo, "view")))
        return photos

    def made(self, result: Result | Taught) -> tuple[Files, dict[str, Any]]:
        card = images.shrink(result.picture, THUMB)
        files = {"thumb": ("webp", images.encode(card, "webp", quality=82))}
        if self.style.weights:
            return files, looks(card)
        weights = result.weights  # type: ignore[union-attr]
        fingerprint = hashlib.sha256(weights).hexdigest()
        return files | {"weights": ("safetensors", weights)}, looks(card) | {
            "fingerprint": fingerprint, "figures": result.figures,
        }  # fmt: skip


def owner_now(job: Job) -> Owner:
    """A guest may have signed in since the job was claimed."""
    job.refresh_from_db(fields=["owner", "guest"])
    return job.owned_by


def looks(picture: Image.Image) -> dict[str, Any]:
    colour = images.average_color(picture)
    return {"width": picture.width, "height": picture.height, "colour": colour}


def shrunk(picture: Image.Image) -> Image.Image:
    """To what training looks at: a few originals as they are would fill the memory."""
    return images.shrink(picture, round(LEARNED_FROM * max(picture.size) / min(picture.size)))


def craft_of(job: Job) -> Craft:
    if isinstance(job, Rendering):
        return PictureCraft(job)
    assert isinstance(job, TaughtStyle)
    return StyleCraft(job)
