"""Weights are fetched when asked for, checked, and never half there."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.core.management import call_command

from gallery.management.commands.fetch_weights import Command
from tests.cast import free_port
from webstyle.engine.events import EngineError
from webstyle.engine.weights import VGG19_FILE

pytestmark = pytest.mark.local("the command line asks no backend")
CONTENT = b"weights " * 300_000
NAME = f"net-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[str]:
    """A web server with one file."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "file").write_bytes(CONTENT)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_file_with_the_right_sum_is_kept(mirror: str, tmp_path: Path) -> None:
    path = tmp_path / "weights" / NAME
    assert Command().fetch(f"{mirror}/file", path).read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == [NAME]


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    assert Command().fetch("http://127.0.0.1:1/nobody-listens", path) == path


def test_another_file_is_refused_and_thrown_away(mirror: str, tmp_path: Path) -> None:
    path = tmp_path / "weights" / "net-00000000.pth"
    with pytest.raises(EngineError, match="gave another file"):
        Command().fetch(f"{mirror}/file", path)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("address", ["/missing", None])
def test_without_an_answer_it_says_so_in_one_line(
    address: str | None,
    mirror: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VAR", str(tmp_path))
    url = mirror + address if address else f"http://127.0.0.1:{free_port()}/gone"
    with pytest.raises(SystemExit) as exit_:
        call_command("fetch_weights", "vgg19", url=url)
    assert exit_.value.code == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert url in line
    assert str(tmp_path / "weights" / VGG19_FILE) in line
