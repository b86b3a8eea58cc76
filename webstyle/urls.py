from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("gallery.urls")),
]

handler400 = "gallery.errors.bad_request"
handler403 = "gallery.errors.forbidden"
handler404 = "gallery.errors.not_found"
handler500 = "gallery.errors.server_error"
