"""Several moderators decide about one picture at once: run by test_decision_race.py.

Prints, as JSON, what each was told, and how many entries and bans there are afterwards.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import django

MODERATORS = 4


def main() -> None:
    django.setup()
    from django.contrib.auth import get_user_model
    from django.db import connection

    from gallery.models import Ban, Photo, Rendering, TrailEntry
    from gallery.moderation.services import DecidedError, Decision, Sentence, ban, decide
    from gallery.owners import Owner
    from webstyle.engine.recipe import Recipe

    photo = Photo.objects.create(guest="racer", title="Track", width=64, height=64)
    recipe = Recipe(styles=(("udnie", 1.0),)).to_json()
    picture = Rendering.objects.create(photo=photo, guest="racer", recipe=recipe, state="done")
    users = [get_user_model().objects.create_user(f"mona-{n}") for n in range(MODERATORS)]
    told: dict[str, list[str]] = {"decide": [], "ban": []}

    def at_once(name: str, act: Callable[[Any], Any]) -> None:
        start = threading.Barrier(MODERATORS)

        def race(user: Any) -> None:
            connection.ensure_connection()
            start.wait()
            try:
                act(user)
                told[name].append("done")
            except DecidedError as error:
                told[name].append(str(error))
            connection.close()

        threads = [threading.Thread(target=race, args=[user]) for user in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def decided(user: Any) -> None:
        row = Rendering.objects.get(pk=picture.pk)
        decide(user, row, Decision("hidden", "spam", seen=0))

    at_once("decide", decided)
    at_once("ban", lambda user: ban(user, Owner(guest="racer"), Sentence("spam")))
    counts = {"entries": TrailEntry.objects.filter(guest="racer").count(),
              "bans": Ban.objects.filter(guest="racer").count()}  # fmt: skip
    print(json.dumps({**told, **counts}))


if __name__ == "__main__":
    main()
