"""A lost message is only a delay: what is told never stops what is done."""

from __future__ import annotations

from gallery import notify, services
from gallery.models import Rendering
from tests.cast import free_port


def test_without_its_channel_layer_the_site_goes_on(
    rendering: Rendering, settings, django_capture_on_commit_callbacks
) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [f"redis://127.0.0.1:{free_port()}/0"]},
        }
    }
    notify.ring()
    with django_capture_on_commit_callbacks(execute=True):
        assert services.job_cancel(rendering)
    rendering.refresh_from_db()
    assert rendering.state == "cancelled"
