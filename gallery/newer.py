"""What a newer version of this program wrote, met while a site is upgraded: some processes are new
already, this one is not yet.

A job that this version cannot do waits for a worker that can: it costs no attempt, and jobs behind
it go on. A picture whose recipe it cannot read is shown without its recipe.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count

from gallery.job import Job, kinds
from webstyle.engine.recipe import is_newer

log = logging.getLogger(__name__)
# In place of a recipe that cannot be read: one style without a name.
UNREAD: dict[str, Any] = {
    "styles": [["", 1.0]], "size": 0, "strength": 1.0, "keep_color": False, "params": {},
}  # fmt: skip


def as_read(recipe: dict[str, Any]) -> dict[str, Any]:
    """A stored recipe, as far as this version knows what is in it."""
    return UNREAD if is_newer(recipe) else recipe


def waiting(lanes: Iterable[str]) -> dict[str, int]:
    """Jobs that this version cannot do, by lane; a lane without any is not named."""
    found: Counter[str] = Counter()
    for kind in kinds():
        rows = kind.objects.kept().filter(~kind.doable(), state=Job.State.QUEUED, lane__in=lanes)
        found.update(dict(rows.order_by().values_list("lane").annotate(Count("pk"))))
    return dict(found)


def leave(job: Job, why: Exception) -> bool:
    """Of a job that was claimed and names something unknown here: whether a process of another
    version may know it. Then this process does not claim it again."""
    from gallery.operations import presence

    if not presence.of_other_versions():
        return False
    Job.left.add(job.pk)
    log.warning("job %s is left to a newer worker: %s", job.pk, why)
    return True
