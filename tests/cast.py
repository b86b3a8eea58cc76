"""Who and what appears in the tests, and how they are made."""

from __future__ import annotations

import functools
import json
import os
import struct
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image

from gallery import jobs, notify, runs, services
from gallery.models import Mask, Painting, Photo, Rendering, TaughtStyle
from gallery.operations import storage
from gallery.operations.guests import SEEN
from gallery.owners import SESSION_KEY, Owner
from tests import backends
from tests.servers import free_port as free_port
from webstyle.asgi import application
from webstyle.engine import images
from webstyle.engine.recipe import Recipe
from webstyle.engine.samples import sample_path
from webstyle.engine.weights import autoencoder_fingerprint, get_style

ROOT = Path(__file__).resolve().parent.parent
CORES = len(os.sched_getaffinity(0))
State = Rendering.State
GUEST, STRANGER = Owner(guest="the-guest"), Owner(guest="the-stranger")
SMALL = Recipe(styles=(("udnie", 1.0),), size=64)  # painted in a moment
# Long enough to be interrupted, also on a fast machine.
LARGE = Recipe(styles=(("udnie", 1.0), ("great-wave", 1.0), ("the-scream", 1.0)), size=2048)
CHINESE = "zh-hans"
ELSEWHERE = "elsewhere:1"  # a worker of another machine: nobody here can tell whether it lives


@functools.cache
def sample(name: str, size: int = 256) -> Image.Image:
    """A photograph that comes inside scikit-image; ``size`` is its long side in px."""
    return images.fit(images.decode(sample_path(name), name), size)


@functools.cache
def encoded(name: str, kind: str = "jpg", size: int = 256) -> bytes:
    return images.encode(sample(name, size), kind)


def client_of(owner: Owner, *, careful: bool = False) -> Client:
    """A browser whose session belongs to ``owner``, a guest. ``careful`` has CSRF enforced."""
    client = Client(enforce_csrf_checks=careful)
    session = client.session
    session[SESSION_KEY] = owner.guest
    session[SEEN] = timezone.now().date().isoformat()  # was here today already
    session.save()
    return client


def socket_of(
    client: Client | None, path: str, origin: str | None = "http://localhost"
) -> WebsocketCommunicator:
    """A page's WebSocket, not yet connected, with the cookies of its browser."""
    headers = [(b"host", b"localhost")]
    if origin:
        headers.append((b"origin", origin.encode()))
    if client:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers.append((b"cookie", cookies.encode()))
    return WebsocketCommunicator(application, path, headers)


def make_photo(owner: Owner = GUEST, name: str = "coffee.png", size: int = 256) -> Photo:
    """As ``services.photo_add`` would, without a process of its own."""
    return make_upload(Photo(title=Path(name).stem.title(), **owner.fields), name, size)


def make_painting(owner: Owner = GUEST, name: str = "rocket.jpg", **values: Any) -> Painting:
    return make_upload(Painting(**{"title": "Lift-off", **owner.fields, **values}), name, 128)


def make_mask(photo: Photo, share: float = 0.5) -> Mask:
    """White on the left ``share`` of the photo."""
    picture = Image.new("RGB", (photo.width, photo.height))
    picture.paste("white", (0, 0, round(share * photo.width), photo.height))
    item = Mask(photo=photo, title="Left", **photo.owned_by.fields)
    return stored(item, picture, functools.partial(images.encode, picture))


def style_file(slug: str = "udnie", **metadata: str) -> bytes:
    """A taught style's file with the weights of a built-in one: nobody has to teach it first."""
    data = get_style(slug).path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] |= {
        "autoencoder": autoencoder_fingerprint(), "title": "Dusk", "artist": "Me", "year": "0",
        **metadata,
    }  # fmt: skip
    packed = json.dumps(header).encode()
    packed += b" " * (-len(packed) % 8)
    return struct.pack("<Q", len(packed)) + packed + data[8 + length :]


def make_taught(owner: Owner = GUEST, slug: str = "udnie", **values: Any) -> TaughtStyle:
    """Done, and ready to be painted with."""
    given = {"title": "Dusk", "artist": "Me", "state": State.DONE, "lane": "slow"}
    style = TaughtStyle(**{**given, **owner.fields, **values})
    for kind, name, data in (
        ("weights", "weights-1.safetensors", style_file(slug)),
        ("thumb", "thumb-1.webp", encoded("chelsea.png", "webp")),
    ):
        getattr(style, kind).save(f"{style.folder}/{name}", ContentFile(data), save=False)
    style.width, style.height = sample("chelsea.png").size
    style.save(force_insert=True)
    return style


def make_upload(item: Any, name: str, size: int) -> Any:
    return stored(item, sample(name, size), lambda kind: encoded(name, kind, size))


def stored(item: Any, picture: Image.Image, encode: Callable[[str], bytes]) -> Any:
    item.width, item.height = picture.size
    item.colour = images.average_color(picture)
    for kind, ending in (("original", "jpg"), ("view", "webp"), ("thumb", "webp")):
        data = ContentFile(encode(ending))
        getattr(item, kind).save(f"{item.folder}/{kind}.{ending}", data, save=False)
    item.save(force_insert=True)
    return item


def submit(photo: Photo, recipe: Recipe = SMALL) -> Rendering:
    return services.rendering_submit(photo, recipe)


def claim(worker: str = ELSEWHERE, lane: str = "fast") -> Rendering:
    rendering = jobs.claim(lane, worker)
    assert rendering is not None
    return rendering


def run(rendering: Rendering, publish: jobs.Publish = notify.publish) -> Rendering:
    """One attempt at a claimed job, here and now."""
    runs.Run(rendering, publish, lambda: False)()
    rendering.refresh_from_db()
    return rendering


def run_all() -> None:
    while rendering := jobs.claim("fast", ELSEWHERE):
        run(rendering)


def at_step(step: int, action: Callable[[], Any]) -> jobs.Publish:
    """A ``publish`` that does ``action`` when the job has got to ``step``, once."""
    done: list[bool] = []

    def publish(rendering: Rendering) -> None:
        if rendering.state == State.RUNNING and rendering.step == step and not done:
            done.append(True)
            action()

    return publish


def draw(rendering: Rendering, publish: jobs.Publish = notify.publish) -> Rendering:
    """One attempt at a job of the slow lane."""
    claimed = claim(lane="slow")
    assert claimed.pk == rendering.pk
    run(claimed, publish)
    rendering.refresh_from_db()
    return rendering


def lose_lease(rendering: Rendering) -> None:
    """Its worker has not been heard of for too long, and somebody looked."""
    type(rendering).objects.filter(pk=rendering.pk).update(
        lease_until=timezone.now() - timezone.timedelta(seconds=1)
    )
    jobs.rescue(notify.publish)


def copies(rendering: Rendering, number: int, **values: Any) -> list[Rendering]:
    """More rows like this one, newest last, without painting anything."""
    made = []
    for _ in range(number):
        row = Rendering.objects.get(pk=rendering.pk)
        row.pk = Rendering().pk
        row._state.adding = True
        row.created = timezone.now()
        row.published = row.created if values.get("public") else None
        for name, value in values.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        made.append(row)
    return made


def stored_files() -> list[str]:
    return sorted(name for _, names in storage.walk() for name in names)


def stored_folders() -> set[str]:
    """Those without a file, too; a bucket has none of them."""
    return {folder for folder, _ in storage.walk()}


def body(response: HttpResponse) -> bytes:
    """What was sent, also by a view that streams."""
    if not response.streaming:
        return response.content
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Django's, that a test consumes an async stream in sync
        return b"".join(response)


def environment(**values: Any) -> dict[str, str]:
    """Of a process of the site itself, on the test database unless said otherwise."""
    backends.written.add("by a process")
    given = {
        "DJANGO_SETTINGS_MODULE": "webstyle.settings",
        **settings.TEST_SITE,
        "DATABASE_URL": database_url(),
        "MEDIA_ROOT": settings.MEDIA_ROOT,
        "DEVICE": "cpu",
        "RESCAN_SECONDS": 0.5,
        **values,
    }
    return os.environ | {name: str(value) for name, value in given.items()}


def database_url() -> str:
    """Of the test database."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgres://{told['USER']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


def manage(*args: Any, **values: Any) -> subprocess.CompletedProcess[str]:
    """``manage.py`` to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, args)], cwd=ROOT, env=environment(**values),
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def managing(log: Path, *args: Any, **values: Any) -> Iterator[subprocess.Popen[bytes]]:
    """``manage.py`` in the background, writing to ``log``; killed at the end if it still runs."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *map(str, args)], cwd=ROOT, env=environment(**values),
            stdout=out, stderr=out, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_until(true: Callable[[], Any], log: Path | None = None, seconds: float = 180) -> Any:
    """What ``true`` gives as soon as it gives something; fails with the log after a while."""
    end, pause = time.monotonic() + seconds, 0.02
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(pause)
        pause = min(pause * 1.3, 0.25)  # whoever asks takes the time of whoever is waited for
    said = f"\n{log.read_text()[-4000:]}" if log else ""
    raise AssertionError(f"waited {seconds} s in vain{said}")
