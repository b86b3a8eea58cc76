"""What is in the database before anybody comes; run beside the site, on its settings.

``world PICTURES GUESTS`` paints one picture, hangs it with ``PICTURES`` rows like it, and makes
guests, each with a photo of their own; prints what the load needs to know of them as JSON. The
others give these guests jobs: ``busy NUMBER``, waiting in both lanes; ``watched EACH``, in the slow
lane of each guest, and printed; ``idle`` takes all away that wait.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webstyle.settings")
get_wsgi_application()  # the apps are ready now

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils import timezone  # noqa: E402

from gallery import jobs, notify, runs, services  # noqa: E402
from gallery.operations.guests import SEEN  # noqa: E402
from gallery.owners import SESSION_KEY, Owner  # noqa: E402
from webstyle.engine import images  # noqa: E402
from webstyle.engine.recipe import Recipe  # noqa: E402
from webstyle.engine.samples import sample_path  # noqa: E402

if TYPE_CHECKING:
    from gallery.models import Photo, Rendering

PHOTO = 1600  # px on the long side
QUICK = Recipe(styles=(("great-wave", 1.0),), size=1024)
CAREFUL = Recipe(
    engine="gatys", styles=(("starry-night", 1.0),), size=512, params={"until_still": False}
)
WATCHED = Recipe(engine="gatys", styles=(("udnie", 1.0),), size=512)


def world(pictures: int, guests: int) -> dict[str, Any]:
    from tests.crowd import crowd

    owner = Owner(guest="guest-0")
    photo = photo_of(owner)
    picture = painted(photo)
    services.rendering_publish(picture, True, True)
    crowd(picture, pictures)
    people = [{"cookie": f"sessionid={session(owner)}", "photo": str(photo.pk)}]
    for n in range(1, guests):
        owner = Owner(guest=f"guest-{n}")
        people.append(
            {"cookie": f"sessionid={session(owner)}", "photo": str(copied(photo, owner).pk)}
        )
    picture.refresh_from_db()
    return {
        "picture": picture.get_absolute_url(),
        "thumb": f"{picture.thumb_url}".replace("/thumb?", "/thumb-400?"),
        "snapshot": picture.api_url,
        "guests": people,
    }


def photo_of(owner: Owner) -> Photo:
    """A photograph by the way of uploads."""
    with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        picture = images.fit(images.decode(sample_path("coffee.png"), "coffee.png"), PHOTO)
        file.write(images.encode(picture, "jpg", quality=90))
        file.flush()
        return services.photo_add(owner, Path(file.name), "Coffee.jpg")


def copied(photo: Photo, owner: Owner) -> Photo:
    """The same files, as a photo of somebody else's."""
    row = type(photo).objects.get(pk=photo.pk)
    row.pk, row._state.adding = type(photo)().pk, True
    row.guest = owner.guest
    row.save(force_insert=True)
    return row  # type: ignore[no-any-return]


def painted(photo: Photo) -> Rendering:
    services.rendering_submit(photo, QUICK)
    job = jobs.claim("fast", "seed:1")
    assert job is not None
    runs.Run(job, notify.publish, lambda: False)()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return job  # type: ignore[return-value]


def session(owner: Owner) -> str:
    store = SessionStore()
    store[SESSION_KEY] = owner.guest
    store[SEEN] = timezone.now().date().isoformat()
    store.create()
    return str(store.session_key)


def first_photos() -> list[Photo]:
    """One of each guest."""
    from gallery.models import Photo

    found = {photo.guest: photo for photo in Photo.objects.exclude(guest="")}
    return [found[f"guest-{n}"] for n in range(len(found))]


def busy(number: int) -> dict[str, Any]:
    """So many pictures in the fast lane, and one in ten in the slow one."""
    photos = first_photos()
    for n in range(number):
        services.rendering_make(photos[n % len(photos)], CAREFUL if n % 10 == 0 else QUICK)
    return {}


def watched(each: int) -> dict[str, Any]:
    """The addresses of the jobs' snapshots, guest by guest."""
    made = [[services.rendering_make(photo, WATCHED) for _ in range(each)]
            for photo in first_photos()]  # fmt: skip
    return {"jobs": [[{"id": str(job.pk), "api": job.api_url} for job in of] for of in made]}


def idle() -> dict[str, Any]:
    from gallery.models import Rendering

    states = Rendering.State
    Rendering.objects.filter(state__in=Rendering.UNFINISHED).update(state=states.CANCELLED)
    return {}


if __name__ == "__main__":
    known: dict[str, Callable[..., dict[str, Any]]] = {
        "world": world, "busy": busy, "watched": watched, "idle": idle,
    }  # fmt: skip
    what = known[sys.argv[1]]
    json.dump(what(*map(int, sys.argv[2:])), sys.stdout)
