"""Reports, bans and the trail in /admin/. What is decided there is decided by services.py, too."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from gallery.moderation.models import COLUMNS, Ban, Report, TrailEntry
from gallery.moderation.services import Action, Decision, decide
from webstyle.engine.events import EngineError


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """To be looked at: what belongs there is written elsewhere."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("created", "thing", "reason", "words", "reporter", "hidden", "handled")
    list_filter = (("handled", admin.EmptyFieldListFilter), "reason", "created")
    list_select_related = ("rendering__photo", "reporter", "comment", "album", "painting", "style",
                           "profile__user")  # fmt: skip
    readonly_fields = (*COLUMNS.values(), "reporter", "reason", "words", "created", "handled",
                       "outcome", "look")  # fmt: skip
    actions = ("hide", "restore", "dismiss")

    @admin.display(boolean=True)
    def hidden(self, report: Report) -> bool:
        return bool(report.thing.hidden_by_moderator)

    @admin.display(description="About")
    def thing(self, report: Report) -> str:
        return f"{report.thing.KIND}: {report.thing.title}"

    @admin.display(description="Case")
    def look(self, report: Report) -> str:
        thing = report.thing
        url = reverse("moderation_case", args=[thing.KIND, thing.pk])
        return format_html('<a href="{}">{}</a>', url, thing.title or thing.KIND)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(permissions=["change"], description="Hide what is reported, for the reason given")
    def hide(self, request: HttpRequest, reports: QuerySet[Any]) -> None:
        self.decided(request, reports, Action.HIDDEN, "hidden")

    @admin.action(permissions=["change"], description="Restore what is reported")
    def restore(self, request: HttpRequest, reports: QuerySet[Any]) -> None:
        self.decided(request, reports, Action.RESTORED, "restored")

    @admin.action(permissions=["change"], description="Leave what is reported as it is")
    def dismiss(self, request: HttpRequest, reports: QuerySet[Any]) -> None:
        self.decided(request, reports, Action.LEFT, "left as they are")

    def decided(self, request: HttpRequest, reports: QuerySet[Any], action: str, told: str) -> None:
        """Each thing once, for the reason of its newest report."""
        things = {}
        for report in reports.order_by("created"):
            things[(report.thing.KIND, report.thing.pk)] = report
        done = 0
        for report in things.values():
            try:
                decide(request.user, report.thing, Decision(action, report.reason))
                done += 1
            except EngineError as error:
                self.message_user(request, f"{report.thing.title}: {error}", level="ERROR")
        self.message_user(request, f"{done} thing(s) {told}.")


@admin.register(Ban)
class BanAdmin(ReadOnlyAdmin):
    """Without the key of a guest and the hash of where they came from."""

    list_display = ("created", "owner", "reason", "until", "lifted", "hides", "by_address")
    list_filter = ("reason", "created")
    list_select_related = ("owner",)
    exclude = ("guest", "address")


@admin.register(TrailEntry)
class TrailEntryAdmin(ReadOnlyAdmin):
    list_display = ("when", "actor", "role", "action", "kind", "title", "reason")
    list_filter = ("action", "kind", "role", "when")
    list_select_related = ("actor",)
    search_fields = ("title", "target", "actor__username", "words")
    exclude = ("guest",)
