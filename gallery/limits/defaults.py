"""How much is enough, unless the environment says otherwise: for a small public site.

Read by the settings, so nothing of Django is imported here.
"""

from __future__ import annotations

from typing import Any

# Of one member, of one guest, and of all guests of one address: a class of thirty sits behind one.
# 0 is no limit. Megabytes are kept (of an address: sent in a day); the rest is a day's, but for
# how many jobs are worked on at once.
QUOTAS = {
    "member": {"mb": 5000, "pictures": 500, "styles": 20, "seconds": 4 * 3600, "at_once": 6},
    "guest": {"mb": 1000, "pictures": 200, "styles": 6, "seconds": 2 * 3600, "at_once": 4},
    "address": {"mb": 6000, "pictures": 3000, "styles": 60, "seconds": 12 * 3600},
}

# How often, as in "60/m/owner": sixty times a minute for each owner. By "owner" (a newcomer has no
# work and is none yet), "ip", the network of the visitor, or "key", what the action is about.
RATES = {
    "upload": "120/m/owner,1200/10m/ip",
    "paint": "60/m/owner,600/10m/ip",  # a batch is one
    "teach": "10/m/owner,100/10m/ip",
    "remix": "30/m/owner,300/10m/ip",
    "download": "60/m/owner,600/10m/ip",  # what is encoded anew for it
    "archive": "10/m/owner,100/10m/ip",  # ZIPs and sheets
    "propose": "120/m/owner,1200/10m/ip",  # masks
    "verify": "60/10m/ip",  # pictures that somebody wants to know about
    "search": "300/m/ip",
    "share": "60/m/owner",  # links that are made
    "link": "20/10m/ip,100/h/key",  # wrong passwords of links
    "comment": "6/m/owner",
    "report": "10/h/ip",
    "export": "10/h/owner",
    "everywhere": "5/10m/owner",
    "socket": "600/m/ip",  # opened
    "mix": "1200/m/socket",  # wishes
}


def read_quotas(env: Any) -> dict[str, dict[str, float]]:
    """As MEMBER_PICTURES=500, GUEST_MB=1000. ``bytes`` are of the megabytes."""
    found: dict[str, dict[str, float]] = {}
    for who, quotas in QUOTAS.items():
        found[who] = {
            name: env.int(f"{who}_{name}".upper(), default) for name, default in quotas.items()
        }
        found[who]["bytes"] = found[who]["mb"] * 1_000_000
    return found


def read_rates(env: Any) -> dict[str, str]:
    """As RATE_UPLOAD=60/m/owner; empty is no limit. What cannot be read is a system check's."""
    return {name: env.str(f"RATE_{name}".upper(), default) for name, default in RATES.items()}
