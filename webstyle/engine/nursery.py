"""A small process that has the decoders imported, and forks a child for each stranger's file.

``python -m webstyle.engine.nursery FD``: FD is a socket. Each message on it is one byte, with a
socket of its own for one job. The child reads ``{"function": ..., "arguments": [...], "memory":
bytes, "seconds": ...}`` from there, to the end, and writes ``{"value": ...}`` or, for an
EngineError, ``{"error": ...}``; where it dies there is no answer. The process ends when the other
end of FD is closed, and takes its children with it.

It never touches a file itself: so it does not grow, and no file can spoil it. It has one thread, so
forking is safe. It knows no secret: whoever starts it gives it no environment to speak of.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
from typing import Any, NoReturn

FILE_BYTES = 250_000_000  # of one written file: as many as the pixels of the largest picture have
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def main() -> None:
    calls = socket.socket(fileno=int(sys.argv[1]))
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them: no zombies
    libc = ctypes.CDLL(None)
    mother = os.getpid()
    while True:
        data, descriptors, _, _ = socket.recv_fds(calls, 1, 1)
        if not data:
            return  # the site has ended
        with socket.socket(fileno=descriptors[0]) as job:
            if os.fork() == 0:
                libc.prctl(DIE_WITH_PARENT, signal.SIGKILL)
                calls.close()
                if os.getppid() == mother:  # else it died before it could be asked
                    attend(job)
                os._exit(1)


def warm_up() -> None:
    """Everything that opens a picture, once for all children."""
    from PIL import Image

    from webstyle.engine import sanitize  # noqa: F401

    Image.init()  # all of Pillow's decoders: else each child would look for them
    gc.freeze()  # a child's collections do not touch, and so copy, what it shares


def attend(job: socket.socket) -> NoReturn:
    """One job, in the child."""
    try:
        with job.makefile("rwb") as line:
            asked = json.load(line)
            confine(job.fileno(), asked["memory"], asked["seconds"])
            line.write(json.dumps(answer(asked["function"], asked["arguments"])).encode())
    finally:  # where there was no memory, most of all: whoever waits gets no answer, which says it
        os._exit(0)


def confine(job: int, memory: int, seconds: int) -> None:
    """Limits that the kernel holds, whatever a decoder is busy with."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(2 * seconds)  # ends it, also where it only waits
    os.nice(5)  # pages first
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)  # what decoders grumble is nobody's business
    os.closerange(3, job)
    os.closerange(job + 1, 256)
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def answer(function: str, arguments: list[Any]) -> dict[str, Any]:
    from webstyle.engine.events import EngineError

    room, _, name = function.rpartition(".")
    try:
        return {"value": getattr(importlib.import_module(room), name)(*arguments)}
    except EngineError as error:
        return {"error": str(error)}


if __name__ == "__main__":
    main()
