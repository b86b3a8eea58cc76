"""What its owner can choose about a link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

LASTS = [("1", "A day"), ("7", "A week"), ("30", "A month"), ("0", "Until I revoke it")]
PASSWORD_LEAST = 4
VIEWS_MOST = 10_000


class LinkForm(forms.Form):
    """``lasts`` is in days, 0 for no end."""

    lasts = forms.ChoiceField(
        choices=LASTS, initial="7", required=False,
        error_messages={"invalid_choice": "Lasts: choose a day, a week, a month or no end."},
    )  # fmt: skip
    password = forms.CharField(
        min_length=PASSWORD_LEAST, max_length=100, strip=False, required=False,
        error_messages={
            "min_length": f"Password: at least {PASSWORD_LEAST} letters, or none at all.",
            "max_length": "Password: at most 100 letters.",
        },
    )  # fmt: skip
    view_limit = forms.IntegerField(
        min_value=1, max_value=VIEWS_MOST, required=False,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            f"Views: give a whole number from 1 to {VIEWS_MOST}, or leave it empty.",
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
