"""The table of settings in docs/deploy.md, and what is read from the environment, are the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gallery.limits.defaults import RATES
from tests import cast
from tests.settings import LIMITS, READ

RATE_NAMES = [f"RATE_{name}".upper() for name in RATES]
ALL = {*READ, *LIMITS, *RATE_NAMES}
TEXT = (cast.ROOT / "docs" / "deploy.md").read_text()
SECTION = TEXT.partition("\n## Settings\n")[2]
LIMITS_SECTION = TEXT.partition("\n## Limits\n")[2].partition("\n## ")[0]
DOCUMENTS = [cast.ROOT / "docs" / "deploy.md", *sorted((cast.ROOT / "docs/deploy").glob("*.md"))]
OF_COMPOSE = {"POSTGRES_PASSWORD"}


def listed() -> list[str]:
    """Names in the first column, one by one."""
    rows = re.findall(r"^\| (`[^|]+) \|", SECTION, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([A-Z0-9_]+…?)`", row)]


def test_everything_that_is_read_is_in_the_table_once() -> None:
    names = listed()
    assert len(names) == len(set(names)), "a row is there twice"
    wide = tuple(name.removesuffix("…") for name in names if name.endswith("…"))
    left_out = {name for name in ALL if name not in names and not name.startswith(wide)}
    assert left_out == set()


def test_everything_in_the_table_is_read() -> None:
    for name in listed():
        begun = name.removesuffix("…")
        assert any(read == name or (begun != name and read.startswith(begun)) for read in ALL), name


def test_the_tables_of_limits_have_all_of_them_and_nothing_else() -> None:
    told = set(re.findall(r"`((?:MEMBER|GUEST|ADDRESS|RATE)_[A-Z_]+)`", LIMITS_SECTION))
    assert told == {*LIMITS, *RATE_NAMES}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_variable_that_a_document_sets_is_read(document: Path) -> None:
    set_there = set(re.findall(r"^([A-Z][A-Z0-9_]+)=", document.read_text(), re.MULTILINE))
    assert set_there, "it has examples"
    assert set_there <= ALL | OF_COMPOSE
