from django.urls import path

from gallery.intake import views

urlpatterns = [
    path("uploads/", views.uploads, name="arrivals"),
    path("uploads/<uuid:pk>/", views.upload, name="arrival"),
]
