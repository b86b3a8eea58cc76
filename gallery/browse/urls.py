from django.urls import path

from gallery.browse import pages

urlpatterns = [
    path("gallery/", pages.gallery, name="gallery"),
    path("styles/<slug:slug>/", pages.style, name="built_in_style"),
]
