"""Takes each defence away, in a copy of the code, and tells whether the tests that name it fail.

``python -m tests.security.mutations`` tries all of them, one after the other (some ten seconds
each); with words, those whose defence or file has one of them in it. It ends with 1 if a defence
could be taken away and nobody noticed. It is no part of the suite: it is for whoever changes a
defence, or a line of docs/threat-model.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.security.mutations import MUTATIONS
from tests.security.mutations.mutation import Mutation

ROOT = Path(__file__).resolve().parents[3]
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "var", "__pycache__", ".*_cache")


def notices(mutation: Mutation, folder: Path) -> tuple[bool, str]:
    """Whether a test fails, and what pytest said last."""
    path = folder / mutation.file
    whole = path.read_text()
    path.write_text(mutation.applied(whole))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
             "--show-capture=no", "--tb=no", "--timeout=60", *mutation.tests],
            cwd=folder, capture_output=True, text=True,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    finally:
        path.write_text(whole)
    last = (done.stdout.strip() or done.stderr.strip() or "no word").splitlines()[-1]
    return done.returncode == 1 and " failed" in last, last


def main(words: list[str]) -> int:
    chosen = [
        m for m in MUTATIONS if not words or any(word in m.defence + m.file for word in words)
    ]
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="webstyle-mutations-") as place:
        folder = Path(place) / "copy"
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        for mutation in chosen:
            try:
                noticed, said = notices(mutation, folder)
            except ValueError as error:
                noticed, said = False, str(error)
            unnoticed += not noticed
            print(f"{'noticed  ' if noticed else 'UNNOTICED'}  {mutation.defence}  ({said})",
                  flush=True)  # fmt: skip
    print(f"{len(chosen) - unnoticed} of {len(chosen)} noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
