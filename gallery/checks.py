"""System checks: combinations of settings that cannot work, each with its remedy. Those of what the
site stands on, and of files, are in gallery/operations/checks.py."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from gallery.provenance import certificate
from webstyle.engine.weights import PERCEPTUAL_NAMES, VGG19_FILE, fetched

YEAR = 31_536_000  # seconds


@register()
def settings_fit(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if "*" in settings.ALLOWED_HOSTS and not settings.DEBUG:
        found.append(
            Error(
                "ALLOWED_HOSTS=* lets any page open our WebSockets.",
                hint="List the names of this site, as in ALLOWED_HOSTS=paint.example.org",
                id="webstyle.E001",
            )
        )
    if settings.PERCEPTUAL not in PERCEPTUAL_NAMES:
        found.append(
            Error(f"PERCEPTUAL={settings.PERCEPTUAL} is unknown.", hint="Use compact or vgg19.",
                  id="webstyle.E004")
        )  # fmt: skip
    elif settings.PERCEPTUAL == "vgg19" and not fetched(VGG19_FILE).exists():
        found.append(
            checks.Warning("PERCEPTUAL=vgg19, and its weights are not here: optimisation fails.",
                    hint="Fetch them with `python manage.py fetch_weights vgg19`.",
                    id="webstyle.W002")
        )  # fmt: skip
    if settings.HTTPS and not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        found.append(
            checks.Warning("HTTPS without TRUSTED_PROXIES: all visitors share one limit of tries.",
                    hint="Say how many proxies add to X-Forwarded-For, as in TRUSTED_PROXIES=1.",
                    id="webstyle.W003")
        )  # fmt: skip
    if settings.HTTPS and "console" in settings.EMAIL_BACKEND:
        found.append(
            checks.Warning("Mails are only written to the log: nobody gets a new password.",
                    hint="Set EMAIL_URL, as in EMAIL_URL=submission://user:password@host",
                    id="webstyle.W004")
        )  # fmt: skip
    if not 1 <= settings.TEACH_MINUTES_MAX <= 240:
        found.append(
            Error(f"TEACH_MINUTES_MAX={settings.TEACH_MINUTES_MAX:g} is out of range.",
                  hint="Use 1 to 240; 30 is enough for the finest style.", id="webstyle.E005")
        )  # fmt: skip
    found += operations_fit()
    for name, most in (("WITHDRAWN_DAYS", 365), ("BAN_ADDRESS_DAYS", 90)):
        if not 0 <= (days := getattr(settings, name)) <= most:
            found.append(
                Error(f"{name}={days} is out of range.", hint=f"Use 0 to {most}; 7 is usual.",
                      id="webstyle.E016")
            )  # fmt: skip
    if settings.MODERATORS_CONTACT and "@" not in settings.MODERATORS_CONTACT:
        found.append(
            Error(f"MODERATORS_CONTACT={settings.MODERATORS_CONTACT} is no e-mail address.",
                  hint="Use one, as in MODERATORS_CONTACT=moderators@paint.example.org",
                  id="webstyle.E017")
        )  # fmt: skip
    if fault := certificate.fault():
        found.append(
            Error(f"No result can be signed: {fault}.",
                  hint="See C2PA_CERTIFICATE and C2PA_KEY in docs/provenance.md; PROVENANCE=false "
                       "paints without.", id="webstyle.E018")
        )  # fmt: skip
    if settings.LEASE_SECONDS < 5:
        found.append(
            checks.Warning("LEASE_SECONDS under 5 takes jobs from workers that are only busy.",
                    hint="Leave it at 30.", id="webstyle.W001")
        )  # fmt: skip
    return found


def operations_fit() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.GUEST_DAYS < 1:
        found.append(
            Error(f"GUEST_DAYS={settings.GUEST_DAYS} takes guests' work while they look at it.",
                  hint="Use 1 or more; 365 is as long as a guest's cookie lasts.",
                  id="webstyle.E006")
        )  # fmt: skip
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < 16:
        found.append(
            Error("METRICS_TOKEN is so short that it can be guessed.",
                  hint="Use 16 letters or more, as `openssl rand -hex 16` makes them.",
                  id="webstyle.E007")
        )  # fmt: skip
    if settings.MIN_FREE_BYTES < 0:
        found.append(
            Error("MIN_FREE_MB is negative.", hint="Use 0 to look at no disk; 500 is the default.",
                  id="webstyle.E008")
        )  # fmt: skip
    preload, long = settings.SECURE_HSTS_PRELOAD, settings.SECURE_HSTS_SECONDS >= YEAR
    if preload and not (long and settings.SECURE_HSTS_INCLUDE_SUBDOMAINS):
        found.append(
            Error("HSTS_PRELOAD: no browser takes this site into its list like that.",
                  hint=f"Set HSTS_SUBDOMAINS=true and HSTS_SECONDS={YEAR}, or leave it out.",
                  id="webstyle.E009")
        )  # fmt: skip
    return found
