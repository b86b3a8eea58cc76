"""What must be so after every fault."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.faults.cluster import Cluster
from tests.faults.visitors import Visitor

CLEAN = 2 * 86400  # seconds from now, when `cleanup` takes all that attempts left
ROWS = "SELECT id::text, state, error, attempts, result, view, thumb, preview, checkpoint, thumbs"
DOWNLOADED = 5  # of so many pictures one


@dataclass
class Outcome:
    """A row of the table in docs/faults.md."""

    fault: str
    jobs: int = 0
    faults: int = 0
    lost: int = 0
    doubled: int = 0
    reasons: dict[str, int] = field(default_factory=dict)  # of failed jobs
    attempts: int = 0  # more than one a job
    recovery: float = 0.0  # seconds until the last job that was open at a fault had ended

    def to_row(self) -> str:
        failed = sum(self.reasons.values())
        cells = [self.fault, self.jobs, self.faults, self.lost, self.doubled, failed,
                 self.attempts, f"{self.recovery:.1f} s"]  # fmt: skip
        return f"| {' | '.join(map(str, cells))} |"


async def settle(cluster: Cluster, visitors: list[Visitor], outcome: Outcome) -> Outcome:
    """All that was accepted has ended, and all else that the brief of a fault asks."""
    rows = jobs_of(cluster, visitors)
    accepted = {pk for visitor in visitors for pk in visitor.accepted}
    outcome.jobs = len(accepted)
    outcome.lost = len(accepted - rows.keys())
    outcome.doubled = len(rows.keys() - accepted)
    for visitor in visitors:
        await check_pages(visitor, rows, outcome)
    check_rows(rows, outcome)
    check_photos(cluster, visitors)
    check_storage(cluster, rows)
    assert cluster.live() == 200
    cluster.wait_ready(40)
    for site in cluster.sites:
        assert site.lives, f"{site.name} ended by itself: {site.log.read_text()[-3000:]}"
    return outcome


def jobs_of(cluster: Cluster, visitors: list[Visitor]) -> dict[str, dict[str, Any]]:
    photos = [photo for visitor in visitors for photo in visitor.photos]
    columns = ("id", "state", "error", "attempts", "result", "view", "thumb", "preview",
               "checkpoint", "thumbs")  # fmt: skip
    query = f"{ROWS} FROM gallery_rendering WHERE photo_id::text = ANY(%s)"
    return {row[0]: dict(zip(columns, row, strict=True))
            for row in cluster.postgres.ask(query, photos)}  # fmt: skip


def check_rows(rows: dict[str, dict[str, Any]], outcome: Outcome) -> None:
    assert (outcome.lost, outcome.doubled) == (0, 0), outcome
    for row in rows.values():
        assert row["state"] in ("done", "failed"), row
        outcome.attempts += row["attempts"] - 1
        if row["state"] == "failed":
            assert row["error"].endswith("."), row
            outcome.reasons[row["error"]] = outcome.reasons.get(row["error"], 0) + 1


async def check_pages(visitor: Visitor, rows: dict[str, Any], outcome: Outcome) -> None:
    """Each ends once, as the table has it; every file is whole, and twice the same."""
    assert visitor.wrong == [], visitor.wrong[:3]
    for number, pk in enumerate(visitor.accepted):
        told = visitor.told[pk]
        assert len(told.ends) == 1, (pk, told.ends)
        if pk not in rows:
            continue
        assert told.state == rows[pk]["state"], (told.shot, rows[pk])
        if told.state == "done":
            for address in (told.shot["view"], told.shot["thumb"]):
                await check_file(visitor, address)
            if number % DOWNLOADED == 0:  # encoded, and signed, anew: so its pixels are compared
                await check_file(visitor, f"/api/v1/renderings/{pk}/result", whole=False)


async def check_file(visitor: Visitor, address: str, *, whole: bool = True) -> None:
    sums = set()
    for _ in range(2):
        status, body, _told = await visitor.ask("GET", address, Accept="*/*")
        assert status == 200, (address, status, body[:200])
        picture = Image.open(io.BytesIO(body))
        pixels = picture.tobytes()
        sums.add(hashlib.sha256(body if whole else pixels).hexdigest())
    assert len(sums) == 1, address


def check_photos(cluster: Cluster, visitors: list[Visitor]) -> None:
    """No more of them than were sent."""
    photos = [photo for visitor in visitors for photo in visitor.photos]
    assert len(set(photos)) == len(photos)
    found = cluster.postgres.ask(
        "SELECT count(*) FROM gallery_photo WHERE guest IN "
        "(SELECT guest FROM gallery_photo WHERE id::text = ANY(%s))", photos,
    )  # fmt: skip
    assert found == [(len(photos),)]


def named(row: dict[str, Any]) -> set[str]:
    thumbs = row["thumbs"] if isinstance(row["thumbs"], dict) else json.loads(row["thumbs"])
    files = (row["result"], row["view"], row["thumb"], row["preview"], row["checkpoint"])
    return {name for name in (*files, *thumbs.values()) if name}


def check_storage(cluster: Cluster, rows: dict[str, dict[str, Any]]) -> None:
    """What attempts left goes with `cleanup`, and nothing else does."""
    wanted = set().union(*(named(row) for row in rows.values()))
    missing = wanted - set(cluster.files())
    assert not missing, missing
    cluster.manage("cleanup", clock=CLEAN)
    wanted -= {row["checkpoint"] for row in rows.values() if row["state"] == "failed"}  # for a day
    here = set(cluster.files())
    assert wanted <= here, wanted - here
    left = {name for name in here if name.split("/")[0] == "renderings"
            and name.split("/")[1] in rows} - wanted  # fmt: skip
    assert not left, left
