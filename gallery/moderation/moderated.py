"""What a moderator may hide or take down: columns of the thing itself.

They are read wherever the thing is looked for, and there are many such places: a question to
another table at each of them would be forgotten at one. Part of gallery.models.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Of a report, and of what is decided: told to whoever it is about, in their language."""

    RIGHTS = "rights", _("It is somebody else's work")
    PERSON = "person", _("It shows a person against their will")
    OFFENCE = "offence", _("It is hateful, violent or sexual")
    SPAM = "spam", _("It is advertising or spam")
    OTHER = "other", _("Something else")


class Moderated(models.Model):
    hidden_by_moderator = models.BooleanField(default=False)  # then only its owner sees it
    # Told to the owner: a Reason, or a sentence that somebody typed in /admin/.
    hidden_reason = models.CharField(max_length=200, blank=True)
    withheld = models.BooleanField(default=False)  # while its owner is banned; as if hidden
    # Taken down: as good as deleted for everybody, its owner too. The row stays, for the page that
    # says so; words and files go after WITHDRAWN_DAYS.
    withdrawn = models.DateTimeField(null=True, blank=True)
    erased = models.BooleanField(default=False)  # words and files are gone

    class Meta:
        abstract = True

    @property
    def is_shown(self) -> bool:
        """As far as moderators are concerned."""
        return not (self.hidden_by_moderator or self.withheld or self.withdrawn)

    @property
    def told_reason(self) -> str:
        return in_words(self.hidden_reason)


def in_words(reason: str) -> str:
    return str(Reason(reason).label) if reason in Reason.values else reason


def shown(prefix: str = "") -> Q:
    """``is_shown`` as a question to the database; ``prefix`` as in ``"rendering__"``."""
    wanted = {"hidden_by_moderator": False, "withheld": False, "withdrawn": None}
    return Q(**{f"{prefix}{name}": value for name, value in wanted.items()})
