"""What can be asked of a job of any kind: the same for pictures and for styles that are taught."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from gallery import services, views
from gallery.api.auth import scope
from gallery.api.errors import ConflictError
from gallery.api.events import STREAM, follow
from gallery.api.schemas import ITS, wrong
from gallery.api.scopes import PAINT, READ
from gallery.files import find, own
from gallery.titles import kind_word

SAYS = {
    "cancel": "A waiting job ends at once, a running one in a moment.",
    "pause": "A slow job rests, and a worker is free for others.",
    "continue": "A paused job waits for its turn again, and goes on from where it was.",
    "keep": "Good enough: what there is becomes the result.",
    "retry": "A failed or cancelled job waits again.",
}


def steer(router: Router, model: type[Any], schema: type[Any], name: str) -> None:
    """``name`` is what the operations are called after."""
    one = "/{uuid:pk}"
    may: dict[str, Any] = {"response": {200: schema, **ITS}, "auth": scope(PAINT)}

    @router.get(one, **may | {"auth": scope(READ)}, url_name=model.KIND, operation_id=f"{name}_get")
    def job_get(request: HttpRequest, pk: UUID) -> Any:
        """Its state: of yours, or of one that is public."""
        return find(request, model, pk).snapshot()

    @router.delete(
        one, response={204: None, **ITS}, auth=scope(PAINT), operation_id=f"{name}_delete"
    )
    def job_delete(request: HttpRequest, pk: UUID) -> Status:
        """It ends, and is gone. For an hour it can be brought back."""
        services.remove(own(request, model, pk))
        return Status(204, None)

    @router.post(f"{one}/restore", **may, operation_id=f"{name}_restore")
    def job_restore(request: HttpRequest, pk: UUID) -> Any:
        """Brings back what was deleted less than an hour ago."""
        return views.restored(request, model, pk).snapshot()

    @router.get(
        f"{one}/events", response=ITS, auth=scope(READ), openapi_extra=STREAM,
        operation_id=f"{name}_events",
    )  # fmt: skip
    async def job_events(request: HttpRequest, pk: UUID) -> Any:
        """Server-sent events: its whole state on connecting, then whenever it changes. Ends with
        the job."""
        return await follow(request, model, pk)

    for verb in views.WISHES:
        add(router, model, schema, name, verb)


def add(router: Router, model: type[Any], schema: type[Any], name: str, verb: str) -> None:
    def job_wish(request: HttpRequest, pk: UUID) -> Any:
        job = own(request, model, pk)
        fulfil, refusal = views.WISHES[verb]
        if not fulfil(job):
            raise ConflictError(refusal.format(kind=kind_word(model.KIND)))
        job.refresh_from_db()
        return job.snapshot()

    router.post(
        "/{uuid:pk}/" + verb, response={200: schema, **wrong(404, 409)}, auth=scope(PAINT),
        summary=f"{verb.title()}", description=SAYS[verb], operation_id=f"{name}_{verb}",
    )(job_wish)  # fmt: skip
