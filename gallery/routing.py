from django.urls import path

from gallery.consumers import JobsConsumer, StylizeConsumer
from gallery.notify import BELL

websockets = [path("ws/jobs/", JobsConsumer.as_asgi())]
channels = {BELL: StylizeConsumer.as_asgi()}
