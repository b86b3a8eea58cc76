"""The world of ``world.py``, built once for all that only look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.backends import files_in
from tests.security.world import World, build
from webstyle.engine.events import Result


@pytest.fixture(scope="module")
def shared_world(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    result: Result,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[World, Path]]:
    """In a transaction that a module ends: what a test changes is undone after the test."""
    media = tmp_path_factory.mktemp("world")
    with django_db_blocker.unblock(), transaction.atomic():
        with files_in(media):
            world = build(result)
        yield world, media
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world: tuple[World, Path], db: Any) -> Iterator[World]:
    world, media = shared_world
    world.rows["arrival"].path.touch()  # no file of the storage, and no transaction brings it back
    with files_in(media):
        yield world
