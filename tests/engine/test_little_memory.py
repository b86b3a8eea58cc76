"""A process that really has little memory left paints all the same."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.cast import ROOT
from webstyle.engine.device import has_bfloat16

SIDE = 4000  # px
# MB: in bfloat16, in one piece, it takes 810; in smaller parts it did with 400.
LEFT = 550 if has_bfloat16() else 1000


def test_where_the_system_gives_no_more_memory_the_picture_goes_on_in_smaller_parts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.little_memory", str(SIDE), str(LEFT)], cwd=ROOT,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["note"] == "cpu ran out of memory: painted in smaller parts"
    assert told["size"] == [SIDE, SIDE]
    assert told["peak_mb"] <= LEFT
    assert "can't allocate memory" in done.stderr  # as the log has it
