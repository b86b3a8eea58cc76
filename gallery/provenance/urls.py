from django.urls import path

from gallery.provenance import views

urlpatterns = [path("verify/", views.verify, name="verify")]
