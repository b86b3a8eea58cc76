"""``check --deploy`` has nothing to say of a site that is set up as docs/deploy.md describes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests import cast

pytestmark = pytest.mark.local("settings are read, and no backend is asked")
DOCS = cast.ROOT / "docs" / "deploy.md"


def described() -> dict[str, str]:
    """The settings of the section "Ready for the public", as they are written there."""
    section = DOCS.read_text().partition("## Ready for the public")[2].partition("\n## ")[0]
    return dict(re.findall(r"^([A-Z_]+)=(\S+)", section, re.MULTILINE))


def check(tmp_path: Path, **values: Any) -> Any:
    given: dict[str, Any] = {"VAR": tmp_path, **described(), **values}
    given = {name: value for name, value in given.items() if value}
    given |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}", "PERCEPTUAL": "compact"}
    return cast.manage("check", "--deploy", "--fail-level", "WARNING", **given)


def test_as_it_is_described_it_is_clean(tmp_path: Path) -> None:
    assert {"HTTPS", "ALLOWED_HOSTS", "HSTS_SECONDS", "HSTS_SUBDOMAINS"} <= described().keys()
    done = check(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("HSTS_SUBDOMAINS", "", "security.W005"),  # nobody has decided yet
        ("HSTS_PRELOAD", "", "security.W021"),
        ("HSTS_SECONDS", "0", "security.W004"),
        ("HTTPS", "false", "security.W008"),
        ("SECRET_KEY", "short", "security.W009"),
        ("EMAIL_URL", "console:", "webstyle.W004"),
        ("TRUSTED_PROXIES", "0", "webstyle.W003"),
    ],
)
def test_what_is_left_out_is_told(tmp_path: Path, name: str, value: str, found: str) -> None:
    done = check(tmp_path, **{name: value})
    assert done.returncode == 1
    assert found in done.stderr
