from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "gallery"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from gallery import checks  # noqa: F401  registers the system checks
        from gallery.notify import on_logout

        user_logged_out.connect(on_logout)
