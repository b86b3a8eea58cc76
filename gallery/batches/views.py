"""The page on which a batch is chosen, and the table that fills while it is painted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from gallery import cards, services
from gallery.accounts import export
from gallery.batches import contact_sheet
from gallery.batches.services import (
    PHOTOS,
    PICTURES,
    STYLES,
    Table,
    batch_cancel,
    batch_retry,
    batch_submit,
    file_stem,
    table_of,
)
from gallery.connections import briefly
from gallery.errors import refuse_error, status_of, wants_json
from gallery.files import own
from gallery.forms import SIZES
from gallery.job import Job
from gallery.limits.rates import limited
from gallery.models import Batch, Photo
from gallery.named import find_learned
from gallery.owners import Owner, visitor
from gallery.refusals import RefusedError
from gallery.told import told
from webstyle.engine.events import EngineError
from webstyle.engine.images import ENCODINGS
from webstyle.engine.recipe import Recipe

SHOWN = 60  # photos to choose from, the newest


@require_http_methods(["GET", "HEAD", "POST"])
@limited("paint")
def create(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return choosing(request, request.GET)
    owner = visitor(request)
    try:
        batch = batch_submit(owner, *asked(owner, request.POST))
    except EngineError as error:
        if wants_json(request):
            return refuse_error(request, error)
        return choosing(request, request.POST, told(error), status_of(error))
    if wants_json(request):
        return JsonResponse({"id": str(batch.pk), "url": batch.get_absolute_url()}, status=201)
    return redirect(batch)


def asked(owner: Owner, sent: QueryDict) -> tuple[list[Photo], list[str], int, str]:
    """Photos, styles, size and title. Raises EngineError."""
    names = set(map(str, uuids(sent.getlist("photo"))))
    photos = list(Photo.objects.of(owner).filter(pk__in=names).order_by("created"))
    if len(photos) < len(set(sent.getlist("photo"))):
        raise EngineError(_("One of the photographs is no longer there: choose again."))
    styles = []
    for name in dict.fromkeys(sent.getlist("style")):
        style = find_learned(owner, name)
        if style is None:
            raise EngineError(_("One of the styles is no longer there: choose again."))
        styles.append(style.ref)
    size = sent.get("size") or str(Recipe.size)
    if size not in {str(px) for px, __ in SIZES}:
        sizes = ", ".join(str(px) for px, __ in SIZES)
        raise EngineError(_("Size: choose %(sizes)s px.") % {"sizes": sizes})
    return photos, styles, int(size), sent.get("title", "")


def uuids(names: Iterable[str]) -> list[UUID]:
    found = []
    for name in names:
        try:
            found.append(UUID(name))
        except ValueError:
            continue
    return found


def choosing(
    request: HttpRequest, sent: QueryDict, error: str = "", status: int = 200
) -> HttpResponse:
    owner = visitor(request)
    context = {
        "error": error,
        "photos": Photo.objects.of(owner)[:SHOWN],
        "styles": cards.shelf(owner),
        "chosen_photos": set(uuids(sent.getlist("photo"))),
        "chosen_styles": set(sent.getlist("style")),
        "sizes": SIZES,
        "size": sent.get("size") or str(Recipe.size),
        "title": sent.get("title", ""),
        "most": {"photos": PHOTOS, "styles": STYLES, "pictures": PICTURES},
        "room": services.queue_room(owner),
    }
    return render(request, "batch_create.html", context, status=status)


@require_safe
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = own(request, Batch, pk)
    table = table_of(batch)
    total, done = len(table.pictures), len(table.done)
    context = {
        "batch": batch,
        "table": table,
        "total": total,
        "done": done,
        "unfinished": table.count(*Job.UNFINISHED),
        "broken": table.count(Job.State.FAILED, Job.State.CANCELLED),
    }
    return render(request, "batch.html", context)


@require_POST
@limited("paint")
def wish(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Cancel all, or try again all that did not work."""
    batch = own(request, Batch, pk)
    try:
        number = batch_cancel(batch) if verb == "cancel" else batch_retry(batch)
    except RefusedError as error:
        return refuse_error(request, error)
    if wants_json(request):
        return JsonResponse({"pictures": number})
    if verb == "cancel":
        done = ngettext("%(number)d picture cancelled.", "%(number)d pictures cancelled.", number)
    else:
        done = ngettext(
            "%(number)d picture waiting again.", "%(number)d pictures waiting again.", number
        )
    messages.info(request, done % {"number": number})
    return redirect(batch)


def finished(request: HttpRequest, pk: UUID) -> tuple[Batch, Table]:
    """404 while nothing of it is done. With the styles' names as files and the sheet's letters can
    have them: in English."""
    batch = own(request, Batch, pk)
    with translation.override("en"):
        table = table_of(batch)
    if not table.done:
        raise Http404
    return batch, table


@require_safe
@limited("archive", reading=True)
async def sheet(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    """All of it on one sheet."""
    if kind not in ENCODINGS:
        raise Http404
    batch, table = await briefly(finished)(request, pk)
    work = partial(contact_sheet.draw, table, batch.title, kind)
    data = await asyncio.get_running_loop().run_in_executor(contact_sheet.DRAWER, work)
    response = HttpResponse(data, content_type=ENCODINGS[kind])
    return attached(response, f"{file_stem(batch)}.{kind}")


@require_safe
@limited("archive", reading=True)
async def archive(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """All that is done, as a ZIP that is written while it is sent."""
    batch, table = await briefly(finished)(request, pk)
    response = StreamingHttpResponse(export.stream(entries(table)), content_type="application/zip")
    return attached(response, f"{file_stem(batch)}.zip")


def entries(table: Table) -> list[export.Entry]:
    """In the order of the table, each named by its photo and its style."""
    found: list[export.Entry] = []
    for number, row in enumerate(table.rows, 1):
        photo = slugify(row.photo.title)[:40] or "photo"
        for column, (head, cell) in enumerate(zip(table.heads, row.cells, strict=True), 1):
            if cell and cell.state == cell.State.DONE:
                style = slugify(head["title"])[:40] or "style"
                name = f"{number:02}-{photo}/{column:02}-{style}.png"
                found.append((name, str(cell.result.name)))
    return found


def attached(response: Any, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    answer: HttpResponseBase = response
    return answer
