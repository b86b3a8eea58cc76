"""The same answer to the same request: for programs that ask again because an answer got lost.

A request with an ``Idempotency-Key`` is done once within a day. What was refused is not kept: it
may be tried again with the same key.
"""

from __future__ import annotations

import functools
import hashlib
import json
import secrets
import tempfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.responses import Status

from gallery.along import along
from gallery.api.errors import ConflictError, FieldsError
from gallery.job import Job
from gallery.jobs import is_gone, worker_name
from gallery.models import KeptAnswer
from gallery.owners import Owner, owner_of

HEADER = "Idempotency-Key"
LONGEST = 200  # letters of a key
MOST = 1000  # answers kept for one owner; then the oldest is forgotten
LOST = timedelta(minutes=5)  # a request that is under way for so long has died with its process
WAIT = 1  # seconds until whoever comes second should ask again

View = Callable[..., Any]
_left: set[tuple[str, str]] = set()  # of this process: keys to be let go of, and whose they are

# In the document: django-ninja knows parameters of its functions only, and this is none.
PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    "description": "The same key with the same request gives the same answer for 24 hours.",
}


def once(view: View) -> View:
    """For an operation that makes something and answers 201 with JSON of ours."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return made(view(request, *args, **kwargs))
        check(key)
        owner = owner_of(request.user, request.session, create=True)
        name, asked, mark = named(owner, key), digest_of(request), secrets.token_hex(8)
        answered = False
        try:
            if (kept := begin(owner, name, asked, mark)) is not None:
                answered = True
                return Status(201, kept.body)
            with along(lambda item: keep(name, Status(201, told(item)))):
                response = made(view(request, *args, **kwargs))
            if answered := response.status_code == 201:
                keep(name, response)
            return response
        finally:
            if not answered:
                let_go(name, mark)

    return answer


def told(item: Any) -> Any:
    """As the view is going to answer."""
    if isinstance(item, dict):
        return item
    return item.snapshot() if isinstance(item, Job) else item.to_json()


def made(found: Any) -> Any:
    return found if isinstance(found, HttpResponseBase) else Status(201, found)


def check(key: str) -> None:
    if not 1 <= len(key) <= LONGEST or not all("!" <= letter <= "~" for letter in key):
        said = _("Use up to %(most)d letters, digits and signs of ASCII, as in a UUID.")
        raise FieldsError({HEADER: [said % {"most": LONGEST}]})


def named(owner: Owner, key: str) -> str:
    return hashlib.sha256(f"{owner.group}\0{key}".encode()).hexdigest()


def digest_of(request: HttpRequest) -> str:
    """Of all that decides what is made. A file is read from the connection, and kept to be read
    again, on the disk: it may be large."""
    said = [request.method, request.get_full_path(), request.headers.get("X-Filename", "")]
    digest = hashlib.sha256(json.dumps(said).encode())
    if hasattr(request, "_body"):  # JSON, which was read already
        digest.update(request.body)
        return digest.hexdigest()
    copy = tempfile.TemporaryFile(dir=settings.VAR)  # noqa: SIM115  Django closes it
    while piece := request.read(1 << 20):
        digest.update(piece)
        copy.write(piece)
    copy.seek(0)
    request._stream = copy  # type: ignore[attr-defined]
    request._read_started = False  # type: ignore[attr-defined]
    return digest.hexdigest()


def begin(owner: Owner, name: str, asked: str, mark: str) -> KeptAnswer | None:
    """The answer there is, or None for whoever is to find it. Raises ConflictError while another
    does, and FieldsError when that was asked something else."""
    let_go_of_left()
    now = timezone.now()
    KeptAnswer.objects.filter(name=name, created__lt=now - KeptAnswer.KEPT).delete()
    KeptAnswer.objects.filter(name=name, status=None, created__lt=now - LOST).delete()
    forget_dead(name)
    here = {"by": worker_name(), "mark": mark}
    try:
        with transaction.atomic():
            KeptAnswer.objects.create(name=name, request=asked, body=here, **owner.fields)
    except IntegrityError:
        kept = KeptAnswer.objects.filter(name=name).first()
        if kept is not None and kept.request != asked:
            said = _("This key came with another request before: take a new one.")
            raise FieldsError({HEADER: [said]}) from None
        if kept is None or kept.status is None:
            raise ConflictError(_("The same request is under way. Ask again."), WAIT) from None
        return kept
    forget_oldest(owner)
    return None


def forget_dead(name: str) -> None:
    """One that a process of this machine began that is no more: nothing was made by it."""
    row = KeptAnswer.objects.filter(name=name, status=None).first()
    if row is not None and is_gone((row.body or {}).get("by", "")):
        KeptAnswer.objects.filter(name=name, status=None, created=row.created).delete()


def keep(name: str, response: Any) -> None:
    """What was made. What was refused is not kept."""
    body = response.value if isinstance(response, Status) else json.loads(response.content)
    body = json.loads(json.dumps(body, cls=DjangoJSONEncoder))
    KeptAnswer.objects.filter(name=name).update(status=201, body=body)


def let_go(name: str, mark: str) -> None:
    """The key is free again, unless something was made before the answer went wrong."""
    _left.add((name, mark))
    let_go_of_left()


def let_go_of_left() -> None:
    """Requests that ended while the database was away ended without a word to it."""
    for name, mark in list(_left):
        KeptAnswer.objects.filter(name=name, status=None, body__mark=mark).delete()
        _left.discard((name, mark))


def forget_oldest(owner: Owner) -> None:
    rows = KeptAnswer.of(owner)
    if (last := rows.order_by("-created")[MOST : MOST + 1].first()) is not None:
        rows.filter(created__lte=last.created).delete()
