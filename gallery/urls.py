from typing import Any

from django.urls import URLPattern, include, path, re_path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from gallery import files, languages, regions, remix, teaching, uploads, views
from gallery.api import reference
from gallery.api.site import api
from gallery.browse.urls import urlpatterns as browse_urls
from gallery.community.urls import urlpatterns as community_urls
from gallery.job import Job
from gallery.models import Painting, Photo, Rendering, TaughtStyle
from gallery.moderation.urls import urlpatterns as moderation_urls

UUID = r"(?P<pk>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


def job_urls(model: type[Job]) -> list[URLPattern]:
    """What can be asked of a job of any kind."""
    address = f"{model.KIND}/<uuid:pk>"
    of: dict[str, Any] = {"model": model}
    wishes = [
        path(f"{address}/{verb}/", views.wish, of | {"verb": verb}, name=f"{model.KIND}_{verb}")
        for verb in views.WISHES
    ]
    return [
        *wishes,
        path(f"{address}/delete/", views.remove, of, name=f"{model.KIND}_delete"),
        path(f"{address}/restore/", views.restore, of, name=f"{model.KIND}_restore"),
    ]


urlpatterns = [
    path("", views.home, name="home"),
    *community_urls,
    *moderation_urls,
    path("", include("gallery.syndication.urls")),
    path("", include("gallery.operations.urls")),
    path("language/", require_POST(set_language), name="set_language"),
    path("words/<slug:language>.js", languages.ScriptWords.as_view(), name="script_words"),
    path("api/", reference.page, name="api"),
    path("api/v1/", api.urls),
    path("me/", views.mine, name="mine"),
    path("", include("gallery.intake.urls")),
    path("upload/", uploads.upload, name="upload"),
    path("upload/painting/", uploads.painting_upload, name="painting_upload"),
    path("photo/<uuid:pk>/", views.studio, name="studio"),
    path("photo/<uuid:pk>/paint/", views.paint, name="paint"),
    path("photo/<uuid:pk>/delete/", views.remove, {"model": Photo}, name="photo_delete"),
    path("photo/<uuid:pk>/restore/", views.restore, {"model": Photo}, name="photo_restore"),
    path("painting/<uuid:pk>/edit/", views.edit, {"model": Painting}, name="painting_edit"),
    path("painting/<uuid:pk>/region/", regions.painting_page, name="painting_region"),
    path("painting/<uuid:pk>/delete/", views.remove, {"model": Painting}, name="painting_delete"),
    path(
        "painting/<uuid:pk>/restore/", views.restore, {"model": Painting}, name="painting_restore"
    ),
    path("mix/", views.mix_start, name="mix_start"),
    path("mix/<uuid:pk>/", views.mix, name="mix"),
    path("regions/<uuid:pk>/", regions.page, name="regions"),
    path("picture/<uuid:pk>/", views.picture, name="picture"),
    *job_urls(Rendering),
    path("remix/<uuid:pk>/", remix.remix, name="remix"),
    path("picture/<uuid:pk>/recipe/", remix.allow, name="picture_recipe"),
    path("", include("gallery.links.urls")),
    path("", include("gallery.batches.urls")),
    path("", include("gallery.provenance.urls")),
    path("picture/<uuid:pk>/publish/", views.publish, name="picture_publish"),
    path("picture/<uuid:pk>/download/<slug:kind>/", files.download, name="picture_download"),
    path("teach/", teaching.teach, name="teach"),
    path("styles/import/", teaching.style_import, name="style_import"),
    *browse_urls,
    path("style/<uuid:pk>/", teaching.page, name="style"),
    *job_urls(TaughtStyle),
    path("style/<uuid:pk>/edit/", views.edit, {"model": TaughtStyle}, name="style_edit"),
    path("style/<uuid:pk>/on/", teaching.teach_on, name="style_on"),
    path("style/<uuid:pk>/download/", files.style_download, name="style_download"),
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
        rf"^file/picture/{UUID}/(?P<kind>result|view|thumb|thumb-\d{{3,4}}|preview)$",
        files.picture_file, name="picture_file",
    ),
    re_path(
        rf"^file/style-card/{UUID}/(?P<kind>thumb|preview)$",
        files.style_file, name="style_file",
    ),
]  # fmt: skip
