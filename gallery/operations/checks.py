"""System checks: what the site stands on, and how files leave, by settings that fit each other.

Addresses that cannot be read never come here: see webstyle/environment.py. What only shows itself
beside other processes is in starting.py. No message repeats an address: there may be a password
in it.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.http.request import validate_host


@register()
def work_fits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What this process paints, and on what."""
    found: list[CheckMessage] = []
    again = "Use LANES=fast,slow or one of the two."
    if not settings.LANES:
        found.append(
            checks.Warning("LANES is empty: `serve` paints nothing, and `worker` does not start.",
                           hint=again, id="webstyle.W031")
        )  # fmt: skip
    if unknown := set(settings.LANES) - {"fast", "slow"}:
        found.append(wrong(2, f"LANES names '{min(unknown)}', which no job is in.", again))
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", settings.DEVICE):
        devices = "Use auto, cpu or cuda; one of several GPUs is cuda:1."
        found.append(wrong(3, f"DEVICE={settings.DEVICE} is unknown.", devices))
    return found


@register()
def machines_fit(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What several machines must have in common."""
    several = settings.CHANNEL_LAYER_URL and not sqlite()
    if not several or settings.SECRET_KEY_GIVEN:
        return []
    return [
        checks.Warning("SECRET_KEY is not set: each machine has made one of its own.",
                       hint="Set the same on all of them, as `openssl rand -hex 32` makes it; else "
                            "who signed in on one is a stranger to the others.",
                       id="webstyle.W030")
    ]  # fmt: skip


def sqlite() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


def wrong(number: int, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"webstyle.E{number:03}")


@register()
def bucket_fits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    key, secret = settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY
    if bool(key) != bool(secret):
        found.append(
            wrong(
                31,
                f"S3_{'ACCESS' if key else 'SECRET'}_KEY without its other half.",
                "Set S3_ACCESS_KEY and S3_SECRET_KEY, or neither, for those that boto3 finds.",
            )
        )
    if not settings.S3_BUCKET and (key or secret or settings.S3_ENDPOINT):
        found.append(
            wrong(
                32,
                "There are settings for S3, and no bucket: files would lie in MEDIA_ROOT.",
                "Set S3_BUCKET, or leave out S3_ACCESS_KEY, S3_SECRET_KEY and S3_ENDPOINT.",
            )
        )
    if not re.fullmatch(r"(https?://[^/@]+(/[^@]*)?)?", settings.S3_ENDPOINT):
        found.append(
            wrong(33, "S3_ENDPOINT is no address.", "Write it as in https://minio.example.org:9000")
        )
    return found


def host_of(origin: str) -> str:
    """The name in ``https://name:port``; empty where there is more, or something else."""
    try:
        parts = urlsplit(origin)
        _ = parts.port
    except ValueError:
        return ""
    bare = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    return (parts.hostname or "") if bare and parts.scheme in ("http", "https") else ""


@register()
def delivery_fits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """How files leave, and where they lie."""
    found: list[CheckMessage] = []
    way = settings.MEDIA_DELIVERY
    if way not in ("stream", "x-accel", "s3"):
        found.append(wrong(20, f"MEDIA_DELIVERY={way} is unknown.", "Use stream, x-accel or s3."))
    if way == "s3" and not settings.S3_BUCKET:
        found.append(wrong(21, "MEDIA_DELIVERY=s3, and there is no bucket.", "Set S3_BUCKET."))
    if way == "x-accel" and settings.S3_BUCKET:
        found.append(
            wrong(
                22,
                "MEDIA_DELIVERY=x-accel: nginx reads a folder, not S3_BUCKET.",
                "Use s3 or stream.",
            )
        )
    prefix = settings.X_ACCEL_PREFIX
    if way == "x-accel" and not (prefix.startswith("/") and prefix.endswith("/")):
        found.append(
            wrong(23, f"X_ACCEL_PREFIX={prefix} is no location.", "Write it as in /media-internal/")
        )
    if not settings.FILES_ORIGIN:
        return found
    host = host_of(settings.FILES_ORIGIN)
    if not host:
        found.append(
            wrong(24, "FILES_ORIGIN is no origin.", "Write it as in https://files.example.org")
        )
    elif any(validate_host(host, [name]) for name in settings.ALLOWED_HOSTS):
        found.append(
            wrong(
                25,
                f"FILES_ORIGIN={settings.FILES_ORIGIN} is the site itself, by ALLOWED_HOSTS.",
                "Give files a name of their own, which is not in ALLOWED_HOSTS.",
            )
        )
    if way == "s3":
        found.append(
            wrong(
                26,
                "FILES_ORIGIN with MEDIA_DELIVERY=s3: the bucket has an origin of its own.",
                "Leave one of them out.",
            )
        )
    return found
