"""The Dockerfile, read line by line, and as much of the image as can be made without Docker: the
files that would be in it, with what its own last steps make of them."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path, PurePosixPath

from tests import cast
from tests.deployed import PYTHON

VAR, STATIC, CODE = "/var/lib/webstyle", "/srv/static", "/srv/webstyle"


def stages() -> list[list[tuple[str, str]]]:
    """Instruction and text, for each FROM."""
    text = re.sub(r"^\s*#.*\n", "", (cast.ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    found: list[list[tuple[str, str]]] = []
    for line in lines:
        name, rest = line.split(None, 1)
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest.strip()))
    return found


def texts(name: str, stage: int = -1) -> list[str]:
    return [text for instruction, text in stages()[stage] if instruction == name]


def variables(stage: int = -1) -> dict[str, str]:
    """Of ENV."""
    pairs = [pair.split("=", 1) for text in texts("ENV", stage) for pair in shlex.split(text)]
    return dict(pairs)


def command(name: str = "CMD") -> list[str]:
    """Of CMD, or of HEALTHCHECK, which has options before it."""
    (text,) = texts(name)
    return [str(word) for word in json.loads(text[text.index("[") :])]


def ignored(path: PurePosixPath) -> bool:
    """By .dockerignore: as Docker has it, a pattern is of the root unless it begins with ``**/``,
    and what is in an ignored folder is ignored."""
    lines = (cast.ROOT / ".dockerignore").read_text().splitlines()
    for pattern in (line for line in lines if line and not line.startswith("#")):
        anywhere = pattern.startswith("**/")
        for part in (path, *path.parents):
            name = part.name if anywhere else str(part)
            if str(part) != "." and fnmatch.fnmatchcase(name, pattern.removeprefix("**/")):
                return True
    return False


def context(folder: Path) -> Path:
    """What ``COPY . .`` puts into ``folder``."""

    def left_out(where: str, names: list[str]) -> list[str]:
        below = PurePosixPath(Path(where).relative_to(cast.ROOT).as_posix())
        return [name for name in names if ignored(below / name)]

    shutil.copytree(cast.ROOT, folder, ignore=left_out)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Of the image, for one that lies in ``folder``."""
    given = variables()
    assert given["VAR"] == VAR
    assert given["STATIC_ROOT"] == STATIC
    given |= {"VAR": str(folder / "var"), "STATIC_ROOT": str(folder / "static")}
    given["PATH"] = given["PATH"].replace("/opt/webstyle/bin", str(PYTHON.parent))
    given["PATH"] = given["PATH"].replace("$PATH", "/usr/bin:/bin")
    return given


def build(folder: Path) -> Path:
    """The files of the image below ``folder``; gives where the code lies."""
    code = context(folder / "code")
    (folder / "var").mkdir()
    for text in (text for text in texts("RUN") if "manage.py" in text):
        here = text.replace("/tmp/build", str(folder / "build"))
        subprocess.run(["sh", "-c", here], cwd=code, env=environment(folder), check=True,
                       stdout=subprocess.DEVNULL, timeout=120)  # fmt: skip
    return code
