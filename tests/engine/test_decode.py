"""Pictures of every accepted kind come in upright, in sRGB, in plain RGB."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.cast import sample
from webstyle.engine import images

ORIENTATION = 0x0112


def written(picture: Image.Image, kind: str, **options: object) -> io.BytesIO:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    out.seek(0)
    return out


def decoded(picture: Image.Image, kind: str, **options: object) -> np.ndarray:
    result = images.decode(written(picture, kind, **options), "it")
    assert result.mode == "RGB"
    return np.asarray(result).astype(float)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_every_accepted_format_is_read(kind: str) -> None:
    photo = sample("coffee.png", 200)
    values = decoded(photo, kind, quality=90)
    assert values.shape == (photo.height, photo.width, 3)
    assert np.abs(values - np.asarray(photo)).mean() < 5


CORNERS = {1: "TL", 2: "TR", 3: "BR", 4: "BL", 5: "TL", 6: "TR", 7: "BR", 8: "BL"}


@pytest.mark.parametrize("orientation", CORNERS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_taken_with_a_turned_camera_is_upright(kind: str, orientation: int) -> None:
    """EXIF tells where the first row and the first column of the sensor belong."""
    picture = Image.new("RGB", (64, 32), "white")
    picture.paste("red", (0, 0, 24, 12))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    values = decoded(picture, kind, exif=exif)
    assert values.shape[:2] == ((32, 64) if orientation < 5 else (64, 32))
    corners = {
        "TL": values[:8, :8], "TR": values[:8, -8:], "BL": values[-8:, :8], "BR": values[-8:, -8:],
    }  # fmt: skip
    red = {name for name, corner in corners.items() if corner[..., 1].mean() < 100}
    assert red == {CORNERS[orientation]}


def test_cmyk_becomes_rgb() -> None:
    colours = {(0, 255, 255, 0): "red", (255, 0, 0, 0): "cyan", (0, 0, 0, 255): "black"}
    for ink, name in colours.items():
        values = decoded(Image.new("CMYK", (32, 32), ink), "JPEG", quality=95)
        expected = np.asarray(Image.new("RGB", (32, 32), name), float)
        assert np.abs(values - expected).mean() < 12, name


def test_grey_becomes_rgb() -> None:
    values = decoded(Image.linear_gradient("L"), "PNG")
    assert np.array_equal(values[..., 0], values[..., 2])
    assert (values[0, 0, 0], values[-1, 0, 0]) == (0, 255)


def test_sixteen_bits_a_channel_become_eight() -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(32, 0)
    values = decoded(Image.fromarray(ramp), "PNG")
    assert np.abs(values[..., 0] - np.linspace(0, 255, 64)).max() <= 1


def test_transparent_parts_become_white() -> None:
    picture = Image.new("RGBA", (64, 32), (200, 0, 0, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 32, 32))
    for kind in ("PNG", "WEBP", "AVIF"):
        values = decoded(picture, kind)
        assert values[:, :24].min() > 250, kind
        assert np.abs(values[:, 40:].mean((0, 1)) - (200, 0, 0)).max() < 8, kind


def test_half_transparent_parts_are_half_white() -> None:
    values = decoded(Image.new("RGBA", (32, 32), (0, 0, 0, 128)), "PNG")
    assert np.abs(values - 127).max() <= 1


def test_the_transparent_colour_of_a_palette_becomes_white() -> None:
    picture = Image.new("P", (64, 32), 0)
    picture.putpalette([0, 0, 255, 255, 0, 0])
    picture.paste(1, (32, 0, 64, 32))
    values = decoded(picture, "PNG", transparency=0)
    assert (values[:, :32] == 255).all()
    assert (values[:, 32:] == (255, 0, 0)).all()


def test_a_palette_without_transparency_keeps_its_colours() -> None:
    picture = Image.new("P", (32, 32), 1)
    picture.putpalette([0, 0, 255, 255, 0, 0])
    assert (decoded(picture, "PNG") == (255, 0, 0)).all()


def swapped_profile() -> bytes:
    """The sRGB profile with the primaries of red and blue exchanged."""
    profile = images.SRGB.tobytes()
    return profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_colours_are_read_by_the_pictures_own_profile(kind: str) -> None:
    picture = Image.new("RGB", (32, 32), (230, 30, 40))
    red, _, blue = decoded(picture, kind, icc_profile=swapped_profile()).mean((0, 1))
    assert blue > 200
    assert red < 80


def test_a_profile_counts_for_a_transparent_picture_too() -> None:
    picture = Image.new("RGBA", (32, 32), (230, 30, 40, 255))
    red, _, blue = decoded(picture, "PNG", icc_profile=swapped_profile()).mean((0, 1))
    assert blue > 200
    assert red < 80


def test_a_broken_profile_is_passed_over() -> None:
    picture = Image.new("RGB", (32, 32), (230, 30, 40))
    assert (decoded(picture, "PNG", icc_profile=b"this is no profile") == (230, 30, 40)).all()


def test_a_profile_of_another_kind_of_picture_is_passed_over() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    picture = Image.new("RGB", (32, 32), (230, 30, 40))
    assert (decoded(picture, "PNG", icc_profile=lab) == (230, 30, 40)).all()


def test_of_an_animation_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (32, 32), name) for name in ("red", "blue")]
    values = decoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert np.abs(values - (255, 0, 0)).max() < 5
