"""The mark cannot be seen, is found again after what happens to pictures, and nowhere else."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image

from webstyle.engine import images, watermark
from webstyle.engine.engines.stylebank import StyleBank
from webstyle.engine.recipe import Recipe
from webstyle.engine.samples import sample_path
from webstyle.engine.weights import styles

PAINTED = ("coffee.png", "chelsea.png", "astronaut.png", "rocket.jpg", "camera.png", "coins.png")
PHOTOS = (*PAINTED, "motorcycle_left.png", "hubble_deep_field.jpg", "retina.jpg", "moon.png",
          "ihc.png", "grass.png", "gravel.png", "brick.png")  # fmt: skip
RESULTS, PHOTOGRAPHS = 50, 200
SIZES = (256, 320, 384, 512, 640)
LARGE = {0: 1024, 25: 768}  # the first, and one in the middle
MARK = b"\x01\x80\xfe\x00mk"


@functools.cache
def opened(name: str) -> Image.Image:
    return images.decode(sample_path(name), name)


def cut_out(name: str, chance: np.random.Generator) -> Image.Image:
    """From a half of each side to all of it, somewhere."""
    photo = opened(name)
    width, height = (round(side * chance.uniform(0.5, 1)) for side in photo.size)
    left = int(chance.integers(photo.width - width + 1))
    top = int(chance.integers(photo.height - height + 1))
    return photo.crop((left, top, left + width, top + height))


@pytest.fixture(scope="module")
def results() -> list[Image.Image]:
    """Painted by all built-in styles, from crops of several photographs, in several sizes."""
    chance, known, made = np.random.default_rng(1), list(styles()), []
    for number in range(RESULTS):
        photo = cut_out(PAINTED[number % len(PAINTED)], chance)
        recipe = Recipe(
            styles=((known[number % len(known)], 1.0),),
            size=LARGE.get(number, SIZES[number % len(SIZES)]),
            strength=(1.0, 0.8, 0.5)[number % 3], seed=number,
        )  # fmt: skip
        *_, last = StyleBank().run(photo, recipe, device=torch.device("cpu"))
        made.append(last.picture)
    return made


@pytest.fixture(scope="module")
def marked(results: list[Image.Image]) -> list[tuple[bytes, Image.Image]]:
    chance = np.random.default_rng(2)
    marks = [chance.bytes(watermark.PAYLOAD) for _ in results]
    return [
        (mark, watermark.mark(picture, mark)) for mark, picture in zip(marks, results, strict=True)
    ]


def saved(picture: Image.Image, kind: str, **how: object) -> Image.Image:
    data = io.BytesIO()
    picture.save(data, kind, **how)
    return Image.open(data).convert("RGB")


def jpeg(picture: Image.Image) -> Image.Image:
    return saved(picture, "JPEG", quality=75)


def half(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def as_view(picture: Image.Image) -> Image.Image:
    return images.decode(io.BytesIO(images.encode(picture, "webp")), "it")


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "none": lambda picture: picture,
    "jpeg 75": jpeg,
    "half": half,
    "half, jpeg 75": lambda picture: jpeg(half(picture)),
    "webp of the site": as_view,
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_found_in_every_result(marked: list[tuple[bytes, Image.Image]], change: str) -> None:
    found = [watermark.find(CHANGES[change](picture)) == mark for mark, picture in marked]
    assert found == [True] * RESULTS


def test_it_is_found_in_no_photograph() -> None:
    chance = np.random.default_rng(3)
    for number in range(PHOTOGRAPHS):
        photo = cut_out(PHOTOS[number % len(PHOTOS)], chance)
        photo = images.fit(photo, int(chance.choice([320, 512, 800])))
        if number % 2:
            photo = saved(photo, "JPEG", quality=int(chance.integers(50, 95)))
        assert watermark.find(photo) is None


def test_what_does_not_fit_its_checksum_is_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = images.fit(opened("coffee.png"), 512)
    with monkeypatch.context() as patched:
        patched.setattr(watermark, "message", lambda payload: payload + b"no!")
        wrong = watermark.mark(photo, MARK)
        assert watermark.find(wrong) is not None  # its bytes are there to be read
    assert watermark.find(wrong) is None


def test_it_is_found_in_no_result_that_has_none(results: list[Image.Image]) -> None:
    assert [watermark.find(picture) for picture in results] == [None] * RESULTS


def test_it_cannot_be_seen(
    results: list[Image.Image], marked: list[tuple[bytes, Image.Image]]
) -> None:
    """Small pictures are rough and carry as much in less room."""
    noise: dict[int, list[float]] = {}
    for before, (_, after) in zip(results, marked, strict=True):
        change = np.asarray(after, np.float64) - np.asarray(before)
        level = float(10 * np.log10(255**2 / (change**2).mean()))
        noise.setdefault(max(before.size), []).append(level)
    least = {256: 24, 320: 25, 384: 29, 512: 34, 640: 35, 768: 36, 1024: 36}  # dB
    assert noise.keys() == least.keys()
    for size, levels in noise.items():
        assert min(levels) > least[size], size
    assert np.median([level for levels in noise.values() for level in levels]) > 35


def test_a_flat_sky_stays_flat() -> None:
    sky = images.fit(opened("rocket.jpg"), 1024)
    change = np.asarray(watermark.mark(sky, MARK), np.float64) - np.asarray(sky)
    assert change[:150, 700:1000].std() < 1


@pytest.mark.parametrize("turn", list(Image.Transpose), ids=lambda turn: turn.name)
def test_it_is_found_in_a_mirror_and_on_its_side(turn: Image.Transpose) -> None:
    picture = watermark.mark(images.fit(opened("coffee.png"), 512), MARK)
    assert watermark.find(picture.transpose(turn)) == MARK


def test_the_same_mark_is_the_same_every_time() -> None:
    photo = images.fit(opened("chelsea.png"), 384)
    assert watermark.mark(photo, MARK).tobytes() == watermark.mark(photo, MARK).tobytes()


@pytest.mark.parametrize("size", [(512, 64), (64, 1024), (1024, 8), (1024, 1), (40, 300)])
def test_a_thin_picture_is_marked_too(size: tuple[int, int]) -> None:
    assert watermark.mark(opened("coffee.png").resize(size), MARK).size == size


def test_a_picture_that_is_too_small_is_left_alone() -> None:
    photo = images.fit(opened("coffee.png"), watermark.SMALLEST - 1)
    assert watermark.mark(photo, MARK).tobytes() == photo.tobytes()


def test_strips_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = images.fit(opened("coffee.png"), 512)
    whole = watermark.mark(photo, MARK)
    monkeypatch.setattr(watermark, "STRIP", 50)
    strips = np.asarray(watermark.mark(photo, MARK), np.int16)
    assert np.abs(strips - np.asarray(whole)).max() <= 1


def test_a_payload_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="6 bytes, not 5"):
        watermark.mark(opened("coffee.png"), b"short")
