from django.urls import path

from gallery.operations import views

urlpatterns = [
    path("metrics", views.metrics_page, name="metrics"),
    path("operate/", views.operate, name="operate"),
]
