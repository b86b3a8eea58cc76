"""Errors that are nobody's doing and may pass: of the database, the storage, the disk."""

from __future__ import annotations

import errno

from django.db import InterfaceError, OperationalError

# Told of a job whose every attempt met one.
SAID = "Our storage is full or does not answer just now. Try again later."
AFTER = 5  # seconds until it makes sense to ask again
OF_THE_DISK = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.ESTALE, errno.ENFILE,
    errno.EMFILE,
}  # fmt: skip


def passes(error: BaseException | None) -> bool:
    """Whether the same may work a little later, without anybody changing what was asked for."""
    if isinstance(error, OperationalError | InterfaceError | ConnectionError | TimeoutError):
        return True
    if isinstance(error, OSError):
        return error.errno in OF_THE_DISK
    return of_others(error)


def of_others(error: BaseException | None) -> bool:
    """Of S3 and Redis, whose errors take a while to import and are seldom needed."""
    from botocore.exceptions import BotoCoreError, ClientError
    from redis.exceptions import RedisError

    return isinstance(error, BotoCoreError | ClientError | RedisError)
