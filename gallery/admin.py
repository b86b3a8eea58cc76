from django.contrib import admin

import gallery.community.admin
import gallery.moderation.admin  # noqa: F401
from gallery.models import Batch, Mask, Painting, Photo, Rendering, ShareLink, TaughtStyle


@admin.register(Photo)
class PhotoAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "owner", "width", "height", "created", "deleted")
    list_filter = ("created",)
    readonly_fields = ("original", "view", "thumb")


@admin.register(Painting)
class PaintingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "artist", "public", "owner", "width", "height", "created", "deleted")
    list_filter = ("public", "created")
    readonly_fields = ("original", "view", "thumb", "region")


@admin.register(Mask)
class MaskAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "photo", "owner", "width", "height", "created", "deleted")
    list_filter = ("created",)
    readonly_fields = ("original", "view", "thumb")


@admin.register(Rendering)
class RenderingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "title", "state", "engine", "attempts", "public", "owner", "created", "seconds",
    )  # fmt: skip
    list_filter = ("state", "engine", "lane", "public", "hidden_by_moderator", "created")
    readonly_fields = ("preview", "checkpoint", "result", "view", "thumb", "thumbs", "recipe")


@admin.register(TaughtStyle)
class TaughtStyleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "artist", "state", "attempts", "public", "owner", "created", "seconds")
    list_filter = ("state", "lane", "public", "created")
    readonly_fields = ("preview", "checkpoint", "weights", "thumb", "lesson", "figures")


@admin.register(ShareLink)
class ShareLinkAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Without the token: who has it sees a private picture."""

    list_display = ("created", "owner", "state", "expires", "views", "view_limit", "deleted")
    list_filter = ("created",)
    list_select_related = ("rendering__photo", "album", "owner")
    exclude = ("password",)
    raw_id_fields = ("rendering", "album")


@admin.register(Batch)
class BatchAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "owner", "created", "deleted")
    list_filter = ("created",)
