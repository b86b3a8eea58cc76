from django.urls import path

from gallery.syndication import feeds, jpegs, oembed

urlpatterns = [
    path("oembed/", oembed.oembed, name="oembed"),
    path("gallery/feed/", feeds.gallery_feed, name="gallery_feed"),
    path("people/<str:username>/feed/", feeds.person_feed, name="person_feed"),
    path("tags/<str:word>/feed/", feeds.tag_feed, name="tag_feed"),
    path("file/picture/<uuid:pk>/<int:size>.jpg", jpegs.picture_jpeg, name="picture_jpeg"),
]
