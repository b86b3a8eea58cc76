"""Mixtures painted while the hand moves: what a page may wish for, and the worker's side of it.

A mixture is no job: it has no row, nobody waits for an old one, and one that is lost is asked for
again. So wishes and pictures travel over the channel layer alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import close_old_connections
from PIL import Image

from gallery.mix_query import MAX_STYLES
from gallery.models import Photo
from gallery.pictures import open_picture
from gallery.taught import fetch
from webstyle.engine import images
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import VERSION, Recipe, is_taught
from webstyle.engine.weights import get_style

if TYPE_CHECKING:
    from webstyle.engine.mixer import Mixer

log = logging.getLogger(__name__)
WISHES = "mix"  # the channel on which workers hear of wishes
SIZES = (384, 512, 1024)  # px on the long side: of a moving picture on a phone, else, and at rest
LONGEST = 4096  # letters of a wish
MAX_WAITING = 64  # pages with a wish in one worker
QUALITY = 85  # of the JPEG


def read_wish(text: str | None) -> dict[str, Any]:
    """A page's message: an object with a number ``n``. Raises EngineError."""
    if text is None or len(text) > LONGEST:
        raise EngineError(f"The message is no text, or too long: send at most {LONGEST} letters.")
    try:
        wish = json.loads(text)
    except (ValueError, RecursionError):
        wish = None
    if not isinstance(wish, dict) or type(wish.get("n")) is not int or not 0 <= wish["n"] < 2**32:
        raise EngineError("The message cannot be read: send a JSON object with a number n.")
    return wish


def recipe_of(wish: dict[str, Any]) -> Recipe:
    """What a wish asks for; a style at 0 is left out. Raises EngineError.

    Whether a taught style may be used is for the worker to find out, who can ask the database.
    """
    size = wish.get("size")
    if size not in SIZES:
        raise EngineError(f"size {size!r} cannot be had: use {', '.join(map(str, SIZES))}.")
    try:
        styles = [(slug, weight) for slug, weight in wish["styles"] if weight]
    except (KeyError, TypeError, ValueError):
        raise EngineError("styles cannot be read: send pairs of a style and its weight.") from None
    if len(styles) > MAX_STYLES:
        raise EngineError(f"{len(styles)} styles are too many: mix at most {MAX_STYLES}.")
    asked = {"strength": wish.get("strength", 1), "keep_color": wish.get("keep_color") is True}
    recipe = Recipe.from_json({"version": VERSION, "styles": styles, "size": size, **asked})
    for slug, _ in recipe.styles:
        if not is_taught(slug):
            get_style(slug)
    return recipe


class MixLane:
    """A worker's thread for mixtures, of its own: so a slider never waits for a job.

    Of each page only the newest wish is kept; the pages take turns.
    """

    def __init__(self) -> None:
        self.wishes: dict[str, dict[str, Any]] = {}  # the page's channel -> what it wishes for
        self.bell = asyncio.Event()
        self.tidying = False

    @cached_property
    def mixer(self) -> Mixer:
        from webstyle.engine.device import pick_device  # torch comes with it, and only here
        from webstyle.engine.mixer import Mixer

        return Mixer(pick_device(settings.DEVICE), settings.MIX_CACHE_MB * 1_000_000)

    async def take(self, wish: dict[str, Any]) -> None:
        """Never works and never raises: a handler that did would hold up or drop every wish
        behind it."""
        page = wish["page"]
        if page not in self.wishes and len(self.wishes) >= MAX_WAITING:
            await answer(wish, error="Too many people are mixing just now: try again in a moment.")
            return
        self.wishes[page] = wish
        self.bell.set()

    async def run(self, thread: ThreadPoolExecutor) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self.bell.wait()
            self.bell.clear()
            if self.tidying:
                self.tidying = False
                await loop.run_in_executor(thread, self.forget)
            while self.wishes:
                wish = self.wishes.pop(next(iter(self.wishes)))
                try:
                    image = await loop.run_in_executor(thread, self.paint, wish)
                except EngineError as error:
                    await answer(wish, error=str(error))
                except Exception:
                    log.exception("mixture of photo %s failed", wish["photo"])
                    await answer(wish, error="Something went wrong while mixing. Try again.")
                else:
                    await answer(wish, image=image)

    def tidy(self) -> None:
        """Soon, and on the mixer's own thread: see ``forget``."""
        self.tidying = True
        self.bell.set()

    def forget(self) -> None:
        """What is remembered of photos that are no more."""
        if "mixer" not in vars(self):  # nobody has mixed yet
            return
        try:
            close_old_connections()
            keys = self.mixer.keys
            here = Photo.objects.filter(pk__in=map(str, keys)).values_list("pk", flat=True)
            self.mixer.forget(keys - set(map(str, here)))
        except Exception:
            log.exception("mixtures of deleted photos are not forgotten")

    def paint(self, wish: dict[str, Any]) -> bytes:
        recipe = Recipe.from_json(wish["recipe"])
        if names := recipe.taught():
            owner = photo_of(wish["photo"]).owned_by
            for name in names:
                fetch(owner, name)
        picture = self.mixer.picture(wish["photo"], partial(open_photo, wish["photo"]), recipe)
        return images.encode(picture, "jpg", quality=QUALITY)


def photo_of(pk: str) -> Photo:
    close_old_connections()
    photo: Photo | None = Photo.objects.kept().filter(pk=pk).first()
    if photo is None:
        raise EngineError("The photo is deleted: choose another.")
    return photo


def open_photo(pk: str) -> Image.Image:
    return open_picture(photo_of(pk))


async def answer(wish: dict[str, Any], **what: Any) -> None:
    """To the page, which asks again if this is lost."""
    layer = get_channel_layer()
    assert layer is not None
    try:
        await layer.send(wish["page"], {"type": "mix.answer", "n": wish["n"], **what})
    except Exception as error:
        log.warning("channel layer did not take a mixture: %s", error)
