from django.contrib import admin

from gallery.models import Photo, Rendering


@admin.register(Photo)
class PhotoAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "owner", "width", "height", "created", "deleted")
    list_filter = ("created",)
    readonly_fields = ("original", "view", "thumb")


@admin.register(Rendering)
class RenderingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "state", "lane", "attempts", "public", "owner", "created", "seconds")
    list_filter = ("state", "lane", "public", "created")
    readonly_fields = ("preview", "result", "view", "thumb", "recipe")
