"""The examples of docs/api.md do what they say, as they stand there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import playwright
import pytest
from django.test import Client
from PIL import Image

from gallery.models import Album, Rendering
from tests import cast
from tests.api import make_token
from tests.gallery.conftest import missing
from tests.gallery.test_serving import answers
from tests.members import make_member, owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
BLOCK = re.compile(r"^```(bash|python|js)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
GUIDE = (cast.ROOT / "docs" / "api.md").read_text()


def node() -> str:
    """Playwright brings one."""
    brought = Path(playwright.__file__).parent / "driver" / "node"
    return str(brought) if brought.exists() else shutil.which("node") or missing("node", "nodejs")


def command(language: str, file: Path) -> list[str]:
    if language == "bash":
        for program in ("bash", "curl"):
            if not shutil.which(program):
                missing(program, program)
        return ["bash", str(file)]
    return [sys.executable if language == "python" else node(), str(file)]


def run(folder: Path, env: dict[str, str]) -> list[str]:
    """All of them, in their order; what language each was."""
    ran = []
    for number, (language, code) in enumerate(BLOCK.findall(GUIDE)):
        ending = {"bash": "sh", "python": "py", "js": "mjs"}[language]
        file = folder / f"example-{number}.{ending}"
        file.write_text(code)
        done = subprocess.run(command(language, file), cwd=folder, env=env, capture_output=True,
                              text=True, timeout=240)  # fmt: skip
        assert done.returncode == 0, f"{language} {number}:\n{done.stdout}\n{done.stderr}"
        ran.append(language)
    return ran


def test_the_examples_paint(tmp_path: Path) -> None:
    user: Any = make_member()
    (tmp_path / "photo.jpg").write_bytes(cast.encoded("coffee.png"))
    port, log = cast.free_port(), tmp_path / "serve.log"
    env = cast.environment(WEBSTYLE=f"http://127.0.0.1:{port}", WEBSTYLE_TOKEN=make_token(user))
    with cast.managing(log, "serve", "--port", port):
        cast.wait_until(lambda: answers(port), log)
        ran = run(tmp_path, env)
    assert {language: ran.count(language) for language in ran} == {"bash": 2, "python": 2, "js": 2}
    files = [tmp_path / name for name in ("curl.jpg", "python.png", "javascript.webp")]
    assert {max(Image.open(file).size) for file in files} == {512}
    mine = Rendering.objects.of(owner(user))
    assert [row.state for row in mine] == ["done"] * 4
    assert {row.recipe["styles"][0][0] for row in mine} == {"great-wave", "udnie", "the-scream"}
    album = Album.objects.get(title="By program")
    assert album.visibility == "public"
    assert len(Client().get(album.get_absolute_url()).context["pictures"]) == 2
    assert Album.objects.filter(title="Once").count() == 1
    assert "Painted while I slept." in (tmp_path / "album.json").read_text()


def test_what_the_guide_says_of_scopes_and_limits_is_so() -> None:
    from gallery.api import events, idempotency, site, tokens
    from gallery.api.scopes import SCOPES

    told = GUIDE.partition("| scope |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", told, re.MULTILINE) == list(SCOPES)
    assert (events.MOST, events.HEARTBEAT, tokens.MOST) == (10, 15, 20)
    assert (site.JSON_MOST, idempotency.KeptAnswer.KEPT.days) == (256_000, 1)
