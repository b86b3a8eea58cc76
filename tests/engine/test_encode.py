"""Pictures go out with their colour profile and nothing else about anybody."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.cast import sample
from tests.engine.bad_files import private
from tests.engine.painting import difference
from webstyle.engine import images
from webstyle.engine.events import EngineError

every_kind = pytest.mark.parametrize("kind", images.ENCODINGS)


@every_kind
@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_nothing_of_the_cameras_notes_is_left(kind: str, source: str) -> None:
    data = images.encode(images.decode(io.BytesIO(private(source)), "it"), kind)
    assert b"Secret" not in data
    assert b"Exif" not in data
    with Image.open(io.BytesIO(data)) as picture:
        assert not picture.getexif()
        assert not {"exif", "xmp", "comment", "XML:com.adobe.xmp"} & set(picture.info)


@every_kind
def test_the_profile_is_srgb(kind: str) -> None:
    with Image.open(io.BytesIO(images.encode(sample("coffee.png"), kind))) as picture:
        assert Image.MIME[picture.format] == images.ENCODINGS[kind]
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)


@every_kind
def test_the_picture_comes_back(kind: str) -> None:
    photo = sample("coffee.png")
    again = images.decode(io.BytesIO(images.encode(photo, kind)), "it")
    assert again.size == photo.size
    assert difference(again, photo) < (0.01 if kind == "png" else 3)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(EngineError, match="unknown kind of picture 'gif': use jpg, png, webp"):
        images.encode(sample("coffee.png"), "gif")


def test_noise_of_more_bytes_than_pixels_is_written_too() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (600, 800, 3), dtype=np.uint8)
    data = images.encode(Image.fromarray(noise), "jpg", quality=95)
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert picture.size == (800, 600)
        assert "sRGB" in ImageCms.getProfileDescription(
            ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
        )
