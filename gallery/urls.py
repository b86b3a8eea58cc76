from django.urls import path, re_path

from gallery import files, regions, uploads, views
from gallery.models import Painting, Photo, Rendering

UUID = r"(?P<pk>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"

urlpatterns = [
    path("", views.home, name="home"),
    path("gallery/", views.gallery, name="gallery"),
    path("me/", views.mine, name="mine"),
    path("upload/", uploads.upload, name="upload"),
    path("upload/painting/", uploads.painting_upload, name="painting_upload"),
    path("api/paintings/", uploads.painting_create, name="painting_create"),
    path("api/photos/", uploads.photo_create, name="photo_create"),
    path("api/photo/<uuid:pk>/masks/", regions.mask_create, name="mask_create"),
    path("api/photo/<uuid:pk>/propose/", regions.mask_propose, name="mask_propose"),
    path("api/jobs/", views.jobs_state, name="jobs_state"),
    path("photo/<uuid:pk>/", views.studio, name="studio"),
    path("photo/<uuid:pk>/paint/", views.paint, name="paint"),
    path("photo/<uuid:pk>/delete/", views.remove, {"model": Photo}, name="photo_delete"),
    path("photo/<uuid:pk>/restore/", views.restore, {"model": Photo}, name="photo_restore"),
    path("painting/<uuid:pk>/edit/", views.painting_edit, name="painting_edit"),
    path("painting/<uuid:pk>/delete/", views.remove, {"model": Painting}, name="painting_delete"),
    path(
        "painting/<uuid:pk>/restore/", views.restore, {"model": Painting}, name="painting_restore"
    ),
    path("mix/", views.mix_start, name="mix_start"),
    path("mix/<uuid:pk>/", views.mix, name="mix"),
    path("regions/<uuid:pk>/", regions.page, name="regions"),
    path("picture/<uuid:pk>/", views.picture, name="picture"),
    path("picture/<uuid:pk>/state/", views.picture_state, name="picture_state"),
    *(
        path(f"picture/<uuid:pk>/{verb}/", views.wish, {"verb": verb}, name=f"picture_{verb}")
        for verb in views.WISHES
    ),
    path("picture/<uuid:pk>/publish/", views.publish, name="picture_publish"),
    path("picture/<uuid:pk>/delete/", views.remove, {"model": Rendering}, name="picture_delete"),
    path("picture/<uuid:pk>/restore/", views.restore, {"model": Rendering}, name="picture_restore"),
    path("picture/<uuid:pk>/download/<slug:kind>/", files.download, name="picture_download"),
    path("file/style/<slug:slug>", files.card_file, name="card_file"),
    re_path(
        rf"^file/photo/{UUID}/(?P<kind>original|view|thumb)$",
        files.photo_file, name="photo_file",
    ),
    re_path(
        rf"^file/painting/{UUID}/(?P<kind>original|view|thumb)$",
        files.painting_file, name="painting_file",
    ),
    re_path(
        rf"^file/mask/{UUID}/(?P<kind>original|view|thumb)$",
        files.mask_file, name="mask_file",
    ),
    re_path(
        rf"^file/picture/{UUID}/(?P<kind>result|view|thumb|preview)$",
        files.picture_file, name="picture_file",
    ),
]  # fmt: skip
