"""schemathesis asks the real server all that the document allows, and much that it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import cast
from tests.api import make_token
from tests.community import make_album
from tests.gallery.test_serving import answers
from tests.members import make_member, owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
SITE = {
    "LANES": "",  # nobody paints what is asked for here
    "EVENT_SECONDS": 1,  # a stream is read to its end
    "MAX_JOBS_WAITING": 10,
}
# A file of any bytes is allowed by the document, and refused by the decoder; a style or a mask of
# any name likewise: what is allowed is not always taken.
UNFIT = "positive_data_acceptance"


def things(user: Any) -> dict[str, str]:
    """Ids that are there: of everything one."""
    whose = owner(user)
    photo = cast.make_photo(whose)
    picture = cast.submit(photo)
    return {
        "photos": str(photo.pk),
        "paintings": str(cast.make_painting(whose).pk),
        "renderings": str(picture.pk),
        "taught": str(cast.make_taught(whose).pk),
        "albums": str(make_album([picture], whose).pk),
    }


def config(ids: dict[str, str]) -> str:
    """What is there is deleted last, if at all: what is deleted has other ids."""
    return "\n".join(
        f'[[operations]]\ninclude-path-regex = "/{room}/"\nexclude-method = "DELETE"\n'
        f'parameters = {{ "path.id" = "{pk}", "path.picture" = "{ids["renderings"]}" }}\n'
        for room, pk in ids.items()
    )


def search(port: int, folder: Path, *args: str) -> None:
    asked = [
        sys.executable, "-m", "schemathesis.cli", "run",
        f"http://127.0.0.1:{port}/api/v1/openapi.json", "--generation-deterministic",
        "--checks", "all", "--exclude-checks", UNFIT, "--no-color", "--warnings", "off",
        "--request-timeout", "60", "--wait-for-schema", "120", *args,
    ]  # fmt: skip
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    assert "generated" in done.stdout


def test_it_finds_nothing(tmp_path: Path) -> None:
    user = make_member()
    secret = make_token(user)
    (tmp_path / "schemathesis.toml").write_text(config(things(user)))
    port, log = cast.free_port(), tmp_path / "serve.log"
    with cast.managing(log, "serve", "--port", port, **SITE):
        cast.wait_until(lambda: answers(port), log)
        token = ("-H", f"Authorization: Bearer {secret}")
        search(port, tmp_path, *token, "--phases", "coverage,fuzzing", "-n", "2")
        (tmp_path / "schemathesis.toml").unlink()
        # With ids of things that are not there; then as nobody.
        search(port, tmp_path, *token, "--phases", "fuzzing", "-n", "3")
        search(port, tmp_path, "--phases", "fuzzing", "-n", "2")
    assert "Internal Server Error: /api/" not in log.read_text()
