"""Of allauth's addresses those that this site has a use for, and its own.

Django takes a PUT to a form's view for a POST, and a redirect answers to anything: so each says by
which methods it is asked.
"""

from allauth.account import views as allauth
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import RedirectView

from gallery.accounts import views
from gallery.api import token_pages

form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("", views.account, name="account"),
    path("everywhere/", views.everywhere, name="account_everywhere"),
    path("export/", views.export_all, name="account_export"),
    path("tokens/", token_pages.tokens, name="account_tokens"),
    path("tokens/<int:pk>/revoke/", token_pages.token_revoke, name="account_token_revoke"),
    path("delete/", views.delete, name="account_delete"),
    path("login/", form(allauth.login), name="account_login"),
    path("logout/", form(allauth.logout), name="account_logout"),
    path("signup/", form(allauth.signup), name="account_signup"),
    path("closed/", allauth.account_inactive, name="account_inactive"),
    path("again/", form(allauth.reauthenticate), name="account_reauthenticate"),
    path("email/", form(allauth.email), name="account_email"),
    path("email/sent/", allauth.email_verification_sent, name="account_email_verification_sent"),
    re_path(
        r"^email/(?P<key>[-:\w]+)/$", form(allauth.confirm_email), name="account_confirm_email"
    ),
    path("password/", form(allauth.password_change), name="account_change_password"),
    path(
        "password/set/",  # for those who have none: they set the first one by mail
        require_safe(RedirectView.as_view(pattern_name="account_reset_password")),
        name="account_set_password",
    ),
    path("password/reset/", form(allauth.password_reset), name="account_reset_password"),
    path("password/reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        form(allauth.password_reset_from_key), name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        allauth.password_reset_from_key_done, name="account_reset_password_from_key_done",
    ),
]  # fmt: skip
