"""Without a bank the network returns the photo: only the bank knows a style."""

from __future__ import annotations

import pytest

from tests.cast import sample
from tests.engine.painting import difference, painter, painting, psnr, rendered

PHOTOS = ["astronaut.png", "chelsea.png", "rocket.jpg"]


@pytest.mark.parametrize("name", PHOTOS)
def test_encoded_and_decoded_without_a_bank_a_photo_is_itself(name: str) -> None:
    photo = sample(name, 512)
    again = painter().decode(painter().encode(photo))
    assert again.size == photo.size
    assert psnr(again, photo) > 24


@pytest.mark.parametrize("name", PHOTOS)
def test_at_strength_nought_the_engine_returns_the_photo(name: str) -> None:
    photo = sample(name, 512)
    assert psnr(rendered(photo, strength=0.0), photo) > 24


def test_a_bank_is_what_changes_the_photo() -> None:
    photo = sample("chelsea.png", 256)
    plain = painter().decode(painter().encode(photo))
    assert difference(painting(photo, "udnie"), photo) > 3 * difference(plain, photo)
