"""The Dockerfile: every step that works without Docker is done, and what comes of it serves."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from tests import cast, deployed, image
from tests.settings import READ
from tests.sites import OF_ITS_OWN

pytestmark = OF_ITS_OWN
# Of Python, pip and the shell; everything else is a setting of ours.
OTHERS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
PINS = re.findall(r"^torch.*$", (cast.ROOT / "requirements.txt").read_text(), re.MULTILINE)
PIP = """#!/bin/sh
for word in "$@"; do [ -f "$word" ] && cat "$word"; done | tr '\\n' ' '
echo "$@"
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    image.build(folder)
    return folder


@pytest.fixture
def site(built: Path, tmp_path: Path) -> deployed.Site:
    """A container of its own, with an empty volume."""
    return deployed.Site(
        tmp_path, image.environment(built) | {"VAR": str(tmp_path / "var")}, built / "code"
    )


def installed(tmp_path: Path, torch: str) -> subprocess.CompletedProcess[str]:
    """What the step that installs torch says to pip."""
    (step,) = [text for text in image.texts("RUN", 0) if "torch" in text]
    (tmp_path / "pip").write_text(PIP)
    (tmp_path / "pip").chmod(0o755)
    (tmp_path / "requirements.txt").write_bytes((cast.ROOT / "requirements.txt").read_bytes())
    return subprocess.run(["sh", "-c", step], cwd=tmp_path, capture_output=True, text=True,
                          env={"PATH": f"{tmp_path}:/usr/bin:/bin", "TORCH": torch})  # fmt: skip


def test_for_cpus_torch_comes_without_cuda(tmp_path: Path) -> None:
    assert "TORCH=cpu" in image.texts("ARG", 0), "unless said otherwise"
    said = installed(tmp_path, "cpu").stdout
    assert "--index-url https://download.pytorch.org/whl/cpu" in said
    assert len(PINS) == 2
    assert all(pin in said for pin in PINS)
    assert "django" not in said


def test_for_gpus_it_comes_with_it(tmp_path: Path) -> None:
    said = installed(tmp_path, "cuda").stdout
    assert "index-url" not in said
    assert all(pin in said for pin in PINS)


def test_another_build_of_it_is_refused(tmp_path: Path) -> None:
    done = installed(tmp_path, "abacus")
    assert done.returncode != 0
    assert "cpu or cuda" in done.stderr


def test_what_is_copied_is_there() -> None:
    for stage in range(len(image.stages())):
        for text in image.texts("COPY", stage):
            if text.startswith("--from="):
                continue
            *sources, _ = text.split()
            for source in sources:
                assert (cast.ROOT / source).exists()
                assert not image.ignored(PurePosixPath(source))


def test_it_does_not_run_as_root() -> None:
    names = [name for name, _ in image.stages()[-1]]
    assert names.index("USER") > max(i for i, name in enumerate(names) if name in ("RUN", "COPY"))
    (user,) = image.texts("USER")
    assert any(f"useradd --system --uid 10001 --home-dir {image.CODE} {user}" in text
               for text in image.texts("RUN"))  # fmt: skip
    assert image.texts("VOLUME") == [image.VAR]


def test_every_variable_it_sets_is_read() -> None:
    assert image.variables().keys() - OTHERS <= set(READ)


@pytest.mark.parametrize(
    "name", [".env", ".git/config", "var/secret-key", "db.sqlite3", "key.pem", ".venv/bin/python",
             "webstyle.env", "tests/settings.py", "webstyle/__pycache__/settings.pyc"],
)  # fmt: skip
def test_what_is_nobodys_business_stays_out(name: str) -> None:
    assert image.ignored(PurePosixPath(name))


def test_no_key_is_in_it(built: Path) -> None:
    for stage in range(len(image.stages())):
        for text in (*image.texts("ENV", stage), *image.texts("ARG", stage)):
            assert not re.search("KEY|PASSWORD|TOKEN|SECRET", text)
    assert [path for path in built.rglob("*") if path.name in ("secret-key", "key.pem")] == []
    assert not (built / "build").exists(), "where the step had its own"


def test_static_files_and_languages_are_in_it(built: Path) -> None:
    assert (built / "static" / "staticfiles.json").exists()
    compiled = {path.stem for path in (built / "code" / "locale").rglob("*.mo")}
    assert compiled == {"django", "djangojs"}


def test_a_container_by_itself_is_the_whole_site(site: deployed.Site) -> None:
    """As docs/deploy/containers.md has it, with an empty volume."""
    document = (cast.ROOT / "docs" / "deploy" / "containers.md").read_text()
    (prepare,) = re.findall(r'sh -c "(python manage\.py migrate) && python', document)
    Path(site.env["VAR"]).mkdir()
    done = site.run(["sh", "-c", prepare])
    assert done.returncode == 0, done.stderr

    port = cast.free_port()
    healthy = [word.replace(":8000/", f":{port}/") for word in image.command("HEALTHCHECK")]
    assert site.run(healthy).returncode != 0, "nobody is there yet"
    with site.running([*image.command(), "--port", str(port)]) as container:
        site.wait_until(lambda: deployed.is_well(port))
        assert site.run(healthy).returncode == 0
        status, front = deployed.page(port, "/")
        assert status == 200
        sheet = re.search(r'href="(/static/[^"]+\.css)"', front)
        assert sheet, "the page names a file of the image's"
        assert deployed.page(port, sheet[1])[0] == 200
        visitor = deployed.Visitor(port)
        job = visitor.wish()
        site.wait_until(lambda: visitor.state(job) == "done")
        container.terminate()
        assert container.wait(60) == 0, site.log.read_text()
