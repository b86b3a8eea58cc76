"""Every result that leaves carries signed credentials and a mark, and tells of no person."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django.fixtures import Settings

from gallery import files
from gallery.models import Photo, Rendering
from gallery.provenance import certificate, stamp
from tests.cast import GUEST, claim, encoded, make_painting, manage, run, submit
from webstyle.engine import credentials, watermark
from webstyle.engine.recipe import Recipe
from webstyle.engine.weights import get_style

KINDS = ("jpg", "png", "webp")
FORMAT = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
READ = Recipe(styles=(("starry-night", 1.0),), size=256)


def told_in(data: bytes, kind: str, tmp_path: Path) -> dict[str, Any] | None:
    path = tmp_path / f"it.{kind}"
    path.write_bytes(data)
    return credentials.read(path, FORMAT[kind], certificate.trust())


def mark_in(data: bytes) -> bytes | None:
    return watermark.find(Image.open(io.BytesIO(data)))


def paint(photo: Photo, recipe: Recipe = READ) -> Rendering:
    return run(claim(lane=submit(photo, recipe).lane))


@pytest.fixture
def starry(photo: Photo) -> Rendering:
    """Painted, large enough for a mark."""
    return paint(photo)


@pytest.mark.parametrize("kind", KINDS)
def test_a_download_says_that_it_is_synthetic_by_what_and_in_which_style(
    guest: Client, starry: Rendering, kind: str, tmp_path: Path
) -> None:
    data = guest.get(reverse("picture_download", args=[starry.pk, kind])).content
    assert told_in(data, kind, tmp_path) == {
        "ours": True, "intact": True, "expired": False, "synthetic": True,
        "issuer": "webstyle, Content Credentials",
        "software": "webstyle", "engine": "StyleBank (Chen et al. 2017)",
        "styles": [{"title": "The Starry Night", "artist": "Vincent van Gogh"}],
        "when": starry.finished.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip
    assert mark_in(data) == starry.pk.bytes[:6]


@pytest.mark.parametrize("kind", ["result", "view"])
def test_what_is_kept_at_full_size_is_signed(starry: Rendering, kind: str, tmp_path: Path) -> None:
    field = getattr(starry, kind)
    told = told_in(field.open().read(), Path(field.name).suffix[1:], tmp_path)
    assert told
    assert told["ours"]
    assert told["intact"]


def test_thumbs_of_walls_carry_the_mark(starry: Rendering) -> None:
    assert mark_in(starry.thumb.open().read()) == stamp.mark_of(starry.pk)


@pytest.mark.parametrize("kind", KINDS)
def test_one_changed_byte_of_the_picture_is_found_out(
    starry: Rendering, kind: str, tmp_path: Path
) -> None:
    data = bytearray(files.result_as(starry, kind))
    data[len(data) // 2] ^= 0x55
    told = told_in(bytes(data), kind, tmp_path)
    assert told
    assert not told["intact"]


def test_it_costs_less_than_five_kilobytes(starry: Rendering, settings: Settings) -> None:
    with_it = {kind: len(files.result_as(starry, kind)) for kind in ("jpg", "webp")}
    settings.PROVENANCE = False
    for kind, size in with_it.items():
        assert 1000 < size - len(files.result_as(starry, kind)) < 5000


def test_no_person_photograph_or_title_is_told(starry: Rendering, tmp_path: Path) -> None:
    starry.change(name="Secret garden", caption_text="of my Secret aunt")
    Photo.objects.update(title="Secret-photo.jpg")
    starry.refresh_from_db()
    for kind in KINDS:
        data = files.result_as(starry, kind)
        for word in (b"Secret", GUEST.guest.encode(), str(starry.pk).encode()):
            assert word not in data


def test_a_painting_is_named_only_while_its_owner_shares_it(photo: Photo, tmp_path: Path) -> None:
    painting = make_painting(title="Aunt Secret")
    recipe = Recipe(styles=((painting.ref, 1.0),), engine="gatys", size=128,
                    params={"iterations": 5})  # fmt: skip
    picture = paint(photo, recipe)

    def titles(data: bytes) -> list[str]:
        told = told_in(data, "png", tmp_path)
        assert told
        return [style["title"] for style in told["styles"]]

    assert titles(files.result_as(picture, "png")) == ["A painting"]
    painting.public = True
    painting.save()
    assert titles(files.result_as(picture, "png")) == ["Aunt Secret"]
    kept = paint(photo, recipe).result.open().read()  # painted while it is shared
    assert titles(kept) == ["A painting"]
    painting.public = False
    painting.save()
    assert b"Secret" not in files.result_as(picture, "jpg")


def test_the_setting_takes_both_away(photo: Photo, settings: Settings, tmp_path: Path) -> None:
    settings.PROVENANCE = False
    picture = paint(photo)
    for kind in KINDS:
        data = files.result_as(picture, kind)
        assert told_in(data, kind, tmp_path) is None
        assert mark_in(data) is None


def test_a_picture_from_before_is_marked_and_signed_when_it_leaves(
    photo: Photo, settings: Settings, tmp_path: Path
) -> None:
    settings.PROVENANCE = False
    picture = paint(photo)
    settings.PROVENANCE = True
    for kind in KINDS:
        data = files.result_as(picture, kind)
        told = told_in(data, kind, tmp_path)
        assert told
        assert told["ours"]
        assert mark_in(data) == stamp.mark_of(picture.pk)


def test_a_picture_is_kept_though_it_cannot_be_signed(
    photo: Photo, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.C2PA_CERTIFICATE = settings.C2PA_KEY = str(tmp_path / "gone.pem")
    picture = paint(photo)
    assert picture.state == "done"
    assert "without Content Credentials" in caplog.text


@pytest.mark.local("the command line asks no backend")
def test_the_command_line_marks_and_signs_unless_it_is_told_not_to(tmp_path: Path) -> None:
    (tmp_path / "cup.jpg").write_bytes(encoded("coffee.png"))
    env = {"VAR": str(tmp_path / "var"), "DATABASE_URL": "sqlite://:memory:"}
    for flag, out in (((), "with.png"), (("--no-provenance",), "without.png")):
        done = manage("stylize", tmp_path / "cup.jpg", "-o", tmp_path / out, "--size", "256",
                      "--style", "udnie", *flag, **env)  # fmt: skip
        assert done.returncode == 0, done.stderr
    chain = (tmp_path / "var" / "c2pa" / certificate.CHAIN).read_text()
    trust = credentials.Trust.in_chains([chain])
    told = credentials.read(tmp_path / "with.png", "PNG", trust)
    assert told
    assert told["ours"]
    assert told["styles"] == [{"title": get_style("udnie").title, "artist": "Francis Picabia"}]
    assert mark_in((tmp_path / "with.png").read_bytes()) == stamp.NAMELESS
    assert credentials.read(tmp_path / "without.png", "PNG", trust) is None
    assert mark_in((tmp_path / "without.png").read_bytes()) is None
