"""When to come back, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE, HOUR, DAY = 60, 3600, 86_400


def when(after: float) -> str:
    """As in "in about 3 hours": for the end of a sentence."""
    if after <= MINUTE:
        return _("in a minute")
    if after < 1.5 * HOUR:
        number = round(after / MINUTE)
        told = ngettext("in about %(number)d minute", "in about %(number)d minutes", number)
    elif after < DAY / 2:
        number = round(after / HOUR)
        told = ngettext("in about %(number)d hour", "in about %(number)d hours", number)
    else:
        return _("tomorrow")
    return told % {"number": number}


def amount(number: float) -> str:
    """Bytes, as in "12 MB" or "1.5 GB"."""
    if number < 1e9:
        return f"{round(number / 1e6)} MB"
    return f"{number / 1e9:.1f} GB".replace(".0 ", " ")


def lasting(seconds: float) -> str:
    """As in "40 seconds", "12 minutes" or "2 hours"."""
    if seconds < 100:
        number = round(seconds)
        return ngettext("%(number)d second", "%(number)d seconds", number) % {"number": number}
    if seconds >= 2 * HOUR:
        number = round(seconds / HOUR)
        return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}
    number = round(seconds / MINUTE)
    return ngettext("%(number)d minute", "%(number)d minutes", number) % {"number": number}
