"""Recipes of many versions on one empty site: run by test_newer.py.

Prints, as JSON, which of them this version would claim, and how many jobs are beyond it.
"""

from __future__ import annotations

import json

import django

VERSIONS = {"none": {}, "0": {"version": 0}, "1": {"version": 1},
            "2": {"version": 2}}  # fmt: skip


def main() -> None:
    django.setup()

    from gallery import newer
    from gallery.models import Photo, Rendering

    photo = Photo.objects.create(guest="g", title="Cup", width=64, height=64)
    for name, recipe in VERSIONS.items():
        Rendering.objects.create(photo=photo, guest="g", recipe=recipe, name=name)
    Rendering.objects.create(photo=photo, guest="g", recipe={"version": 1}, engine="of-tomorrow")
    waiting = Rendering.waiting("fast").values_list("name", flat=True)
    print(json.dumps({"waiting": sorted(waiting), "beyond": newer.waiting(["fast", "slow"])}))


if __name__ == "__main__":
    main()
