from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from gallery import errors

# The admin pages have no door of their own: the throttled one is for everybody.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("account/", include("gallery.accounts.urls")),
    path("", include("gallery.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many  # allauth asks for it
handler500 = errors.server_error
