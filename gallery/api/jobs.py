"""All of one's work at once."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from gallery.api.auth import caller, scope
from gallery.api.schemas import Jobs, wrong
from gallery.api.scopes import READ
from gallery.consumers import jobs_of

router = Router()


@router.get("", response={200: Jobs, **wrong()}, auth=scope(READ), url_name="jobs")
def job_list(request: HttpRequest) -> dict[str, Any]:
    """Pictures and styles that are waiting, being worked on or paused, and what ended within ten
    minutes: at most 100 of each."""
    return {"jobs": jobs_of(caller(request).owner)}
