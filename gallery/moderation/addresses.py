"""Where a banned guest comes from, without keeping it.

No address is in the database before a ban that asks for it, and then only a keyed hash, for some
days: whoever reads the table without the site's secret learns nothing from it.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gallery.moderation.models import Ban

SALT = "gallery.moderation.addresses"
IPV6_PREFIX = 64  # what one household gets: the rest of an address changes by itself


def hashed(request: HttpRequest) -> str:
    """Empty where nobody can tell."""
    try:
        address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    except (PermissionDenied, ValueError):
        return ""
    told = str(address)
    if address.version == 6:
        told = str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return salted_hmac(SALT, told, algorithm="sha256").hexdigest()


def remember(ban: Ban, request: HttpRequest) -> None:
    """The first time that a guest, banned by address, wants to do something."""
    if not ban.by_address or ban.address or not settings.BAN_ADDRESS_DAYS:
        return
    until = timezone.now() + timedelta(days=settings.BAN_ADDRESS_DAYS)
    Ban.objects.filter(pk=ban.pk, address="").update(address=hashed(request), address_until=until)


def ban_from_here(request: HttpRequest) -> Ban | None:
    """A ban of another guest's that holds for guests from this address too."""
    here = Q(address=hashed(request), address_until__gt=timezone.now()) & ~Q(address="")
    return Ban.objects.standing().filter(here).first()
