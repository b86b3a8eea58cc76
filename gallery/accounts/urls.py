"""Of allauth's addresses those that this site has a use for, and its own."""

from allauth.account import views as allauth
from django.urls import path, re_path
from django.views.generic import RedirectView

from gallery.accounts import views
from gallery.api import token_pages

urlpatterns = [
    path("", views.account, name="account"),
    path("everywhere/", views.everywhere, name="account_everywhere"),
    path("export/", views.export_all, name="account_export"),
    path("tokens/", token_pages.tokens, name="account_tokens"),
    path("tokens/<int:pk>/revoke/", token_pages.token_revoke, name="account_token_revoke"),
    path("delete/", views.delete, name="account_delete"),
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", allauth.signup, name="account_signup"),
    path("closed/", allauth.account_inactive, name="account_inactive"),
    path("again/", allauth.reauthenticate, name="account_reauthenticate"),
    path("email/", allauth.email, name="account_email"),
    path("email/sent/", allauth.email_verification_sent, name="account_email_verification_sent"),
    re_path(
        r"^email/(?P<key>[-:\w]+)/$", allauth.confirm_email, name="account_confirm_email"
    ),
    path("password/", allauth.password_change, name="account_change_password"),
    path(
        "password/set/",  # for those who have none: they set the first one by mail
        RedirectView.as_view(pattern_name="account_reset_password"), name="account_set_password",
    ),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key, name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        allauth.password_reset_from_key_done, name="account_reset_password_from_key_done",
    ),
]  # fmt: skip
