"""Hangs more pictures on the site whose settings are in the environment: rows like the samples',
with their files, published long ago. Run by test_browsing.py."""

from __future__ import annotations

import sys
from datetime import timedelta

import django


def main() -> None:
    django.setup()
    from django.utils import timezone

    from gallery.models import Rendering

    painted = list(Rendering.objects.hung().filter(owner__username="webstyle", name=""))
    for n in range(int(sys.argv[1])):
        row = painted[n % len(painted)]
        row.pk, row._state.adding = Rendering().pk, True
        row.name = f"Hung {n}"
        row.published = timezone.now() - timedelta(days=1000, minutes=n)
        row.save(force_insert=True)


if __name__ == "__main__":
    main()
