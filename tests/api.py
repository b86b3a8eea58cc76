"""Asking the API, as the scripts of the pages do."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from gallery.api.scopes import SCOPES
from gallery.api.tokens import token_make
from gallery.models import Photo
from webstyle.engine.recipe import Recipe


def ask(client: Client, method: str, url: str, body: Any = None, **headers: str) -> HttpResponse:
    """``body`` is sent as JSON."""
    sent = "" if body is None else json.dumps(body, cls=DjangoJSONEncoder)
    kind = "" if body is None else "application/json"
    return client.generic(method, url, sent, kind, headers=headers)


def steer(client: Client, job: Any, verb: str) -> HttpResponse:
    """cancel, pause, continue, keep, retry, restore, publish, unpublish."""
    return ask(client, "POST", f"{job.api_url}/{verb}")


def paint(client: Client, photo: Photo, **fields: Any) -> HttpResponse:
    """``fields`` as the studio's form has them: put as ``static/js/painter.js`` puts them."""
    return ask(client, "POST", reverse("v1:pictures"), {"photo": photo.pk, **wish(**fields)})


def wish(**fields: Any) -> dict[str, Any]:
    engine = fields.get("engine", Recipe.engine)
    first = [(fields["style"], fields.get("weight", 100))] if fields.get("style") else []
    rest = zip(many(fields, "extra_style"), many(fields, "extra_weight") or [100] * 9, strict=False)
    masks = zip(many(fields, "mask_style"), many(fields, "mask"), strict=True)
    params = {
        name.removeprefix(f"{engine}_"): value_of(value)
        for name, value in fields.items()
        if name.startswith(f"{engine}_") or name == "feather"
    }
    return {
        "engine": engine,
        "styles": [{"style": s, "weight": float(w) / 100} for s, w in [*first, *rest]],
        "masks": [{"style": style, "mask": mask} for style, mask in masks],
        "size": int(fields.get("size", Recipe.size)),
        "strength": float(fields.get("strength", 100)) / 100,
        "keep_color": bool(fields.get("keep_color")),
        "seed": int(fields.get("seed", 0)),
        "params": params,
    }


def many(fields: dict[str, Any], name: str) -> list[Any]:
    value = fields.get(name, [])
    return value if isinstance(value, list) else [value]


def value_of(text: Any) -> Any:
    if text in ("on", "off"):
        return text == "on"
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def make_token(user: Any, *scopes: str) -> str:
    """With all scopes, unless they are named."""
    return token_make(user, "A program", scopes or SCOPES, None)[1]


def bearer(secret: str) -> dict[str, Any]:
    """For ``Client``: the header, on every request."""
    return {"headers": {"Authorization": f"Bearer {secret}"}}


def program(user: Any, *scopes: str) -> Client:
    """With a token and without a cookie; CSRF is enforced."""
    return Client(enforce_csrf_checks=True, **bearer(make_token(user, *scopes)))


def refusal(answer: HttpResponse) -> str:
    """What a page says is wrong with a form, or with what was asked."""
    if "message" in answer.context:
        return str(answer.context["message"])
    errors = answer.context["form"].errors
    return " ".join(str(error) for said in errors.values() for error in said)
