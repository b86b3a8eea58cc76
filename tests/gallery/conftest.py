"""Members, and real servers, started for the tests on free ports."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import load_command_class
from django.test import Client
from django.utils import translation

from gallery.models import Photo, Rendering
from tests import backends, servers
from tests.cast import submit
from tests.members import make_member, signed_in
from tests.pencil import Pencil, recipe
from webstyle.engine import registry


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """What a request leaves behind in the thread is none of another test's business."""
    yield
    translation.deactivate()


@pytest.fixture
def pencil(monkeypatch: pytest.MonkeyPatch) -> type[Pencil]:
    """The tests' slow engine, registered for one test."""
    monkeypatch.setitem(registry._engines, "pencil", Pencil)  # type: ignore[arg-type]
    for record in (Pencil.at, Pencil.told, Pencil.seen):
        record.clear()
    return Pencil


@pytest.fixture
def drawing(pencil: type[Pencil], photo: Photo) -> Rendering:
    """Waiting in the slow lane."""
    return submit(photo, recipe())


@pytest.fixture
def hung(painted: Rendering) -> Rendering:
    """Done, and published."""
    painted.change(public=True, published=painted.created)
    return painted


@pytest.fixture
def user(db: None) -> Any:
    return make_member("vincent")


@pytest.fixture
def vincent(user: Any) -> Client:
    """Signed in."""
    return signed_in(user)


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What ``manage.py`` says to such a command line, which it has to refuse with 2 and one line.
    In this process: a new one would import torch for some seconds, only to say no."""

    def said(name: str, *args: object) -> str:
        command = load_command_class("gallery", name)
        with pytest.raises(SystemExit) as ended:
            command.run_from_argv(["manage.py", name, *map(str, args)])
        told = capsys.readouterr()
        assert ended.value.code == 2
        assert told.out == ""
        (line,) = told.err.splitlines()
        return line

    return said


def missing(program: str, package: str) -> None:
    """Skips; but where everything is meant to be installed, fails."""
    reason = f"{program} is not installed: apt-get install {package}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Empty."""
    return backends.new_redis() if backends.SCALED else f"{server('redis')}/0"


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Empty."""
    return backends.new_database() if backends.SCALED else server("postgresql")


def server(kind: str) -> str:
    """The address of one that nobody else uses; it ends with the tests."""
    if servers.missing(kind):
        missing(kind, servers.PACKAGES[kind])
    return servers.start(kind)[kind]
