"""The wall clock of a process of the site, off by as many seconds as the file $CLOCK_FILE says.

On PYTHONPATH, so before anything else is imported. All that the site, Django, Channels and Daphne
know of the time of day comes from the two functions that are replaced; what is measured (monotonic
clocks, timeouts) goes on as it is, as on a machine whose clock is set.
"""

import os
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

FILE = Path(os.environ.get("CLOCK_FILE", os.devnull))  # decoders have no environment
wall, now = time.time, timezone.now


def offset() -> float:
    try:
        return float(FILE.read_text())
    except (OSError, ValueError):  # it is being written
        return 0.0


time.time = lambda: wall() + offset()
time.time_ns = lambda: int(1e9 * time.time())
timezone.now = lambda: now() + timedelta(seconds=offset())
