"""Strangers' files are opened in processes of their own, with limits on memory and time.

A fresh Python for each would spend most of its time on imports. So one small process, started when
it is first needed, has imported what opens pictures and forks a child for each file: see
``webstyle.engine.nursery``. Should it be gone, it is started again.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from gallery.refusals import RefusedError
from webstyle.engine.events import EngineError

# Twenty uploads at once open one after the other: each may take DECODE_MEMORY_MB.
DECODERS = threading.BoundedSemaphore(2)
PATIENCE = 90  # seconds that an upload waits for its turn
MOST = 1 << 20  # bytes of an answer
TRIES = 3  # while the nursery dies before the child has begun, or with it
# Of the environment; the rest may hold secrets, and no decoder needs it.
KNOWN = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # it forks: so it has no others


class DiedError(Exception):
    """A child gave no answer."""


def sanitize(upload: Path, folder: Path, name: str) -> dict[str, Any]:
    """See ``webstyle.engine.sanitize``: clean copies of ``upload`` in ``folder``. A decoder that
    hangs or swells takes nobody with it."""
    facts: dict[str, Any] = run_limited(
        "webstyle.engine.sanitize.sanitize", str(upload), str(folder), name, name=name
    )
    return facts


def run_limited(function: str, *arguments: Any, name: str) -> Any:
    """What a function of the engine, as in ``webstyle.engine.sanitize.sanitize``, gives for
    ``arguments``, in a child with limits. Arguments and value are what JSON can say; pictures go in
    and out as files. ``name`` is what the file is called, for people.

    Raises what the function raises as EngineError; also for a file that takes too much time or
    memory, and for a function that breaks in any other way.
    """
    if not DECODERS.acquire(timeout=PATIENCE):
        raise RefusedError(
            _("Too many pictures are being opened just now: try again in a moment."), after=30
        )
    try:
        said = nursery.ask(
            {
                "function": function,
                "arguments": arguments,
                "memory": settings.DECODE_MEMORY_MB * 1_000_000,
                "seconds": settings.DECODE_SECONDS,
            }
        )
    except DiedError:
        raise EngineError(
            f"{name} takes too much time or memory to open: make it smaller"
        ) from None
    finally:
        DECODERS.release()
    if "error" in said:
        raise EngineError(said["error"])
    return said["value"]


class Nursery:
    """The small process, as the site sees it. Any thread may ask."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.calls: socket.socket | None = None

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Raises DiedError when there is no answer in time."""
        for _try in range(TRIES):
            process, calls = self.running()
            if said := asked(calls, job):
                return said
            if process.poll() is None and not ended(process):
                break  # the child died, not the nursery
        raise DiedError

    def running(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        with self.lock:
            if self.process is None or self.calls is None or self.process.poll() is not None:
                self.stop()
                self.process, self.calls = start()
            return self.process, self.calls

    def stop(self) -> None:
        """It ends when nobody can call it any more."""
        if self.calls:
            self.calls.close()
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        self.process = self.calls = None

    def forget(self) -> None:
        """In a process that was forked from this one: the nursery is its parent's."""
        self.lock = threading.Lock()
        if self.calls:
            self.calls.close()
        self.process = self.calls = None


def start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {name: os.environ[name] for name in KNOWN if name in os.environ}
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "webstyle.engine.nursery", str(theirs.fileno())],
            cwd=settings.BASE_DIR,
            env=environment | ONE_THREAD,
            pass_fds=[theirs.fileno()],  # and no other: neither the database nor a visitor
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is the site's to hear; it ends with the site
        )
    return process, ours


def asked(calls: socket.socket, job: dict[str, Any]) -> dict[str, Any]:
    """The answer, or nothing."""
    ours, theirs = socket.socketpair()
    # Two limits of the child's own come first: this one is for a nursery that is stopped.
    ours.settimeout(2 * job["seconds"] + 10)
    with ours, contextlib.suppress(OSError, ValueError):
        with theirs:
            socket.send_fds(calls, [b"!"], [theirs.fileno()])
        ours.sendall(json.dumps(job).encode())
        ours.shutdown(socket.SHUT_WR)
        with ours.makefile("rb") as line:
            data = line.read(MOST)
        answer: dict[str, Any] = json.loads(data) if data else {}
        return answer
    return {}


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it is about to: its children die with it, and are heard of first."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0.2)
        return True
    return False


nursery = Nursery()
os.register_at_fork(after_in_child=nursery.forget)
atexit.register(nursery.stop)
