"""allauth's forms in the site's words, and the one that deletes an account."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from django import forms
from django.utils.translation import gettext_lazy as _

RULES = _(
    "At least 8 characters; not only digits, not a common password, and not like your name or"
    " your address."
)


class Plain:
    """Labels and hints stand beside the fields, so nothing stands in them."""

    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}
    attrs: dict[str, dict[str, str]] = {}
    without: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name in self.without:
            del fields[name]
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs.update(self.attrs.get(name, {}))


PLAIN_TEXT = {"autocapitalize": "none", "spellcheck": "false"}
NEW = {"labels": {"oldpassword": _("Password now"), "password1": _("New password")}}


class LoginForm(Plain, allauth.LoginForm):  # type: ignore[misc]
    labels = {"login": _("Name or e-mail")}
    attrs = {"login": {"autocomplete": "username", **PLAIN_TEXT}}

    def user_credentials(self) -> dict[str, Any]:
        """What was typed, once: allauth looks for an address under a name too, and would hash the
        password twice for an address that is here, once for one that is not. That takes time, and
        tells."""
        credentials: dict[str, Any] = super().user_credentials()
        if "username" in credentials:
            credentials.pop("email", None)
        return credentials


class SignupForm(Plain, allauth.SignupForm):  # type: ignore[misc]
    labels = {"username": _("Name"), "email": _("E-mail")}
    hints = {
        "username": _("Others see it beside what you publish. Letters, digits and . - _"),
        "email": _("For a new password when you forget yours. Nobody sees it."),
        "password1": RULES,
    }
    attrs = {"username": PLAIN_TEXT}


class ResetPasswordForm(Plain, allauth.ResetPasswordForm):  # type: ignore[misc]
    labels = {"email": _("E-mail")}


class ResetPasswordKeyForm(Plain, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = NEW["labels"]
    hints = {"password1": RULES}
    without = ("password2",)


class ChangePasswordForm(Plain, allauth.ChangePasswordForm):  # type: ignore[misc]
    labels = NEW["labels"]
    hints = {"password1": RULES}
    without = ("password2",)


class AddEmailForm(Plain, allauth.AddEmailForm):  # type: ignore[misc]
    labels = {"email": _("New e-mail")}
    hints = {"email": _("We send a link there. Until it is opened, the address you have stays.")}


class ReauthenticateForm(Plain, allauth.ReauthenticateForm):  # type: ignore[misc]
    pass


class DeleteForm(forms.Form):
    """Asks for the password, with the same limit on tries as signing in."""

    password = forms.CharField(
        strip=False,
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("incorrect_password")
        return password
