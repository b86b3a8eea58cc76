from django.urls import path

from gallery import views
from gallery.community import album_pages, people, pictures
from gallery.models import Album

OF_ALBUM = {"model": Album}

urlpatterns = [
    path("albums/new/", album_pages.create, name="album_create"),
    path("albums/add/", album_pages.gather, name="album_gather"),
    path("albums/<uuid:pk>/", album_pages.page, name="album"),
    path("albums/<uuid:pk>/edit/", album_pages.edit, name="album_edit"),
    path("albums/<uuid:pk>/arrange/", album_pages.arrange, name="album_arrange"),
    path("albums/<uuid:pk>/publish/", album_pages.publish, name="album_publish"),
    path("albums/<uuid:pk>/delete/", views.remove, OF_ALBUM, name="album_delete"),
    path("albums/<uuid:pk>/restore/", views.restore, OF_ALBUM, name="album_restore"),
    path("people/<str:username>/", people.person, name="person"),
    path("tags/<str:word>/", people.tagged, name="tag"),
    path("me/profile/", people.profile_edit, name="profile_edit"),
    path("me/favourites/", pictures.favourites, name="favourites"),
    path("picture/<uuid:pk>/describe/", pictures.describe, name="picture_describe"),
    path("picture/<uuid:pk>/favourite/", pictures.favourite, name="picture_favourite"),
    path("picture/<uuid:pk>/comment/", pictures.comment, name="picture_comment"),
    path("picture/<uuid:pk>/comments/", pictures.comments_open, name="picture_comments"),
    path("comment/<uuid:pk>/delete/", pictures.comment_delete, name="comment_delete"),
]
