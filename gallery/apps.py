from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "gallery"

    def ready(self) -> None:
        from allauth.account.signals import password_changed, password_reset
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from gallery import checks  # noqa: F401  registers the system checks
        from gallery.accounts.moving import on_login
        from gallery.accounts.sessions import on_new_password
        from gallery.browse import listing
        from gallery.limits import checks as limits  # noqa: F401
        from gallery.moderation import bans, trail
        from gallery.notify import on_logout
        from gallery.operations import checks as operations  # noqa: F401

        listing.connect()
        trail.connect()
        user_logged_in.connect(on_login)
        user_logged_in.connect(bans.on_login)
        user_logged_out.connect(on_logout)
        password_changed.connect(on_new_password)
        password_reset.connect(on_new_password)
