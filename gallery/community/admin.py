"""The moderators' pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from gallery.community.models import Album, Comment, Profile, Report
from gallery.models import Rendering
from gallery.services import announce


def rendering_hide(rendering: Rendering, reason: str) -> None:
    """From everybody but its owner, who is told the reason."""
    rendering.change(hidden_by_moderator=True, hidden_reason=reason[:200])
    announce(rendering)


def rendering_show(rendering: Rendering) -> None:
    rendering.change(hidden_by_moderator=False, hidden_reason="")
    announce(rendering)


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("created", "picture", "reason", "words", "reporter", "hidden", "handled")
    list_filter = (("handled", admin.EmptyFieldListFilter), "reason", "created")
    list_select_related = ("rendering__photo", "reporter")
    readonly_fields = ("rendering", "reporter", "reason", "words", "created", "look")
    actions = ("hide", "restore", "dismiss")

    @admin.display(boolean=True)
    def hidden(self, report: Report) -> bool:
        return report.rendering.hidden_by_moderator

    @admin.display(ordering="rendering")
    def picture(self, report: Report) -> str:
        return report.rendering.title

    @admin.display(description="Picture")
    def look(self, report: Report) -> str:
        url = report.rendering.get_absolute_url()
        return format_html('<a href="{}">{}</a>', url, report.rendering.title)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(permissions=["change"], description="Hide the pictures, for the reason given")
    def hide(self, request: HttpRequest, reports: QuerySet[Any]) -> None:
        for report in reports.select_related("rendering"):
            rendering_hide(report.rendering, report.get_reason_display())
        self.done(request, reports, "hidden")

    @admin.action(permissions=["change"], description="Restore the pictures")
    def restore(self, request: HttpRequest, reports: QuerySet[Any]) -> None:
        for report in reports.select_related("rendering"):
            rendering_show(report.rendering)
        self.done(request, reports, "restored")

    @admin.action(permissions=["change"], description="Leave the pictures as they are")
    def dismiss(self, request: HttpRequest, reports: QuerySet[Any]) -> None:
        self.done(request, reports, "left as they are")

    def done(self, request: HttpRequest, reports: QuerySet[Any], how: str) -> None:
        """With all reports of the same pictures: they are answered too."""
        pictures = set(reports.values_list("rendering_id", flat=True))
        Report.objects.filter(rendering__in=pictures, handled=None).update(handled=timezone.now())
        self.message_user(request, f"{len(pictures)} picture(s) {how}.")


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
