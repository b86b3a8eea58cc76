"""Several threads claim all jobs of one empty site: run by test_claims.py.

Prints, as JSON, the jobs there were and those that each thread got.
"""

from __future__ import annotations

import json
import threading
import time

import django

THREADS, JOBS = 4, 40


def main() -> None:
    django.setup()
    from django.db import connection

    from gallery import jobs
    from gallery.models import Photo, Rendering, TaughtStyle
    from webstyle.engine.recipe import Recipe

    photo = Photo.objects.create(guest="racer", title="Track", width=64, height=64)
    recipe = Recipe(styles=(("udnie", 1.0),)).to_json()
    made = []
    for _ in range(JOBS // 2):  # of both kinds, in turn
        picture = Rendering.objects.create(photo=photo, guest="racer", recipe=recipe)
        made += [str(picture.pk), str(TaughtStyle.objects.create(guest="racer", title="T").pk)]
    start = threading.Barrier(THREADS)
    claims: list[list[str]] = [[] for _ in range(THREADS)]

    def race(number: int) -> None:
        connection.ensure_connection()
        start.wait()
        while job := jobs.claim("fast", f"racer:{number}"):
            claims[number].append(str(job.pk))
            time.sleep(0.002)  # the work: otherwise the first thread would have them all
        connection.close()

    threads = [threading.Thread(target=race, args=[n]) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"jobs": made, "claims": claims}))


if __name__ == "__main__":
    main()
