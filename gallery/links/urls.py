from django.urls import path, re_path

from gallery.links import own, views

urlpatterns = [
    path("me/links/", own.my_links, name="my_links"),
    path("me/links/revoke/", own.revoke_all, name="links_revoke_all"),
    path("picture/<uuid:pk>/link/", own.create, name="link_create"),
    path("link/<uuid:pk>/revoke/", own.revoke, name="link_revoke"),
    path("link/<uuid:pk>/restore/", own.restore, name="link_restore"),
    path("s/<slug:token>/", views.page, name="share"),
    re_path(
        r"^s/(?P<token>[-\w]+)/file/(?P<kind>view|photo)$",
        views.share_file, name="share_file",
    ),
    path("s/<slug:token>/download/<slug:kind>/", views.share_download, name="share_download"),
]  # fmt: skip
