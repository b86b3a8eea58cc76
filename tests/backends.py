"""What the tests' site stands on: ``BACKENDS=local``, which is the default (SQLite, a layer and a
cache in memory, a folder for files), or ``BACKENDS=scaled`` (PostgreSQL, Redis, S3)."""

from __future__ import annotations

import functools
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import servers

KINDS = ("postgresql", "redis", "s3")
NAME = os.environ.get("BACKENDS") or "local"
if NAME not in ("local", "scaled"):
    raise ValueError(f"BACKENDS={NAME}: say local (or nothing), or scaled")
LACKING = servers.missing(*KINDS) if NAME == "scaled" else None  # why it cannot be had
SCALED = NAME == "scaled" and LACKING is None
HANDED_ON = "WEBSTYLE_TEST_SERVERS"
# Of whatever the tests' own site stands on.
NOTHING_ELSE = (
    "CHANNEL_LAYER_URL", "CACHE_URL", "S3_BUCKET", "S3_REGION", "S3_ENDPOINT", "S3_ACCESS_KEY",
    "S3_SECRET_KEY",
)  # fmt: skip


def described() -> str:
    """For the head of pytest's output."""
    if SCALED:
        return f"scaled ({', '.join(f'{kind} at {at}' for kind, at in addresses().items())})"
    return f"scaled, but {LACKING}" if LACKING else "local (SQLite, memory, a folder)"


def addresses() -> dict[str, str]:
    """Of the servers of the scaled site: started by the process that was called ``pytest``, whose
    environment the workers of xdist inherit."""
    if HANDED_ON not in os.environ:
        os.environ[HANDED_ON] = json.dumps(servers.start(*KINDS))
    found: dict[str, str] = json.loads(os.environ[HANDED_ON])
    return found


def own_site(folder: Path) -> dict[str, str]:
    """The variables of a site with an empty database, and files and messages of nobody else."""
    if not SCALED:
        return site_in(folder)
    return site_in(folder, new_database()) | {
        "CHANNEL_LAYER_URL": new_redis(), "CACHE_URL": new_redis(), "S3_BUCKET": new_bucket(),
        "S3_ENDPOINT": addresses()["s3"], "S3_REGION": servers.REGION,
        "S3_ACCESS_KEY": servers.ACCESS_KEY, "S3_SECRET_KEY": servers.SECRET_KEY,
    }  # fmt: skip


def site_in(folder: Path, database_url: str = "") -> dict[str, str]:
    """The variables of a site that is all in ``folder``, but for a database elsewhere."""
    folder.mkdir(exist_ok=True)
    return {
        "VAR": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "DATABASE_URL": database_url or f"sqlite:///{folder / 'db.sqlite3'}",
        **dict.fromkeys(NOTHING_ELSE, ""),
    }


def copy_of(site: dict[str, str], folder: Path) -> dict[str, str]:
    """The variables of a site of its own with the rows and files of ``site``, which is not in
    use."""
    if not SCALED:
        shutil.copytree(site["VAR"], folder, dirs_exist_ok=True)
        return own_site(folder)
    copied = own_site(folder)
    copied["DATABASE_URL"] = new_database(site["DATABASE_URL"].rpartition("/")[2])
    there = bucket(copied["S3_BUCKET"])
    for each in there.meta.client.list_objects_v2(Bucket=site["S3_BUCKET"]).get("Contents", []):
        there.copy({"Bucket": site["S3_BUCKET"], "Key": each["Key"]}, each["Key"])
    shutil.copytree(site["VAR"], folder, dirs_exist_ok=True)
    return copied


def new_database(template: str = "template1") -> str:
    name = f"site{taken_number()}"
    return servers.new_database(addresses()["postgresql"], name, template)


def new_redis() -> str:
    """A number of Redis, which is a store of its own."""
    return f"{addresses()['redis']}/{taken_number()}"


def new_bucket() -> str:
    return str(bucket(f"site{taken_number()}").name)


def taken_number() -> int:
    """One that no other process of the tests has. Number 0 of Redis keeps count."""
    return int(redis_at(addresses()["redis"]).incr("taken"))


@functools.cache
def redis_at(address: str) -> Any:
    import redis

    return redis.Redis.from_url(address)


@functools.cache
def bucket(name: str) -> Any:
    """Of the servers of the scaled site; made if it is new."""
    import boto3

    s3 = boto3.resource(
        "s3", endpoint_url=addresses()["s3"], region_name=servers.REGION,
        aws_access_key_id=servers.ACCESS_KEY, aws_secret_access_key=servers.SECRET_KEY,
    )  # fmt: skip
    found = s3.Bucket(name)
    found.create(CreateBucketConfiguration={"LocationConstraint": servers.REGION})
    return found


@contextmanager
def files_in(folder: Path) -> Iterator[None]:
    """Files are kept in ``folder`` meanwhile, or in a bucket that stands for it."""
    from django.core.files.storage import default_storage
    from django.test import override_settings

    folder.mkdir(parents=True, exist_ok=True)
    with override_settings(MEDIA_ROOT=folder):
        if not SCALED:
            yield
            return
        usual = default_storage.bucket_name
        use_bucket(bucket_of(folder))
        try:
            yield
        finally:
            use_bucket(usual)


@functools.cache
def bucket_of(folder: Path) -> str:
    return new_bucket()


def use_bucket(name: str) -> None:
    """From now on, in this process. A new storage would do, and take 0.2 s for its client."""
    from django.core.files.storage import default_storage

    default_storage.bucket_name, default_storage._bucket = name, None


def forget(site: dict[str, str]) -> None:
    """Files of one test are none of another's business, nor are messages that nobody fetched."""
    if SCALED:
        if written:
            bucket(site["S3_BUCKET"]).objects.all().delete()
            written.clear()
        redis_at(site["CHANNEL_LAYER_URL"]).flushdb()


written: set[str] = set()  # since a test began: names of files, and processes that may write some


def watch_files() -> None:
    """A bucket that nobody wrote to need not be looked through after each test."""
    from gallery.bucket import BucketStorage

    save = BucketStorage._save

    def noted(self: BucketStorage, name: str, content: Any) -> str:
        written.add(name)
        return save(self, name, content)

    BucketStorage._save = noted  # type: ignore[method-assign]


def delete_instead_of_truncating() -> None:
    """After each test that commits. PostgreSQL makes new files for what it truncates: for all of
    our tables 70 ms, where a test leaves a few rows."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    def sql_flush(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        """Without regard for the order in which rows name each other."""
        names = [self.quote_name(name) for name in tables]
        deleted = [f"DELETE FROM {name}" for name in names]
        replica = "SET session_replication_role = "
        return ["; ".join([f"{replica}replica", *deleted, f"{replica}origin"])] if names else []

    DatabaseOperations.sql_flush = sql_flush


def cached_keys() -> list[str]:
    """All that is in the cache."""
    from django.core.cache import cache

    if SCALED:
        return [key.decode() for key in cache._cache.get_client().scan_iter()]
    return list(cache._cache)
