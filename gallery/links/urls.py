from django.urls import path, re_path

from gallery.links import albums, own, pages, views
from gallery.models import Album, Rendering

urlpatterns = [
    path("me/links/", own.my_links, name="my_links"),
    path("me/links/revoke/", own.revoke_all, name="links_revoke_all"),
    path("picture/<uuid:pk>/link/", own.create, {"model": Rendering}, name="link_create"),
    path("albums/<uuid:pk>/link/", own.create, {"model": Album}, name="album_link_create"),
    path("link/<uuid:pk>/revoke/", own.revoke, name="link_revoke"),
    path("link/<uuid:pk>/restore/", own.restore, name="link_restore"),
    path("s/<slug:token>/", pages.page, name="share"),
    re_path(
        r"^s/(?P<token>[-\w]+)/file/(?P<kind>view|photo)$",
        views.share_file, name="share_file",
    ),
    path("s/<slug:token>/download/<slug:kind>/", views.share_download, name="share_download"),
    path("s/<slug:token>/<int:place>/", albums.place_page, name="share_place"),
    path("s/<slug:token>/zip/", albums.archive, name="share_zip"),
    re_path(
        r"^s/(?P<token>[-\w]+)/(?P<place>[1-9][0-9]{0,3})/(?P<kind>thumb|view|photo)$",
        albums.album_file, name="share_album_file",
    ),
    path(
        "s/<slug:token>/<int:place>/download/<slug:kind>/",
        albums.album_download, name="share_album_download",
    ),
]  # fmt: skip
