"""The cast: a guest with a photo, a picture waiting to be painted and one that hangs ready."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from gallery.models import Photo, Rendering
from tests import cast


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    from webstyle.engine.device import limit_threads

    limit_threads()


@pytest.fixture(autouse=True)
def _media(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Files of one test are none of another's business."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()


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


@pytest.fixture
def painted(rendering: Rendering) -> Rendering:
    """Done, and private."""
    cast.run(cast.claim())
    rendering.refresh_from_db()
    assert rendering.state == "done", rendering.error
    return rendering


@pytest.fixture
def run_queue() -> Callable[[], None]:
    """Claims and paints all that waits, here and now."""
    return cast.run_all
