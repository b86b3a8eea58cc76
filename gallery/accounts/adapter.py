"""Where allauth asks the site: names, words, and the ways on."""

from __future__ import annotations

import unicodedata
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gallery.limits import addresses

WRONG = _("That name, address or password is not right. Check them, or set a new password.")


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed. Write to whoever runs this site."),
        "duplicate_email": _("This is the address you have now. Give another one."),
        "email_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "enter_current_password": _("This is not your password now. Type it again."),
        "incorrect_password": _("This is not your password. Type it again."),
        "too_many_login_attempts": _(
            "Too many tries that failed. Wait five minutes and try again."
        ),
        "username_blacklisted": _("This name is kept for the site itself: choose another."),
        "username_taken": _("Somebody has this name already: choose another."),
    }

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """In one spelling of Unicode: names that look the same are the same."""
        return str(super().clean_username(unicodedata.normalize("NFKC", username), shallow))

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere here; allauth's own raises an error for a header that somebody made up."""
        return addresses.of_request(request)

    def is_safe_url(self, url: str | None) -> bool:
        """Nor is what cannot be read as an address."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        signed_in = self.request.user.is_authenticated
        return reverse("account" if signed_in else "account_login")
