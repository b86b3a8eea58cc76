"""What a decoder that a stranger's file has got hold of might do, for children with limits."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

from webstyle.engine.events import EngineError


def add(one: int, other: int) -> int:
    return one + other


def wait(note: str = "") -> None:
    """Without taking time in the processor. Leaves its process's number in the file ``note``."""
    if note:
        Path(note).write_text(str(os.getpid()))
    time.sleep(600)


def wait_once(note: str) -> str:
    """The second time it is asked it does not."""
    if not Path(note).exists():
        wait(note)
    return "at last"


def spin() -> None:
    while True:
        pass


def swell() -> int:
    return len([bytes(10_000_000) for _ in range(10_000)])


def flood(path: str) -> None:
    with Path(path).open("wb") as file:
        for _ in range(400):
            file.write(bytes(1_000_000))


def crash() -> None:
    os.abort()


def fail() -> None:
    raise RuntimeError("broken")


def refuse() -> None:
    raise EngineError("it is blue: take another")


def world() -> dict[str, object]:
    """What can be reached from here."""
    files = {int(name) for name in os.listdir("/proc/self/fd")}
    return {
        "environment": list(os.environ),
        "files": [os.readlink(f"/proc/self/fd/{n}") for n in files if is_open(n)],
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "kept": resource.getrlimit(resource.RLIMIT_AS)[1],
        "nice": os.nice(0),
    }


def is_open(number: int) -> bool:
    """The listing itself was."""
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
