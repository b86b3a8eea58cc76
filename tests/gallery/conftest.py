"""Members, and real servers, started for the tests on free ports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from gallery.models import Photo, Rendering
from tests.cast import submit
from tests.members import make_member, signed_in
from tests.pencil import Pencil, recipe
from tests.servers import MissingError, postgres_server, redis_server
from webstyle.engine import registry


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


def missing(error: MissingError) -> None:
    """Skips; but where everything is meant to be installed, fails."""
    if os.environ.get("CI"):
        pytest.fail(str(error))
    pytest.skip(str(error))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        with redis_server(tmp_path_factory.mktemp("redis")) as address:
            yield address
    except MissingError as error:
        missing(error)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    try:
        with postgres_server("fsync=off") as address:
            yield address
    except MissingError as error:
        missing(error)
