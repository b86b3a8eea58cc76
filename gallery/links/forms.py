"""What its owner can choose about a link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

LASTS = [
    ("1", _("A day")),
    ("7", _("A week")),
    ("30", _("A month")),
    ("0", _("Until I revoke it")),
]
PASSWORD_LEAST = 4
VIEWS_MOST = 10_000


class LinkForm(forms.Form):
    """``lasts`` is in days, 0 for no end."""

    lasts = forms.ChoiceField(
        choices=LASTS, initial="7", required=False,
        error_messages={"invalid_choice": _("Lasts: choose a day, a week, a month or no end.")},
    )  # fmt: skip
    password = forms.CharField(
        min_length=PASSWORD_LEAST, max_length=100, strip=False, required=False,
        error_messages={
            "min_length": _("Password: at least %(limit_value)d letters, or none at all."),
            "max_length": _("Password: at most 100 letters."),
        },
    )  # fmt: skip
    view_limit = forms.IntegerField(
        min_value=1, max_value=VIEWS_MOST, required=False,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            format_lazy(
                _("Views: give a whole number from 1 to {most}, or leave it empty."),
                most=VIEWS_MOST,
            ),
        ),
    )  # fmt: skip
    allow_download = forms.BooleanField(required=False)
    show_owner = forms.BooleanField(required=False)
    show_photo = forms.BooleanField(required=False)

    def values(self) -> dict[str, Any]:
        """For the row, all but the password."""
        data = self.cleaned_data
        days = int(data["lasts"] or "7")
        names = ("view_limit", "allow_download", "show_owner", "show_photo")
        expires = timezone.now() + timedelta(days=days) if days else None
        return {"expires": expires, **{name: data[name] for name in names}}

    def why_not(self) -> str:
        return " ".join(str(e) for errors in self.errors.values() for e in errors)
