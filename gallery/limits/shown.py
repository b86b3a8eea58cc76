"""What the page of one's own says of what is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from gallery.limits import quotas, usage
from gallery.limits.words import amount, lasting
from gallery.owners import visitor


@dataclass
class Part:
    """``most`` 0: there is no limit, and no bar."""

    name: str
    label: str
    used: float
    most: float
    words: Any  # number -> how it is said

    @property
    def told(self) -> str:
        used = self.words(self.used)
        if not self.most:
            return str(used)
        return _("%(used)s of %(most)s") % {"used": used, "most": self.words(self.most)}

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.used / self.most))


def today(request: HttpRequest) -> dict[str, Any]:
    """In words, with as much of a bar as is used."""
    owner = visitor(request)
    exempt = request.user.has_perm(quotas.PERMISSION)

    def most(name: str) -> float:
        return 0.0 if exempt else quotas.quota(owner, name)

    day = usage.of_owner(owner)
    parts = [
        Part("bytes", _("Room"), quotas.stored(owner), most("bytes"), amount),
        Part("pictures", _("Pictures today"), day["pictures"], most("pictures"), round),
        Part("seconds", _("Painting time today"), day["seconds"], most("seconds"), lasting),
    ]
    note = _("The day's numbers begin anew at midnight.") if any(p.most for p in parts[1:]) else ""
    return {"parts": parts, "note": note}
