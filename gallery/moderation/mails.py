"""Telling members by mail what was decided, where there is an address that they confirmed."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from gallery.models import Ban
from gallery.moderation.models import TrailEntry
from gallery.moderation.moderated import in_words
from gallery.moderation.withdrawn import gone_on, objection
from gallery.owners import Owner

log = logging.getLogger(__name__)
Action = TrailEntry.Action


def tell_of_thing(thing: Any, action: str, reason: str) -> None:
    """Of what is in the trail for this action, once it is done for good."""
    until = gone_on(thing) if action == Action.WITHDRAWN else None
    send(thing.owned_by, {"thing": thing, "kind": thing.KIND, "action": action, "until": until},
         reason)  # fmt: skip


def tell_of_ban(ban: Ban, action: str) -> None:
    send(ban.owned_by, {"kind": "ban", "action": action, "until": ban.until}, ban.reason)


def send(owner: Owner, told: dict[str, Any], reason: str) -> None:
    """In the site's language: nobody's own is kept. A mail that cannot be sent changes nothing: the
    same stands on their pages."""
    address = confirmed(owner)
    if address is None:
        return
    request = context.request
    with translation.override(settings.LANGUAGE_CODE):
        values = told | {
            "user": address.user,
            "reason": in_words(reason),
            "objection": objection(),
            "link": request.build_absolute_uri(reverse("decisions")) if request else "",
        }
        try:
            mail = get_adapter(request).render_mail(
                "moderation/email/decided", address.email, values
            )
            mail.send()
        except Exception:
            log.exception("the mail about a decision was not sent")


def confirmed(owner: Owner) -> EmailAddress | None:
    rows = EmailAddress.objects.filter(user_id=owner.user_id, verified=True)
    found = rows.select_related("user").order_by("-primary").first() if owner.user_id else None
    return found if isinstance(found, EmailAddress) else None
