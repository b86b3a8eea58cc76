"""Five thousand malformed uploads do the site no harm: see also docs/malformed-uploads.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.malformed.onslaught import assail

pytestmark = [
    pytest.mark.local("what is left behind is looked for in a folder"),
    pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore:IM image format is deprecated")
]  # fmt: skip
NUMBER, SEED = 5_000, 1
GROWTH = 40, 10  # MB at most: of the site and of the nursery, after the first thousand


def test_five_thousand_malformed_uploads_are_answered_and_nothing_grows(tmp_path: Path) -> None:
    report = assail(tmp_path, SEED, NUMBER)
    assert report.faults == []
    assert sum(report.statuses.values()) == NUMBER + 1
    assert set(report.statuses) <= {201, 400}
    assert min(report.statuses[201], report.statuses[400]) > NUMBER / 10
    site, nursery = report.growth()
    assert site < GROWTH[0], report.memory
    assert nursery < GROWTH[1], report.memory
