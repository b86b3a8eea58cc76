"""The disk is full when a result is to be kept: it is tried again, and told; nothing half stays."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from gallery.operations import checkup
from tests import cast
from tests.faults.cluster import LEASE, Cluster
from tests.faults.conftest import LIMIT, LONG
from tests.faults.visitors import LARGER, Visitor

pytestmark = pytest.mark.timeout(LIMIT)
JOBS = 8 if LONG else 3
MB = 1_000_000
SMALLEST = 20_000  # bytes of a file, with the limit: less than any result, and any preview
Way = Callable[[Cluster], AbstractContextManager["Callable[[], None]"]]


@contextmanager
def mounted(cluster: Cluster) -> Iterator[Callable[[], None]]:
    """The storage on a disk of its own, filled to the last byte: ENOSPC."""
    place, ballast = cluster.media, cluster.media / "ballast"
    kept = place.with_name("kept")
    place.rename(kept)
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "none", place], check=True)
    try:
        subprocess.run(["cp", "-a", f"{kept}/.", place], check=True)
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * MB):
                pass
        yield lambda: ballast.unlink()
        subprocess.run(["cp", "-a", f"{place}/.", kept], check=True)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
        place.rmdir()
        kept.rename(place)


@contextmanager
def limited(cluster: Cluster) -> Iterator[Callable[[], None]]:
    """Without privileges: the workers may write no file of the size of a result: EFBIG. Their logs
    begin anew, for they are files, too."""
    for worker in cluster.workers:
        worker.kill()
        worker.log.rename(worker.log.with_suffix(".before"))
        worker.start()
    limits = {w.pid: resource.prlimit(w.pid, resource.RLIMIT_FSIZE) for w in cluster.workers}
    for pid, (_soft, hard) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (SMALLEST, hard))

    def room() -> None:
        for pid, values in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, values)

    yield room


def may_mount() -> bool:
    if os.geteuid() != 0:
        return False
    place = Path("/tmp/webstyle-may-mount")
    place.mkdir(exist_ok=True)
    found = subprocess.run(["mount", "-t", "tmpfs", "none", place], capture_output=True)
    if found.returncode == 0:
        subprocess.run(["umount", place], check=True)
    return found.returncode == 0


def ways() -> list[Way]:
    """The truest that can be had here; in the long form all of them."""
    found: list[Way] = [mounted, limited] if may_mount() else [limited]
    return found if LONG else found[:1]


@pytest.mark.parametrize("way", ways(), ids=lambda way: way.__name__)
async def test_jobs_wait_for_room_and_are_told_that_there_is_none(
    cluster: Cluster, scene, way: Way
) -> None:
    now = await scene(f"the disk full ({way.__name__})")
    (visitor,) = now.visitors
    with way(cluster) as make_room:
        now.logs = {site.name: site.log.stat().st_size for site in cluster.sites}
        for _ in range(JOBS):
            await visitor.wish(visitor.photos[0], LARGER)
        now.strikes()
        await asyncio.to_thread(cast.wait_until, lambda: now.lines("is tried again"))
        await asyncio.to_thread(cast.wait_until, lambda: not half_written(cluster, visitor))
        if way is mounted:
            await asyncio.sleep(checkup.FRESH)  # a report is given again as long as that
            status, told = await asyncio.to_thread(cluster.ready)
            assert (status, told["checks"]["disk"]["status"]) == (503, "failing")
        assert cluster.live() == 200
        await asyncio.sleep(LEASE)
        make_room()
        outcome = await now.settle()
    if way is mounted:
        assert not (cluster.media / "ballast").exists()
    assert all("storage is full" in reason for reason in outcome.reasons), outcome.reasons
    assert outcome.attempts >= 1
    told = now.lines("is tried again")
    assert {line["job"] for line in told} <= set(visitor.accepted)


def half_written(cluster: Cluster, visitor: Visitor) -> list[str]:
    """Of results that there was no room for."""
    folders = [f"renderings/{pk}/result" for pk in visitor.accepted]
    return [name for name in cluster.files() if name.startswith(tuple(folders))]
