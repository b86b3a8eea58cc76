"""Anybody reports what they see; whoever runs the site decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.community.forms import ReportForm
from gallery.errors import come_back
from gallery.limits import rates
from gallery.models import Report
from gallery.moderation.things import REPORT, column_of, seen
from gallery.owners import visitor
from gallery.refusals import RefusedError


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, kind: str, **named: Any) -> HttpResponse:
    thing = seen(kind)(request, *named.values())
    if thing.owned_by == visitor(request):
        raise Http404  # one's own is taken down, not reported
    form = ReportForm(request.POST if request.method == "POST" else None)
    status, after = 200, None
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                rates.take(request, "report")
                return reported(request, thing, form.cleaned_data)
            except RefusedError as error:
                form.add_error(None, str(error))
                status, after = 429, error.after
    context = {"thing": thing, "heading": REPORT[kind], "form": form, "back": back(request, thing)}
    return come_back(render(request, "report.html", context, status=status), after)


def reported(request: HttpRequest, thing: Any, values: dict[str, Any]) -> HttpResponse:
    reporter = request.user if request.user.is_authenticated else None
    Report.objects.create(reporter=reporter, **{column_of(thing.KIND): thing}, **values)
    messages.success(request, _("Thank you. The moderators look at it."))
    return redirect(back(request, thing))


def back(request: HttpRequest, thing: Any) -> str:
    """To the thing; a painting has no page of its own, so to where it was seen."""
    if thing.KIND != "painting":
        return str(thing.get_absolute_url())
    address = (request.POST or request.GET).get("next", "")
    return address if url_has_allowed_host_and_scheme(address, None) else reverse("mine")
