"""The account page, and what can be done there besides allauth's own."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth import get_user_model, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts import belongings, export
from gallery.accounts.forms import DeleteForm
from gallery.accounts.leaving import account_delete
from gallery.accounts.sessions import end_sessions
from gallery.connections import briefly
from gallery.errors import refuse_error
from gallery.limits import rates
from gallery.limits.rates import limited
from gallery.moderation import notices
from gallery.moderation.bans import banned
from gallery.owners import Owner, visitor
from gallery.refusals import RefusedError


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    addresses = list(EmailAddress.objects.filter(user=request.user).order_by("-verified", "pk"))
    context = {
        "addresses": addresses,
        "things": belongings.in_words(belongings.counts(Owner(user_id=request.user.pk))),
        **notices.context(request, banned(Owner(user_id=request.user.pk))),
    }
    return render(request, "account/account.html", context)


@require_POST
@login_required
@limited("everywhere")
def everywhere(request: HttpRequest) -> HttpResponse:
    """Sign out here and in every other browser."""
    user = request.user
    logout(request)
    end_sessions(user)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
@login_required
@rate_limit(action="reauthenticate")
def delete(request: HttpRequest) -> HttpResponse:
    assert request.user.pk is not None
    user = get_user_model().objects.get(pk=request.user.pk)
    form = DeleteForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        logout(request)
        account_delete(request, user)
        messages.success(request, _("Your account and all that was in it are deleted."))
        return redirect("home")
    things = belongings.in_words(belongings.counts(Owner(user_id=user.pk)))
    return render(request, "account/delete.html", {"form": form, "things": things})


def entries(request: HttpRequest) -> list[export.Entry] | HttpResponse:
    owner = visitor(request)
    if not any(belongings.counts(owner).values() if owner else ()) and not owner.user_id:
        messages.info(request, _("Nothing of yours is here yet, so there is nothing to export."))
        return redirect("mine")
    try:
        rates.take(request, "export")
    except RefusedError as error:
        return refuse_error(request, error)
    name = request.user.get_username() or _("a guest")
    return export.entries(owner, name, request.get_host())


@require_http_methods(["GET", "HEAD", "POST"])
async def export_all(request: HttpRequest) -> HttpResponseBase:
    """For guests too. A POST: it is work, and no other site can start it."""
    if request.method != "POST":
        return redirect("mine")
    found = await briefly(entries)(request)
    if isinstance(found, HttpResponse):
        return found
    response = StreamingHttpResponse(export.stream(found), content_type="application/zip")
    name = f"webstyle-{timezone.now():%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
