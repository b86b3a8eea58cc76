"""Where a member makes tokens and revokes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gallery.api.scopes import READ, SCOPES
from gallery.api.tokens import token_make
from gallery.models import ApiToken
from gallery.refusals import RefusedError

DAYS = {
    "30": gettext_lazy("After 30 days"),
    "90": gettext_lazy("After 90 days"),
    "365": gettext_lazy("After a year"),
    "": gettext_lazy("Never"),
}


class TokenForm(forms.Form):
    title = forms.CharField(
        max_length=80,
        label=gettext_lazy("What it is for"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=[READ],
    )
    days = forms.ChoiceField(
        label=gettext_lazy("When it ends"), choices=list(DAYS.items()), initial="90", required=False
    )

    def expires(self) -> Any:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@reauthentication_required(allow_get=True)
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, and the form for another. To make one takes the password, unless it was asked
    for a few minutes ago: a browser left alone is not to hand out what outlasts the session."""
    form = TokenForm(request.POST or None)
    made, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            values = form.cleaned_data
            try:
                row, secret = token_make(
                    request.user, values["title"], values["scopes"], form.expires()
                )
            except RefusedError as error:
                form.add_error(None, str(error))
                status = 429
            else:
                made, form, status = {"title": row.title, "secret": secret}, TokenForm(), 201
    context = {"form": form, "made": made, "tokens": told(request.user)}
    return render(request, "account/tokens.html", context, status=status)


def told(user: Any) -> list[dict[str, Any]]:
    rows = ApiToken.objects.filter(user=user).select_related("user")
    return [
        {"row": row, "void": row.is_void, "scopes": [SCOPES[name] for name in row.scopes]}
        for row in rows
    ]


@require_POST
@login_required
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    count, __ = user.api_tokens.filter(pk=pk).delete()
    if not count:
        raise Http404
    messages.success(request, _("The token is revoked: it opens nothing any longer."))
    return redirect("account_tokens")
