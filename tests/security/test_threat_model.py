"""docs/threat-model.md names tests, files and settings that exist, and a test on every line."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.cast import ROOT
from tests.security.mutations import MUTATIONS
from tests.security.mutations.mutation import Mutation

TEXT = (ROOT / "docs" / "threat-model.md").read_text()
QUOTED = re.compile(r"`([^`]+)`")
NAMED = re.compile(r"(engine|gallery|browser|security)/(test_\w+\.py)::(test_\w+)")
CODE = re.compile(r"[\w./-]+\.(py|html|js|md)")
CAPITALS = re.compile(r"[A-Z][A-Z0-9_]{3,}")


def lines() -> Iterator[tuple[str, str, str]]:
    """Threat, defence and test of each line."""
    for text in TEXT.partition("## Threats")[2].splitlines():
        cells = [cell.strip() for cell in text.strip().strip("|").split(" | ")]
        if text.startswith("|") and len(cells) == 3 and cells[0] not in ("threat", "---"):
            yield cells[0], cells[1], cells[2]


LINES = list(lines())


@functools.cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


def test_it_has_the_lines_it_is_to_have() -> None:
    assert len(LINES) > 50
    for word in (
        "CSRF", "IDOR", "XSS", "SSRF", "clickjacking", "open redirect", "fixation", "SVG", "GIFAR",
        "two things", "unpacks to gigabytes", "cut files", "counted or guessed",
        "who has an account",
        "passwords are tried", "`Host`", "lines of the log", "queue", "disk", "memory", "socket",
        "style's file", "weights", "without TLS", "cookies", "name leads out", "Origin",
    ):  # fmt: skip
        assert word in TEXT.partition("## Threats")[2], word


@pytest.mark.parametrize("line", LINES, ids=[line[0] for line in LINES])
def test_each_line_names_tests_that_exist(line: tuple[str, str, str]) -> None:
    threat, _, cell = line
    named = NAMED.findall(cell)
    assert named, f"no test for: {threat}"
    for folder, file, name in named:
        path = f"{folder}/{file}"
        assert (ROOT / "tests" / path).exists(), path
        assert name in names_in(path), f"{path} has no {name}"
    # Nothing else stands in the cell, so that nothing is misspelt.
    assert not NAMED.sub("", cell).replace("`", "").strip(), cell


def test_all_files_and_settings_it_names_are_there() -> None:
    paths = (path for folder in ("gallery", "webstyle") for path in (ROOT / folder).rglob("*.py"))
    code = "".join(path.read_text() for path in paths)
    for quoted in QUOTED.findall(TEXT):
        if CODE.fullmatch(quoted) and "::" not in quoted:
            assert (ROOT / quoted).exists(), quoted
        name = quoted.partition("=")[0]
        if CAPITALS.fullmatch(name):
            assert hasattr(settings, name) or re.search(rf"\b{name}\b", code), name


TRIED = {test.partition("[")[0].removeprefix("tests/") for m in MUTATIONS for test in m.tests}


@pytest.mark.parametrize("line", LINES, ids=[line[0] for line in LINES])
def test_the_defence_of_each_line_can_be_taken_away_on_trial(line: tuple[str, str, str]) -> None:
    """``python -m tests.security.mutations`` does so, and sees the line's tests fail."""
    threat, _, cell = line
    assert TRIED & {f"{folder}/{file}::{name}" for folder, file, name in NAMED.findall(cell)}, (
        threat
    )


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[m.defence for m in MUTATIONS])
def test_each_trial_is_of_code_and_tests_as_they_are_now(mutation: Mutation) -> None:
    mutation.applied((ROOT / mutation.file).read_text())
    for test in mutation.tests:
        path, _, name = test.partition("[")[0].partition("::")
        assert name in names_in(path.removeprefix("tests/")), test
