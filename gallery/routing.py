from django.urls import path

from gallery.consumers import JobsConsumer, MixConsumer, StylizeConsumer, WishConsumer
from gallery.mixing import WISHES
from gallery.notify import BELL

websockets = [
    path("ws/jobs/", JobsConsumer.as_asgi()),
    path("ws/mix/<uuid:pk>/", MixConsumer.as_asgi()),
]
channels = {BELL: StylizeConsumer.as_asgi(), WISHES: WishConsumer.as_asgi()}
