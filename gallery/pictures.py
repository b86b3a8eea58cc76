"""Visitors' pictures as the engines get them."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from gallery.models import Painting
from gallery.owned import Upload
from gallery.owners import Owner
from webstyle.engine import images
from webstyle.engine.events import EngineError

WALL = "#f7f4ee"  # of the site: what is left out of a region fades towards it
FADE = 0.82
NOISE = 12  # grey values by which white and black may be off after a mask's JPEG
LEAST = 0.01  # of a painting, for a style of its own


def open_picture(item: Upload, kind: str = "original") -> Image.Image:
    with getattr(item, kind).open("rb") as file:
        return images.decode(io.BytesIO(file.read()), item.title)


def open_painting(owner: Owner, name: str, title: str) -> Image.Image:
    """With an alpha channel where only a region of it counts. Raises EngineError, with ``title``,
    when it is gone: its owner may have withdrawn it since ``owner`` chose it."""
    if painting := Painting.objects.named(owner, name):
        with contextlib.suppress(FileNotFoundError):
            picture = open_picture(painting)
            if region := open_region(painting):
                picture.putalpha(region)
            return picture
    raise EngineError(f"The painting '{title}' is gone or no longer shared: choose another.")


def open_region(painting: Painting) -> Image.Image | None:
    """Greyscale, of the painting's size: white where it counts. None where all of it does."""
    if not painting.region:
        return None
    with painting.region.open("rb") as file:
        return Image.open(io.BytesIO(file.read())).convert("L")


def region_of(painting: Painting, mask: Path) -> Image.Image:
    """What a mask leaves of a painting, or of the region that it is already. Raises EngineError
    where that is hardly anything."""
    region = images.decode(mask, mask.name).convert("L").resize((painting.width, painting.height))
    region = region.point(lambda v: 0 if v <= NOISE else 255 if v >= 255 - NOISE else v)
    if before := open_region(painting):
        region = ImageChops.multiply(region, before)
    if ImageStat.Stat(region).mean[0] < 255 * LEAST:
        raise EngineError(
            f"The region is less than {LEAST:.0%} of the painting: paint more of it white."
        )
    return region


def faded(picture: Image.Image, region: Image.Image) -> Image.Image:
    """A painting on the screen, with all but its region faded."""
    rest = Image.blend(picture, Image.new("RGB", picture.size, WALL), FADE)
    return Image.composite(picture, rest, region.resize(picture.size))


def to_png(region: Image.Image) -> bytes:
    """Without a colour profile: these are numbers, not colours."""
    out = io.BytesIO()
    region.save(out, "PNG")
    return out.getvalue()
