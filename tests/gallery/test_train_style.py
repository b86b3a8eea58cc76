"""``manage.py train_style``, as typed in a terminal."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.cast import ROOT, encoded, manage
from webstyle.engine import stylefile

pytestmark = pytest.mark.local("the command line asks no backend")
MEMORY = "sqlite://:memory:"
BEGUN = ("--start", "udnie")  # to look for the nearest style takes a while


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path) -> None:
    (tmp_path / "cup.jpg").write_bytes(encoded("coffee.png"))
    Image.new("L", (256, 171), 255).save(tmp_path / "all.png")
    Image.new("L", (256, 171), 0).save(tmp_path / "nothing.png")
    Image.new("L", (100, 300), 255).save(tmp_path / "tall.png")
    (tmp_path / "empty").mkdir()


def train(folder: Path, *args: object):
    return manage(
        "train_style", folder / "cup.jpg", "--minutes", "0.05", *args,
        VAR=folder / "var", DATABASE_URL=MEMORY,
    )  # fmt: skip


def test_a_style_is_taught_and_painted_with(tmp_path: Path) -> None:
    done = train(tmp_path, "--name", "Morning Coffee", "--artist", "A barista", "--year", "2013",
                 "--region", tmp_path / "all.png", "--preview", tmp_path / "seen.png")  # fmt: skip
    assert done.returncode == 0, done.stderr
    place = tmp_path / "var" / "styles" / "morning-coffee.safetensors"
    found = stylefile.check(place)
    assert (found.title, found.artist, found.year) == ("Morning Coffee", "A barista", 2013)
    assert "--style taught:morning-coffee" in done.stdout
    painted = manage(
        "stylize", tmp_path / "cup.jpg", "--style", "taught:morning-coffee:2", "--style", "udnie",
        "--size", "64", "--json", "-o", tmp_path / "out.png",
        VAR=tmp_path / "var", DATABASE_URL=MEMORY,
    )  # fmt: skip
    assert painted.returncode == 0, painted.stderr
    assert '"taught:morning-coffee": 0.66' in painted.stdout


def test_a_style_of_that_name_is_not_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "styles"
    folder.mkdir(parents=True)
    (folder / "coffee.safetensors").write_bytes(b"kept")
    done = train(tmp_path, "--name", "Coffee", *BEGUN)
    assert done.returncode == 0, done.stderr
    assert (folder / "coffee.safetensors").read_bytes() == b"kept"
    assert (folder / "coffee-2.safetensors").exists()


def test_interrupted_it_keeps_what_it_has_and_goes_on_later(tmp_path: Path) -> None:
    # What is started in the background of a shell inherits a deaf ear for Ctrl-C.
    command = [
        "env", "--default-signal=INT",
        sys.executable, "manage.py", "train_style", tmp_path / "cup.jpg", "--name", "Coffee",
        "--minutes", "30", *BEGUN, "-o", tmp_path / "coffee.safetensors",
        "--checkpoint", tmp_path / "coffee.lesson", "--preview", tmp_path / "seen.png",
    ]  # fmt: skip
    work = subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    for _ in range(240):
        if (tmp_path / "seen.png").exists():
            break
        time.sleep(0.5)
    work.send_signal(signal.SIGINT)
    told, _ = work.communicate(timeout=60)
    assert work.returncode == 0
    first = stylefile.check(tmp_path / "coffee.safetensors").training
    assert first["minutes"] < 30
    assert f"steps {first['steps']}" in told

    done = train(tmp_path, "--name", "Coffee", "-o", tmp_path / "more.safetensors",
                 "--checkpoint", tmp_path / "coffee.lesson",
                 "--minutes", first["minutes"] + 0.05)  # fmt: skip
    assert done.returncode == 0, done.stderr
    again = stylefile.check(tmp_path / "more.safetensors").training
    assert again["steps"] > first["steps"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--name", " "), "no title"),
        (("--name", "x", "--minutes", "0"), "minutes 0"),
        (("--name", "x", "--stroke", "7"), "stroke 7"),
        (("--name", "x", "--start", "mona-lisa"), "mona-lisa"),
        (("--name", "x", "--region", "{}/tall.png"), "tall.png"),
        (("--name", "x", "--region", "{}/nothing.png"), "region"),
        (("--name", "x", "--photos", "{}/empty"), "no photographs"),
        (("--name", "x", "--photos", "{}/nowhere"), "not a folder"),
        (("--name", "x", "-o", "{}/nowhere/x.safetensors"), "nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    args: tuple[str, ...], words: str, tmp_path: Path, refused: Callable[..., str]
) -> None:
    given = (arg.format(tmp_path) for arg in args)
    assert words in refused("train_style", tmp_path / "cup.jpg", "--minutes", "0.05", *given)


def test_a_painting_that_is_not_there_is_named(tmp_path: Path, refused: Callable[..., str]) -> None:
    assert "gone.jpg" in refused("train_style", tmp_path / "gone.jpg", "--name", "x")
