"""What is not a whole picture of an accepted kind is refused in one sentence."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.engine.bad_files import BAD_FILES, HTML, bomb, with_html
from webstyle.engine import images
from webstyle.engine.events import EngineError


@pytest.mark.parametrize(("name", "data", "says"), BAD_FILES, ids=[b[0] for b in BAD_FILES])
def test_a_bad_file_is_refused_by_name_with_the_remedy(
    name: str, data: bytes, says: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    for source in (path, io.BytesIO(data)):
        with pytest.raises(EngineError) as refused:
            images.decode(source, name)
        message = str(refused.value)
        assert name in message
        assert says in message
        assert ": " in message  # the remedy
        assert "\n" not in message


def test_a_picture_of_as_many_pixels_as_allowed_is_taken() -> None:
    assert images.decode(io.BytesIO(bomb(8_000, 4_000)), "it").size == (8_000, 4_000)


def test_a_page_hidden_behind_a_picture_does_not_come_out_again() -> None:
    picture = images.decode(io.BytesIO(with_html()), "it")
    for kind in images.ENCODINGS:
        data = images.encode(picture, kind)
        assert HTML not in data
        assert b"<script" not in data


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"gone\.jpg: no such file"):
        images.decode(tmp_path / "gone.jpg", "gone.jpg")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="album is a folder"):
        images.decode(tmp_path, "album")
