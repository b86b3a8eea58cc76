"""Pictures in and out: decode, orient, colour-manage, resize, encode.

Strangers' files come through here, so nothing is believed: only listed formats are opened, the
size is looked at before a pixel is decoded, and whatever leaves is encoded anew without metadata.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from webstyle.engine.events import EngineError

pillow_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")
FORMATS_LABEL = "JPEG, PNG, WebP, AVIF or HEIC"
MAX_PIXELS = 80_000_000
MIN_SIDE = 16
MAX_RATIO = 16  # long side to short side
MASK_RATIO = 0.02  # by which a mask's proportions may differ from the photo's
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
ENCODINGS = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def decode(source: Path | BinaryIO, name: str) -> Image.Image:
    """The first frame as upright sRGB "RGB", transparent parts on white.

    Raises EngineError, one sentence with ``name`` and the remedy, for anything that is not a whole
    picture of an accepted format and a sensible size.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters is raised or looked at below
            picture = Image.open(source, formats=FORMATS)
    except FileNotFoundError:
        raise EngineError(f"{name}: no such file, check the path") from None
    except IsADirectoryError:
        raise EngineError(f"{name} is a folder: name a picture in it") from None
    except PermissionError:
        raise EngineError(f"{name} may not be read: change its permissions") from None
    except Image.DecompressionBombError:
        raise EngineError(too_large(name)) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, RuntimeError):
        raise EngineError(
            f"{name} is not a picture we can read: use {FORMATS_LABEL}"
            if size_of(source)
            else f"{name} is empty (0 bytes): choose another file"
        ) from None
    with picture:
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise EngineError(too_large(name, width * height))
        if min(width, height) < MIN_SIDE:
            raise EngineError(
                f"{name} is {width} x {height} pixels: use one of at least {MIN_SIDE} on each side"
            )
        if max(width, height) > MAX_RATIO * min(width, height):
            raise EngineError(
                f"{name} is {width} x {height} pixels, too long and thin: crop it first"
            )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                picture.load()
                return to_srgb(ImageOps.exif_transpose(picture))
        except Exception as error:  # decoders raise of everything: the file is at fault
            raise EngineError(f"{name} is damaged or cut short: save or copy it again") from error


def too_large(name: str, pixels: int = 2 * Image.MAX_IMAGE_PIXELS) -> str:  # type: ignore[operator]
    return (
        f"{name} has {pixels // 1_000_000} megapixels or more, "
        f"at most {MAX_PIXELS // 1_000_000} are accepted: make it smaller"
    )


def size_of(source: Path | BinaryIO) -> int:
    if isinstance(source, Path):
        return source.stat().st_size
    return source.seek(0, io.SEEK_END)


def to_srgb(picture: Image.Image) -> Image.Image:
    """Any mode and colour profile to plain sRGB "RGB"."""
    if picture.mode.startswith("I"):  # 16 bits a channel
        values = np.asarray(picture).astype(np.float64)
        picture = Image.fromarray((values / 257).clip(0, 255).astype(np.uint8))
    profile = picture.info.get("icc_profile")
    if picture.mode in ("P", "PA", "LA", "RGBa", "La") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    if alpha:
        picture = picture.convert("RGB")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            picture = ImageCms.profileToProfile(picture, source, SRGB, outputMode="RGB") or picture
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile: take the numbers as sRGB, as browsers do
    picture = picture.convert("RGB")
    if alpha:
        picture = Image.composite(picture, Image.new("RGB", picture.size, "white"), alpha)
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    return clean


def fitted(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """Width and height with the long side as asked, in px, neither below 8."""
    scale = long_side / max(size)
    return max(8, round(size[0] * scale)), max(8, round(size[1] * scale))


def fit(picture: Image.Image, long_side: int) -> Image.Image:
    """The picture with its long side as asked, in px, enlarged if need be."""
    size = fitted(picture.size, long_side)
    if size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS)


def shrink(picture: Image.Image, long_side: int) -> Image.Image:
    """As ``fit``, but never enlarged."""
    return fit(picture, long_side) if max(picture.size) > long_side else picture


def mirrored(picture: Image.Image, border: int, multiple: int) -> np.ndarray:
    """The pixels with a mirrored border of ``border`` px, wider right and below by what makes the
    picture's own sides multiples of ``multiple``."""
    right, bottom = (-side % multiple + border for side in picture.size)
    pixels = np.asarray(picture)
    borders = ((border, bottom), (border, right), (0, 0))
    return np.pad(pixels, borders[: pixels.ndim], mode="reflect")


def check_mask(mask: tuple[int, int], photo: tuple[int, int], name: str) -> None:
    """Raises EngineError, with ``name``, if a mask of one size has not the proportions of a photo
    of the other. A pixel more or less is none: sides are whole."""
    (width, height), (photo_width, photo_height) = mask, photo
    allowed = max(MASK_RATIO, 1 / min(*mask, *photo))
    if abs(width * photo_height / (height * photo_width) - 1) > allowed:
        raise EngineError(
            f"mask {name}, {width} x {height} px, does not fit a photo of "
            f"{photo_width} x {photo_height}: give it the photo's proportions"
        )


def keep_color(painted: Image.Image, photo: Image.Image) -> Image.Image:
    """The luminance of one and the colours of the other, of one size (Gatys et al. 2016b, 5.2)."""
    luminance = painted.convert("YCbCr").getchannel(0)
    _, blue, red = photo.convert("YCbCr").split()
    return Image.merge("YCbCr", (luminance, blue, red)).convert("RGB")


def average_color(picture: Image.Image) -> str:
    """The mean colour as #rrggbb, for the place where the picture is going to be."""
    red, green, blue = np.asarray(shrink(picture, 64)).reshape(-1, 3).mean(0).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def encode(picture: Image.Image, kind: str, *, quality: int = 90) -> bytes:
    """``kind`` is jpg, png, webp or avif. No metadata but the sRGB profile."""
    out = io.BytesIO()
    profile = SRGB.tobytes()
    if kind == "jpg":
        picture.save(
            out, "JPEG", quality=quality, subsampling=0 if quality >= 90 else 2,
            optimize=True, progressive=True, icc_profile=profile,
        )  # fmt: skip
    elif kind == "webp":
        picture.save(out, "WEBP", quality=quality, method=3, icc_profile=profile)
    elif kind == "avif":
        # Without the profile: its own header says sRGB, and small pictures stay small. Faster
        # than this the encoder has no setting; slower ones gain a twentieth.
        picture.save(out, "AVIF", quality=quality, speed=9)
    elif kind == "png":
        picture.save(out, "PNG", compress_level=3, icc_profile=profile)
    else:
        raise EngineError(f"unknown kind of picture '{kind}': use {', '.join(ENCODINGS)}")
    return out.getvalue()
