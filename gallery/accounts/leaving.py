"""A member deletes the account, and nothing stays."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.core.internal.ratelimit import get_cache_key, get_rates
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.shortcuts import get_current_site
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from gallery import scratch, services, taught
from gallery.accounts.belongings import belongings, owned_models
from gallery.accounts.sessions import end_sessions
from gallery.limits import rates
from gallery.models import Painting, Rendering, Report, ShareLink, TaughtStyle
from gallery.moderation import trail
from gallery.operations import errors
from gallery.owners import Owner

AT_ONCE = 100  # names looked for with one question


def account_delete(request: HttpRequest, user: Any) -> None:
    """Rows, files, sessions, addresses: all of it, for good.

    The files go first: should anything break on the way, the account is still there to try again.
    A worker that is at a job of theirs finds no row to write to, and takes its files away itself.
    """
    owner = Owner(user_id=user.pk)
    end_sessions(user)
    for model in owned_models():
        if unfinished := getattr(model, "UNFINISHED", None):
            for job in model._base_manager.filter(owner=user, state__in=unfinished):
                services.remove(job)
    for row in belongings(owner):
        scratch.remove_folder(row.folder)
    addresses = list(EmailAddress.objects.filter(user=user))
    forget_limits(request, user, [user.email, *(address.email for address in addresses)])
    with transaction.atomic():
        forget_names(owner)
        Report.objects.filter(reporter=user).update(words="")  # the moderators keep the reason
        trail.forget(owner)
        late = list(belongings(owner))  # also what was sent meanwhile
        forget_log([user, *addresses, *late])
        errors.forget(late)
        user.delete()
    for row in late:
        scratch.remove_folder(row.folder)
    taught.sweep()  # other machines do so within minutes


def forget_names(owner: Owner) -> None:
    """What others' pictures remember of the paintings and styles that they were painted after:
    titles that somebody typed. That there was a painting stays in the recipe."""
    mine = (model._base_manager.filter(**owner.fields) for model in (Painting, TaughtStyle))
    names = [row.ref for rows in mine for row in rows]
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        theirs = Rendering.objects.exclude(Q(**owner.fields))
        for picture in theirs.filter(styles_named__has_any_keys=some):
            left = {k: v for k, v in picture.styles_named.items() if k not in some}
            picture.change(styles_named=left)


def forget_log(rows: list[Any]) -> None:
    """What the admin pages wrote down about these rows; it has names and titles in it."""
    ids = defaultdict(list)
    for row in rows:
        ids[type(row)].append(str(row.pk))
    for model, of_it in ids.items():
        kind = ContentType.objects.get_for_model(model)
        LogEntry.objects.filter(content_type=kind, object_id__in=of_it).delete()


def forget_limits(request: HttpRequest, user: Any, emails: list[str]) -> None:
    """The counters of tries under this name. Those of the visitor's address stay: else an account
    that is made and deleted would buy new tries at other people's."""
    names = {user.username.lower(), *map(str.lower, filter(None, emails))}
    domain = get_current_site(request).domain
    names |= {f"{domain}:{name}" for name in names}
    tokens = ShareLink._base_manager.filter(owner=user).values_list("token", flat=True)
    rates.forget(Owner(user_id=user.pk), list(tokens))
    for action in app_settings.RATE_LIMITS:
        for rate in get_rates(app="allauth.account", action=action):
            if rate.per != "ip":
                of_it: dict[str, Any] = {"action": action, "rate": rate, "user": user}
                cache.delete_many(
                    [get_cache_key(request, app="allauth.account", key=name, **of_it)
                     for name in sorted(names)]
                )  # fmt: skip
