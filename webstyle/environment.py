"""Addresses of PostgreSQL and Redis, as environment variables give them.

One that cannot be read is refused with what to write instead, and without a word of what it was:
there are passwords in it. One of those that is not quoted is what most often breaks an address, and
a piece of it would pass for the name of a machine or a database.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from environs import ValidationError

POSTGRESQL = (
    "write it as in postgres://user:password@host:5432/webstyle, or leave it out for SQLite"
)
REDIS = "write it as in redis://:password@host:6379/0 (or rediss://…, unix:///run/redis.sock)"
QUOTED = "; in a password, @ : / ? and # are written %40 %3A %2F %3F and %23"


def database_url(value: str) -> None:
    """``postgres://…``, ``postgresql://…`` or ``sqlite:///…``; empty is the default."""
    if value in ("", "sqlite://:memory:"):
        return
    address = split(value, POSTGRESQL)
    if address.scheme == "sqlite":
        if address.netloc or address.path in ("", "/"):
            raise ValidationError(f"{POSTGRESQL}; a file is sqlite:////folder/name.sqlite3")
    elif address.scheme not in ("postgres", "postgresql") or len(address.path) < 2:
        raise ValidationError(POSTGRESQL + QUOTED)


def redis_url(value: str) -> None:
    """``redis://…``, ``rediss://…`` (TLS) or ``unix://…``; empty is none."""
    if not value:
        return
    address = split(value, REDIS)
    if address.scheme == "unix":
        wrong = len(address.path) < 2
    else:
        numbered = re.fullmatch(r"(/\d*)?", address.path)
        wrong = address.scheme not in ("redis", "rediss") or not (address.hostname and numbered)
    if wrong:
        raise ValidationError(REDIS + QUOTED)


def split(value: str, remedy: str) -> SplitResult:
    """Raises ValidationError for what is no address, or one with a password that is not quoted."""
    try:
        address = urlsplit(value)
        _ = address.port
    except ValueError:
        raise ValidationError(remedy + QUOTED) from None
    if address.fragment or "@" in address.path + address.query:
        raise ValidationError(remedy + QUOTED)
    return address
