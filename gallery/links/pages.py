"""The page of a link, whatever it shows, and the door before it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gallery.links import albums, views
from gallery.links.models import ShareLink


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def page(request: HttpRequest, token: str) -> HttpResponse:
    link = views.find(request, token)
    if link is None:
        return views.gone(request)
    if views.admitted(request, link):
        return redirect(link) if request.method == "POST" else show(request, link)
    if link.has_door:
        knocks = request.method == "POST"
        return views.knock(request, link) if knocks else views.door(request, link)
    if request.method == "GET":
        views.admit(request, link)
    return show(request, link)


def show(request: HttpRequest, link: ShareLink) -> HttpResponse:
    return albums.show(request, link) if link.album_id else views.show(request, link)
