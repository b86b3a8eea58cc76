"""Files of strangers: bombs do not go off, and of what hides in a picture nothing comes out."""

from __future__ import annotations

import ast
import contextlib
import io
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from gallery.models import Photo
from tests import cast
from tests.cast import ROOT, body
from tests.security import malice
from webstyle.engine import images
from webstyle.engine.events import EngineError

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")
ROOM = 1_500_000_000  # bytes of address space; all of the program's libraries are in it


@pytest.mark.parametrize("name", malice.BOMBS)
def test_a_bomb_is_refused_or_small_within_little_memory(name: str, tmp_path: Path) -> None:
    """In a process with less memory than the file says it needs."""
    path = tmp_path / "bomb"
    path.write_bytes(malice.BOMBS[name])
    assert path.stat().st_size < 500_000
    code = (
        "import sys, pathlib\n"
        "from webstyle.engine import images\n"
        "from webstyle.engine.events import EngineError\n"
        "try: print(images.decode(pathlib.Path(sys.argv[1]), 'bomb').size)\n"
        "except EngineError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    if not done.stdout.startswith("bomb "):  # it was no larger than is allowed
        width, height = ast.literal_eval(done.stdout)
        assert width * height <= images.MAX_PIXELS


def test_a_picture_is_measured_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpacked(self: Image.Image) -> None:
        raise AssertionError("its pixels were read")

    for kind in ("JPEG of 10000 x 10000", "JPEG of 65535 x 65535", "WebP of 16383 x 16383"):
        with monkeypatch.context() as patch:
            patch.setattr(Image.Image, "load", unpacked)
            with pytest.raises(EngineError, match="megapixels"):
                images.decode(io.BytesIO(malice.BOMBS[kind]), "bomb")


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "AVIF"])
def test_of_an_animation_one_frame_is_unpacked(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Image.open(io.BytesIO(malice.animation(kind, 60)))
    assert picture.n_frames > 5
    frames: list[int] = []
    seek = type(picture).seek
    monkeypatch.setattr(
        type(picture), "seek", lambda self, frame: frames.append(frame) or seek(self, frame)
    )
    made = images.decode(io.BytesIO(malice.animation(kind, 60)), "dance")
    assert made.size == (64, 64)
    assert set(frames) <= {0}


@pytest.mark.parametrize("name", malice.POLYGLOTS)
def test_of_what_hides_in_a_picture_nothing_comes_out(name: str) -> None:
    data = malice.POLYGLOTS[name]
    assert malice.MARK in data or "text" in name or "archive" in name or "profile" in name
    picture = images.decode(io.BytesIO(data), "it")
    for kind in (*images.ENCODINGS, "avif"):
        made = images.encode(picture, kind)
        for trace in (malice.MARK, b"<script", b"%PDF", b"PK\x03\x04", b"8BIM", b"evIl", b"Exif"):
            assert trace not in made, (kind, trace)
        assert not zipfile.is_zipfile(io.BytesIO(made))


@pytest.mark.parametrize("name", ["archive behind a JPEG", "notes in EXIF", "page behind a PNG"])
def test_what_is_kept_and_sent_has_nothing_of_it_either(name: str, guest: Client) -> None:
    sent = guest.post(
        reverse("v1:photos"), malice.POLYGLOTS[name], "image/jpeg",
        headers={"X-Filename": "evil.html"},
    )  # fmt: skip
    assert sent.status_code == 201
    photo = Photo.objects.get()
    for kind, mime in (("original", "image/jpeg"), ("view", "image/webp"), ("thumb", "image/webp")):
        answer = guest.get(reverse("photo_file", args=[photo.pk, kind]))
        assert answer["Content-Type"] == mime
        assert answer["X-Content-Type-Options"] == "nosniff"
        data = body(answer)
        assert malice.MARK not in data
        assert not zipfile.is_zipfile(io.BytesIO(data))
        assert Image.open(io.BytesIO(data)).getexif() == {}
    assert all(name.endswith((".jpg", ".webp")) for name in cast.stored_files())


@pytest.mark.parametrize("name", malice.SVGS)
def test_a_drawing_is_refused(name: str) -> None:
    with pytest.raises(EngineError, match="not a picture we can read"):
        images.decode(io.BytesIO(malice.SVGS[name]), "drawing.png")


@pytest.mark.parametrize("name", malice.OTHERS)
def test_so_is_every_kind_that_is_not_on_the_list(name: str) -> None:
    with pytest.raises(EngineError, match="not a picture we can read"):
        images.decode(io.BytesIO(malice.OTHERS[name]), "photo.jpg")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_cut_anywhere_is_refused_or_whole(kind: str) -> None:
    for data in malice.cuts(kind, 12):
        with contextlib.suppress(EngineError):  # and nothing else
            assert images.decode(io.BytesIO(data), "cut").mode == "RGB"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_with_wrong_bytes_is_refused_or_a_picture(kind: str) -> None:
    for data in malice.spoiled(kind, 40):
        with contextlib.suppress(EngineError):  # and nothing else
            assert images.decode(io.BytesIO(data), "spoiled").mode == "RGB"
