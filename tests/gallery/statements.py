"""Every change that a visitor can make to a job, on an empty site: run by test_claims.py.

Prints, as JSON, the state after each: databases differ in what an update may compute.
"""

from __future__ import annotations

import json

import django


def main() -> None:
    django.setup()

    from gallery import jobs, services
    from gallery.models import Photo, Rendering
    from webstyle.engine.recipe import Recipe

    photo = Photo.objects.create(guest="g", title="Cup", width=64, height=64)
    recipe = Recipe(styles=(("udnie", 1.0),)).to_json()
    job = Rendering.objects.create(photo=photo, guest="g", recipe=recipe, lane="slow")
    told = []
    for action in "pause continue claim pause continue keep cancel".split():
        if action == "claim":
            assert jobs.claim("slow", "elsewhere:1")
        else:
            assert getattr(services, f"job_{action}")(job), action
        job.refresh_from_db()
        told.append([job.state, job.pause_requested, job.keep_requested, job.cancel_requested])
    Rendering.objects.filter(pk=job.pk).update(state="paused", checkpoint="x", spent=3,
                                               cancel_requested=False)  # fmt: skip
    for action in ("keep", "cancel", "retry"):
        assert getattr(services, f"job_{action}")(job), action
        told.append([job.state, job.checkpoint.name, job.spent, job.keep_requested])
    print(json.dumps(told))


if __name__ == "__main__":
    main()
