"""System checks: combinations of settings that cannot work, each with its remedy."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from gallery.provenance import certificate
from webstyle.engine.weights import PERCEPTUAL_NAMES, VGG19_FILE, fetched


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
    if settings.DEVICE != "auto" and not settings.DEVICE.startswith(("cpu", "cuda")):
        found.append(
            Error(f"DEVICE={settings.DEVICE} is unknown.", hint="Use auto, cpu or cuda.",
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
    if fault := certificate.fault():
        found.append(
            Error(f"No result can be signed: {fault}.",
                  hint="See C2PA_CERTIFICATE and C2PA_KEY in docs/provenance.md; PROVENANCE=false "
                       "paints without.", id="webstyle.E006")
        )  # fmt: skip
    if settings.LEASE_SECONDS < 5:
        found.append(
            checks.Warning("LEASE_SECONDS under 5 takes jobs from workers that are only busy.",
                    hint="Leave it at 30.", id="webstyle.W001")
        )  # fmt: skip
    return found
