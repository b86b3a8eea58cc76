"""What moderators send: a decision, a ban, a search. Their pages are in English."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from gallery.moderation.models import WORDS, TrailEntry
from gallery.moderation.moderated import Reason
from gallery.moderation.services import Action, Decision, Sentence

ACTS = [(act, act) for act in (Action.LEFT, Action.HIDDEN, Action.RESTORED, Action.WITHDRAWN)]
LASTS = [("1", "a day"), ("7", "a week"), ("30", "a month"), ("365", "a year"), ("0", "for good")]


class ModerationForm(forms.Form):
    reason = forms.ChoiceField(
        choices=Reason.choices, error_messages={"required": "Reason: choose one."}
    )
    words = forms.CharField(
        max_length=WORDS, required=False,
        error_messages={"max_length": f"Note: at most {WORDS} letters."},
    )  # fmt: skip

    def why_not(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class DecideForm(ModerationForm):
    do = forms.ChoiceField(
        choices=ACTS, error_messages=dict.fromkeys(("required", "invalid_choice"),
                                                   "Choose what is to be done with it."),
    )  # fmt: skip
    seen = forms.IntegerField(min_value=0)
    with_photo = forms.BooleanField(required=False)

    def decision(self) -> Decision:
        data = self.cleaned_data
        named = {name: data[name] for name in ("reason", "words", "seen", "with_photo")}
        return Decision(data["do"], **named)


class BanForm(ModerationForm):
    lasts = forms.ChoiceField(
        choices=LASTS, error_messages={"required": "Choose how long the ban lasts."}
    )
    hides = forms.BooleanField(required=False)
    by_address = forms.BooleanField(required=False)

    def sentence(self) -> Sentence:
        data = self.cleaned_data
        days = int(data["lasts"])
        until = timezone.now() + timedelta(days=days) if days else None
        named = {name: data[name] for name in ("reason", "words", "hides", "by_address")}
        return Sentence(until=until, **named)


class TrailForm(forms.Form):
    """All of it is optional."""

    who = forms.CharField(max_length=150, required=False, label="Who")
    what = forms.CharField(max_length=120, required=False, label="What")
    since = forms.DateField(required=False, label="From")
    until = forms.DateField(required=False, label="To")

    def found(self) -> QuerySet[Any]:
        """The newest first; of a field that makes no sense nothing is asked."""
        rows = TrailEntry.objects.select_related("actor", "subject")
        data = getattr(self, "cleaned_data", {})
        if who := data.get("who"):
            named = Q(actor__username__icontains=who) | Q(subject__username__icontains=who)
            rows = rows.filter(named | Q(role=who.lower()))
        if what := data.get("what"):
            rows = rows.filter(
                Q(title__icontains=what) | Q(kind__iexact=what) | Q(target=what)
                | Q(action__in=actions_called(what)) | Q(words__icontains=what)
            )  # fmt: skip
        if since := data.get("since"):
            rows = rows.filter(when__gte=beginning(since))
        if until := data.get("until"):
            rows = rows.filter(when__lt=beginning(until) + timedelta(days=1))
        return rows


def actions_called(words: str) -> list[str]:
    return [code for code, label in Action.choices if words.lower() in label.lower()]


def beginning(day: Any) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))
