from django.urls import path

from gallery import views as gallery
from gallery.batches import views
from gallery.batches.models import Batch

urlpatterns = [
    path("batch/", views.create, name="batch_create"),
    path("batch/<uuid:pk>/", views.page, name="batch"),
    path("batch/<uuid:pk>/cancel/", views.wish, {"verb": "cancel"}, name="batch_cancel"),
    path("batch/<uuid:pk>/retry/", views.wish, {"verb": "retry"}, name="batch_retry"),
    path("batch/<uuid:pk>/sheet/<slug:kind>/", views.sheet, name="batch_sheet"),
    path("batch/<uuid:pk>/zip/", views.archive, name="batch_zip"),
    path("batch/<uuid:pk>/delete/", gallery.remove, {"model": Batch}, name="batch_delete"),
    path("batch/<uuid:pk>/restore/", gallery.restore, {"model": Batch}, name="batch_restore"),
]
