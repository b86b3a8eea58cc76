"""The cast: a guest with a photo, a picture waiting to be painted and one that hangs ready."""

from __future__ import annotations

import gc
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings
from xdist.scheduler import LoadFileScheduling

from gallery import notify, runs
from gallery.limits import sockets
from gallery.models import Photo, Rendering
from tests import backends, cast
from webstyle.engine.engines.stylebank import StyleBank
from webstyle.engine.events import Result


def pytest_configure() -> None:
    if backends.LACKING and os.environ.get("CI"):  # there, everything is meant to be installed
        pytest.exit(f"BACKENDS=scaled: {backends.LACKING}", returncode=1)
    if backends.SCALED:
        backends.watch_files()
        backends.delete_instead_of_truncating()


def pytest_report_header() -> str:
    return f"backends: {backends.described()}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What takes long is not begun last, when the other workers have nothing left to do (the tables
    # of roles are in security), and each of them has one browser, and then none.
    rooms = ["faults", "browser", "security", "gallery", "engine"]
    items.sort(key=lambda item: (rooms.index(item.path.parent.name), item.path))
    for item in items:
        local = item.get_closest_marker("local")
        if backends.LACKING:
            item.add_marker(pytest.mark.skip(reason=f"BACKENDS=scaled: {backends.LACKING}"))
        elif backends.SCALED and local:
            item.add_marker(pytest.mark.skip(reason=local.args[0]))


class ByFile(LoadFileScheduling):
    """Whole files for each worker of xdist, and all faults for one: they have one cluster."""

    def _split_scope(self, nodeid: str) -> str:
        return "faults" if "/faults/" in nodeid else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    return ByFile(config, log)


def pytest_collection_finish() -> None:
    # What is loaded by now stays: the collector need not go through it over and over, which took
    # an eighth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _threads(worker_id: str) -> None:
    """Of torch, here and in what the tests start: threads that wait for each other at every layer
    take ten times as long where others have the cores."""
    from webstyle.engine.device import tune_cpu

    if worker_id != "master":
        share = cast.CORES // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        os.environ["OMP_NUM_THREADS"] = str(max(share, 1))
    tune_cpu()


@pytest.fixture(scope="session", autouse=True)
def _catalogues() -> None:
    """As `make` compiles them, for whoever runs pytest by itself."""
    for source in cast.ROOT.glob("locale/*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            data = io.BytesIO()
            write_mo(data, read_po(io.BytesIO(source.read_bytes())))
            compiled.write_bytes(data.getvalue())


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """PostgreSQL drops no database to which threads of the tests are still connected; it is gone
    with its server."""
    return backends.SCALED


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Files of one test are none of another's business."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    yield
    backends.forget(settings.TEST_SITE)


@pytest.fixture(autouse=True)
def _cache() -> None:
    """Nor are the tries that it counted."""
    sockets._open.clear()  # of tests that left theirs open
    cache.clear()


@pytest.fixture
def guest(db: None) -> Client:
    """The owner of ``photo``, ``rendering`` and ``painted``."""
    return cast.client_of(cast.GUEST)


@pytest.fixture
def stranger(db: None) -> Client:
    """Somebody with work of their own, who may see nothing of the guest's."""
    return cast.client_of(cast.STRANGER)


@pytest.fixture
def member(db: None) -> Client:
    """Somebody with an account, logged in."""
    client = Client()
    client.force_login(get_user_model().objects.create_user("member"))
    return client


@pytest.fixture
def photo(db: None) -> Photo:
    return cast.make_photo()


@pytest.fixture
def rendering(photo: Photo) -> Rendering:
    """Waiting in the queue."""
    return cast.submit(photo)


@pytest.fixture(scope="session")
def result() -> Result:
    """What the engine makes of ``rendering``: painted once, for all tests that look at pages."""
    events = StyleBank().run(cast.sample("coffee.png"), cast.SMALL, device=torch.device("cpu"))
    *_, last = events
    assert isinstance(last, Result)
    return last


@pytest.fixture
def painted(rendering: Rendering, result: Result) -> Rendering:
    """Done, and private."""
    runs.Run(cast.claim(), notify.publish, lambda: False).finish(result, seconds=0.5)
    rendering.refresh_from_db()
    assert rendering.state == "done"
    return rendering


@pytest.fixture
def run_queue() -> Callable[[], None]:
    """Claims and paints all that waits, here and now."""
    return cast.run_all
