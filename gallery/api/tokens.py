"""Personal tokens: made, found by what a request carries, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from gallery.api.scopes import SCOPES
from gallery.models import ApiToken
from gallery.refusals import RefusedError

START = "wst_"  # so that people, and programs that look for lost secrets, know one when they see it
PREFIX = len(START) + 8
MOST = 20  # of one member


def token_make(
    user: Any, title: str, scopes: Collection[str], expires: datetime | None
) -> tuple[ApiToken, str]:
    """The row, and the token itself, which nobody can tell again. Raises RefusedError."""
    if user.api_tokens.count() >= MOST:
        raise RefusedError(_("You have %(most)d tokens: revoke one first.") % {"most": MOST})
    secret = f"{START}{secrets.token_hex(4)}{secrets.token_urlsafe(32)}"
    row = ApiToken.objects.create(
        user=user, title=title, prefix=secret[:PREFIX], digest=digest_of(secret),
        stamp=user.get_session_auth_hash(), scopes=[name for name in SCOPES if name in scopes],
        expires=expires,
    )  # fmt: skip
    return row, secret


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def token_find(secret: str) -> ApiToken | None:
    """The token that ``secret`` is, if it still opens anything. It is looked up by the part that
    is no secret: how long the rest takes to compare tells nothing."""
    found = ApiToken.objects.select_related("user").filter(prefix=secret[:PREFIX]).first()
    known = found.digest if found else digest_of("")
    if not constant_time_compare(known, digest_of(secret)) or found is None or found.is_void:
        return None
    return found


def token_used(token: ApiToken) -> None:
    """Written once a day: a request does not wait for a row to be written."""
    today = timezone.now().date()
    if token.used != today:
        ApiToken.objects.filter(pk=token.pk).update(used=today)
