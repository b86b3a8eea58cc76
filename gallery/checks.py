"""System checks: combinations of settings that cannot work, each with its remedy."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.http.request import validate_host

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
    if unknown := set(settings.LANES) - {"fast", "slow"}:
        found.append(
            Error(
                f"LANES names '{min(unknown)}', which no job is in.",
                hint="Use LANES=fast,slow or one of the two.",
                id="webstyle.E002",
            )
        )
    if not re.fullmatch(r"auto|cpu|cuda(:\d{1,3})?", settings.DEVICE):
        found.append(
            Error(f"DEVICE={settings.DEVICE} is unknown.", hint="Use auto, cpu, cuda or cuda:1.",
                  id="webstyle.E003")
        )  # fmt: skip
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


@register()
def delivery_fits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """How files leave, and where they lie."""
    found: list[CheckMessage] = []

    def wrong(number: int, message: str, hint: str) -> None:
        found.append(Error(message, hint=hint, id=f"webstyle.E{number:03}"))

    way = settings.MEDIA_DELIVERY
    if way not in ("stream", "x-accel", "s3"):
        wrong(20, f"MEDIA_DELIVERY={way} is unknown.", "Use stream, x-accel or s3.")
    if way == "s3" and not settings.S3_BUCKET:
        wrong(21, "MEDIA_DELIVERY=s3, and there is no bucket.", "Set S3_BUCKET.")
    if way == "x-accel" and settings.S3_BUCKET:
        wrong(
            22, "MEDIA_DELIVERY=x-accel: nginx reads a folder, not S3_BUCKET.", "Use s3 or stream."
        )
    prefix = settings.X_ACCEL_PREFIX
    if way == "x-accel" and not (prefix.startswith("/") and prefix.endswith("/")):
        wrong(23, f"X_ACCEL_PREFIX={prefix} is no location.", "Write it as in /media-internal/")
    if not settings.FILES_ORIGIN:
        return found
    parts = urlsplit(settings.FILES_ORIGIN)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.path or parts.query:
        wrong(24, f"FILES_ORIGIN={settings.FILES_ORIGIN} is no origin.",
              "Write it as in https://files.example.org")  # fmt: skip
    elif any(validate_host(host, [name]) for name in settings.ALLOWED_HOSTS):
        wrong(25, f"FILES_ORIGIN={settings.FILES_ORIGIN} is the site itself, by ALLOWED_HOSTS.",
              "Give files a name of their own, which is not in ALLOWED_HOSTS.")  # fmt: skip
    if way == "s3":
        wrong(26, "FILES_ORIGIN with MEDIA_DELIVERY=s3: the bucket has an origin of its own.",
              "Leave one of them out.")  # fmt: skip
    return found
