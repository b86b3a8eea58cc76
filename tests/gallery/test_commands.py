"""``manage.py stylize`` and ``manage.py styles``, as typed in a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.cast import encoded, manage
from tests.engine.bad_files import bomb, cut, saved
from webstyle.engine.weights import styles

pytestmark = pytest.mark.local("the command line asks no backend")
Words = tuple[object, ...]
Refused = Callable[..., str]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path) -> None:
    (tmp_path / "cup.jpg").write_bytes(encoded("coffee.png"))


def words(folder: Path, *args: object, photo: str = "cup.jpg", out: str = "out.png") -> Words:
    return "stylize", folder / photo, "-o", folder / out, "--size", "64", *args


def stylize(folder: Path, *args: object, **names: str):
    given = words(folder, *args, **names)
    return manage(*given, VAR=folder / "var", DATABASE_URL="sqlite://:memory:")


def test_styles_are_listed_one_a_line() -> None:
    done = manage("styles", DATABASE_URL="sqlite://:memory:")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(styles())
    assert all(style.artist in line for style, line in zip(styles().values(), lines, strict=True))


def test_styles_are_listed_as_json() -> None:
    done = manage("styles", "--json", DATABASE_URL="sqlite://:memory:")
    told = {entry["slug"]: entry for entry in json.loads(done.stdout)}
    assert told.keys() == styles().keys()
    assert told["starry-night"]["artist"] == "Vincent van Gogh"
    assert all(entry["title"] and entry["licence"] and entry["sha256"] for entry in told.values())


def test_several_styles_mix_and_the_report_is_one_json_object(tmp_path: Path) -> None:
    done = stylize(tmp_path, "--style", "udnie", "--style", "great-wave:3", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["output"] == str(tmp_path / "out.png")
    assert report["size"] == [64, 43]
    assert report["styles"] == {"udnie": 0.25, "great-wave": 0.75}
    assert (report["engine"], report["device"]) == ("stylebank", "cpu")
    assert report["seconds"] > 0
    with Image.open(tmp_path / "out.png") as picture:
        assert (picture.format, picture.size) == ("PNG", (64, 43))


def test_a_mask_keeps_a_style_to_its_region(tmp_path: Path) -> None:
    mask = Image.new("L", (64, 43))
    mask.paste(255, (0, 0, 24, 43))
    mask.save(tmp_path / "left.png")
    masked = ("--style", "udnie", "--mask", f"udnie={tmp_path / 'left.png'}", "--feather", "0")
    pictures = {}
    for name, flags in {
        "masked": masked,
        "whole": ("--style", "udnie"),
        "photo": ("--style", "udnie", "--strength", "0"),
    }.items():
        done = stylize(tmp_path, *flags, out=f"{name}.png")
        assert done.returncode == 0, done.stderr
        with Image.open(tmp_path / f"{name}.png") as picture:
            pictures[name] = picture.crop((48, 0, 64, 43)).tobytes()
    assert pictures["masked"] == pictures["photo"] != pictures["whole"]


def test_without_json_nothing_is_printed_into_a_pipe(tmp_path: Path) -> None:
    done = stylize(tmp_path, "--style", "udnie", "--strength", "0.5", "--keep-color", out="o.JPEG")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Image.open(tmp_path / "o.JPEG") as picture:
        assert picture.format == "JPEG"


BAD_PHOTOS = [
    ("gone.jpg", None, "no such file"),
    ("empty.jpg", b"", "0 bytes"),
    ("letter.jpg", b"Dear sister", "not a picture"),
    ("cut.jpg", cut("JPEG"), "cut short"),
    ("dot.png", saved("PNG", (1, 1)), "1 x 1 pixels"),
    ("huge.png", bomb(20_000, 10_000), "megapixels"),
]


@pytest.mark.parametrize(("name", "data", "says"), BAD_PHOTOS, ids=[b[0] for b in BAD_PHOTOS])
def test_a_bad_photo_ends_with_2_and_one_line_that_names_it(
    tmp_path: Path, name: str, data: bytes | None, says: str, refused: Refused
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    line = refused(*words(tmp_path, "--style", "udnie", photo=name))
    named_with_remedy(line, name, says)
    assert not (tmp_path / "out.png").exists()


def named_with_remedy(line: str, *says: str) -> None:
    for told in says:
        assert told in line
    assert ": " in line  # the remedy


def test_a_process_of_its_own_ends_with_2_and_one_line_too(tmp_path: Path) -> None:
    done = stylize(tmp_path, "--style", "mona-lisa")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    named_with_remedy(line, "'mona-lisa'")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--style", "mona-lisa"], ("'mona-lisa'", "starry-night")),
        (["--style", "udnie:0"], ("weight 0", "udnie")),
        (["--style", "udnie:much"], ("'much'", "udnie")),
        (["--style", "udnie", "--strength", "1.5"], ("strength 1.5",)),
        (["--style", "udnie", "--size", "20000"], ("size 20000",)),
        (["--style", "udnie", "--mask", "udnie"], ("'udnie'", "starry-night=SKY.png")),
        (["--style", "udnie", "--mask", "udnie=no.png"], ("no.png", "check the path")),
        (["--style", "udnie", "--mask", "great-wave=no.png"], ("'great-wave'", "add it")),
        (["--style", "udnie", "--engine", "gatys", "--mask", "udnie=no.png"], ("gatys", "masks")),
        (["--style", "udnie", "--device", "abacus"], ("'abacus'", "cpu")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_bad_choice_ends_with_2_and_one_line_that_names_it(
    tmp_path: Path, args: list[str], says: tuple[str, ...], refused: Refused
) -> None:
    named_with_remedy(refused(*words(tmp_path, *args)), *says)


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("no/such/folder/out.png", "folder"),
        ("out.gif", ".jpg, .png or .webp"),
        ("cup.jpg/out.png", "cup.jpg"),
        ("/proc/out.png", "/proc/out.png"),
        ("folder.png", "folder.png"),
    ],
)
def test_a_place_that_cannot_be_written_ends_with_2_and_one_line_that_names_it(
    tmp_path: Path, out: str, says: str, refused: Refused
) -> None:
    (tmp_path / "folder.png").mkdir()
    named_with_remedy(refused(*words(tmp_path, "--style", "udnie", out=out)), says)


def test_a_worker_without_redis_says_what_to_do() -> None:
    done = manage("worker", DATABASE_URL="sqlite://:memory:", CHANNEL_LAYER_URL="")
    assert done.returncode == 2
    assert "CHANNEL_LAYER_URL" in done.stderr
    assert "manage.py serve" in done.stderr
