from django.contrib import admin

from gallery.community.models import Album, Comment, Profile


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("text", "owner", "rendering", "created")
    list_filter = ("created",)
    list_select_related = ("owner", "rendering")


@admin.register(Album)
class AlbumAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "visibility", "owner", "created", "deleted")
    list_filter = ("visibility", "created")
    raw_id_fields = ("cover",)


@admin.register(Profile)
class ProfileAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "named", "about")
