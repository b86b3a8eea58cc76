"""Names of members: others see them, and they will stand in addresses."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

# Not "@": a name that looks like somebody's address would sign in as them, or give theirs away.
NAME = RegexValidator(
    r"^[^\W_][\w.-]*\Z",
    _("Use letters, digits and . - _ only, and begin with a letter or a digit."),
)
VALIDATORS = [NAME, MaxLengthValidator(40)]
RESERVED = [
    "account", "accounts", "admin", "administrator", "anonymous", "api", "everybody", "gallery",
    "guest", "help", "me", "mine", "moderator", "nobody", "official", "people", "root", "staff",
    "support", "system", "webstyle", "you",
]  # fmt: skip
