"""System checks: limits that cannot be read, or that are not what they seem."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from gallery.limits.rates import read_rates


@register()
def limits_fit(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*rates_are_read(), *no_negative_quota(), *counted_together(), *time_for_a_picture()]


def rates_are_read() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for action, text in settings.RATE_LIMITS.items():
        name = f"RATE_{action.upper()}"
        try:
            read = read_rates(text)
        except ValueError as error:
            found.append(
                Error(f"{name}={text}: '{error}' is no rate.",
                      hint=f"Write it as in {name}=60/m/owner or {name}=20/10m/ip,100/h/key; "
                      "empty is no limit.", id="webstyle.E151")
            )  # fmt: skip
            continue
        if wrong := [rate.per for rate in read if not counts(action, rate.per)]:
            found.append(
                Error(f"{name}={text} counts by '{wrong[0]}', which it does not have.",
                      hint="Use socket for RATE_MIX, key for RATE_LINK, and owner or ip.",
                      id="webstyle.E152")
            )  # fmt: skip
    return found


def counts(action: str, per: str) -> bool:
    if action == "mix":
        return per == "socket"
    if action == "socket":
        return per == "ip"
    return per in ("owner", "ip") or (per == "key" and action == "link")


def no_negative_quota() -> list[CheckMessage]:
    numbers = {
        f"{who}_{name}".upper(): number
        for who, quotas in settings.QUOTAS.items()
        for name, number in quotas.items()
    }
    numbers |= {name: getattr(settings, name) for name in ("SOCKETS_PER_OWNER",
                                                           "SOCKETS_PER_ADDRESS")}  # fmt: skip
    return [
        Error(f"{name}={number} is less than nothing.", hint="Use 0 for no limit.",
              id="webstyle.E153")
        for name, number in numbers.items() if number < 0
    ]  # fmt: skip


def counted_together() -> list[CheckMessage]:
    several = settings.CHANNEL_LAYER_URL or "sqlite" not in settings.DATABASES["default"]["ENGINE"]
    if not several or "LocMem" not in settings.CACHES["default"]["BACKEND"]:
        return []
    return [
        checks.Warning("Each web process counts requests by itself: CACHE_URL is in memory.",
                       hint="With several of them, set CACHE_URL, as in redis://redis:6379/1",
                       id="webstyle.W151")
    ]  # fmt: skip


def time_for_a_picture() -> list[CheckMessage]:
    return [
        Error(f"{who.upper()}_SECONDS={most:g} is less than one careful picture takes.",
              hint="Use 60 or more, or 0 for no limit.", id="webstyle.E154")
        for who, quotas in settings.QUOTAS.items() if 0 < (most := quotas["seconds"]) < 60
    ]  # fmt: skip
