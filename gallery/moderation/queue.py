"""What moderators have to look at: reports, put together by what they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest

from gallery.models import Ban, Report
from gallery.moderation import trail
from gallery.moderation.models import COLUMNS
from gallery.moderation.moderated import Reason
from gallery.moderation.permission import may_moderate
from gallery.moderation.things import MODELS
from gallery.moderation.withdrawn import gone_on

PAGE = 10
HISTORY = 12  # entries, the newest
ORDERS = {"most": ("-number", "-newest"), "newest": ("-newest",)}


@dataclass
class Case:
    """A thing, what was said of it, and what was decided before."""

    thing: Any
    reports: list[Report] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return str(self.thing.KIND)

    @property
    def maker(self) -> str:
        """For moderators, who see names that others do not."""
        return self.thing.owner.get_username() if self.thing.owner_id else "a guest"

    @property
    def open(self) -> list[Report]:
        return [report for report in self.reports if report.handled is None]

    @property
    def likely(self) -> str:
        """The reason that is given most: to be decided with one tap."""
        counted = Counter(report.reason for report in self.open or self.reports)
        return counted.most_common(1)[0][0] if counted else Reason.OTHER

    @property
    def state(self) -> str:
        thing = self.thing
        if thing.withdrawn:
            return "erased" if thing.erased else "taken down"
        if thing.hidden_by_moderator:
            return "hidden"
        if thing.deleted:
            return "deleted by its owner"
        return "hidden with its owner, who is banned" if thing.withheld else "shown"

    @property
    def gone_on(self) -> Any:
        return gone_on(self.thing) if self.thing.withdrawn else None

    @cached_property
    def history(self) -> list[Any]:
        return list(trail.of_thing(self.thing)[:HISTORY])

    @property
    def seen(self) -> int:
        return self.history[0].pk if self.history else 0

    @cached_property
    def of_owner(self) -> list[Any]:
        """What was decided about other things of the same owner, and bans."""
        rows = trail.of_owner(self.thing.owned_by)
        return list(rows.exclude(kind=self.kind, target=str(self.thing.pk))[:HISTORY])

    @cached_property
    def ban(self) -> Ban | None:
        return Ban.objects.standing().of(self.thing.owned_by).first()

    @property
    def acts(self) -> list[tuple[str, str]]:
        """What can be decided about it now."""
        leave, hide = ("left", "Leave as it is"), ("hidden", "Hide")
        restore, withdraw = ("restored", "Restore"), ("withdrawn", "Take down")
        if self.thing.withdrawn:
            return [leave] if self.thing.erased else [leave, restore]
        if self.thing.hidden_by_moderator:
            return [leave, restore, withdraw]
        return [leave, hide, withdraw]

    @property
    def pictures(self) -> list[Any]:
        """Of an album: what others see in it."""
        items = self.thing.items.filter(rendering__public=True).select_related("rendering")
        return [item.rendering for item in items[:HISTORY] if item.rendering.thumb]


def grouped(reports: QuerySet[Any], order: str) -> QuerySet[Any]:
    """One row for each thing that is reported."""
    groups = reports.order_by().values(*COLUMNS.values())
    ordered = ORDERS.get(order, ORDERS["most"])
    return groups.annotate(number=Count("pk"), newest=Max("created")).order_by(*ordered)


def cases_of(groups: Iterable[dict[str, Any]]) -> list[Case]:
    """The groups of one page, in their order: a question for each kind, however many there are."""
    wanted = [(kind, group[column]) for group in groups for kind, column in COLUMNS.items()
              if group[column] is not None]  # fmt: skip
    found: dict[tuple[str, Any], Case] = {}
    for kind, model in MODELS.items():
        ids = [pk for other, pk in wanted if other == kind]
        found |= {(kind, pk): Case(row) for pk, row in rows_of(model).in_bulk(ids).items()}
    for report in reports_about(wanted):
        found[(report.thing.KIND, report.thing.pk)].reports.append(report)
    return [found[key] for key in wanted if key in found]


def rows_of(model: Any) -> QuerySet[Any]:
    owner = "user" if model is MODELS["member"] else "owner"
    beside = {"picture": ("photo",), "comment": ("rendering__photo",)}
    return model._base_manager.select_related(owner, *beside.get(model.KIND, ()))


def reports_about(wanted: list[tuple[str, Any]]) -> list[Report]:
    rows: list[Report] = []
    for kind, column in COLUMNS.items():
        ids = [pk for other, pk in wanted if other == kind]
        if ids:
            about = Report.objects.filter(**{f"{column}__in": ids})
            rows += about.select_related("reporter", column)
    return rows


def case_of(thing: Any) -> Case:
    reports = Report.objects.about(thing).select_related("reporter")
    return Case(rows_of(type(thing)).get(pk=thing.pk), list(reports))


def number_open() -> int:
    """Of things, not of reports."""
    return grouped(Report.objects.open(), "newest").count()


def open_for(request: HttpRequest) -> dict[str, int] | None:
    """For the masthead of whoever moderates."""
    user = getattr(request, "user", None)
    return {"open": number_open()} if user is not None and may_moderate(user) else None
