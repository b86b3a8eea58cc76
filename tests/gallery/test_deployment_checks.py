"""Settings of what the site stands on that cannot work stop the start, each with its remedy, and no
password gets into what is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from tests import cast
from tests.gallery.test_serving import answers
from webstyle.settings import kept_secret_key

pytestmark = pytest.mark.local("is about settings as they come")

POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "NAME": "x"}
MEMORY = "sqlite://:memory:"
PASSWORD = "sesame"


@pytest.mark.parametrize(
    ("given", "found", "remedy"),
    [
        ({"ALLOWED_HOSTS": ["*"]}, "webstyle.E001", "ALLOWED_HOSTS=paint.example.org"),
        ({"LANES": ["fast", "quick"]}, "webstyle.E002", "LANES=fast,slow"),
        ({"LANES": ["fast", ""]}, "webstyle.E002", "LANES=fast,slow"),
        ({"LANES": []}, "webstyle.W031", "LANES=fast,slow"),
        ({"DEVICE": "abacus"}, "webstyle.E003", "auto, cpu or cuda"),
        ({"DEVICE": "cpus"}, "webstyle.E003", "auto, cpu or cuda"),
        ({"DEVICE": "cuda:first"}, "webstyle.E003", "cuda:1"),
        ({"DEVICE": ""}, "webstyle.E003", "auto, cpu or cuda"),
        ({"MEDIA_DELIVERY": "pigeon"}, "webstyle.E020", "stream, x-accel or s3"),
        ({"MEDIA_DELIVERY": "s3"}, "webstyle.E021", "S3_BUCKET"),
        ({"MEDIA_DELIVERY": "x-accel", "S3_BUCKET": "pictures"}, "webstyle.E022", "s3 or stream"),
        ({"FILES_ORIGIN": f"https://u:{PASSWORD}@files.example.org"}, "webstyle.E024", "https://"),
        ({"S3_BUCKET": "pictures", "S3_ACCESS_KEY": "key"}, "webstyle.E031", "S3_SECRET_KEY"),
        ({"S3_BUCKET": "pictures", "S3_SECRET_KEY": PASSWORD}, "webstyle.E031", "S3_ACCESS_KEY"),
        ({"S3_ENDPOINT": "https://minio:9000"}, "webstyle.E032", "S3_BUCKET"),
        ({"S3_ACCESS_KEY": "key", "S3_SECRET_KEY": PASSWORD}, "webstyle.E032", "S3_BUCKET"),
        ({"S3_BUCKET": "pictures", "S3_ENDPOINT": "minio:9000"}, "webstyle.E033", "https://"),
        (
            {"S3_BUCKET": "pictures", "S3_ENDPOINT": f"https://u:{PASSWORD}@minio:9000"},
            "webstyle.E033",
            "https://",
        ),
        (
            {"CHANNEL_LAYER_URL": "redis://redis:6379/0", "SECRET_KEY_GIVEN": True},
            "webstyle.W151",
            "CACHE_URL",
        ),
    ],
)
def test_what_cannot_work_is_found(settings, given: dict[str, Any], found: str, remedy) -> None:
    for name, value in given.items():
        setattr(settings, name, value)
    (message,) = run_checks()
    assert message.id == found
    assert remedy in (message.hint or "")
    assert PASSWORD not in str(message)


def test_as_it_comes_nothing_is_found() -> None:
    assert run_checks() == []


def test_machines_with_keys_of_their_own_are_found(settings, monkeypatch) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", POSTGRESQL)
    settings.CHANNEL_LAYER_URL, settings.CACHES = "redis://redis:6379/0", {"default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://redis/1",
    }}  # fmt: skip
    (message,) = run_checks()
    assert message.id == "webstyle.W030"
    assert "SECRET_KEY" in str(message)
    settings.SECRET_KEY_GIVEN = True
    assert run_checks() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", f"mysql://u:{PASSWORD}@host/x"),
        ("DATABASE_URL", f"postgres://u:{PASSWORD}@host"),  # no database
        ("DATABASE_URL", f"postgres://u:{PASSWORD}@host:port/x"),
        ("DATABASE_URL", f"postgres://u:1/{PASSWORD}@host/x"),
        ("DATABASE_URL", f"postgres://u:1#{PASSWORD}@host/x"),
        ("DATABASE_URL", f"postgres://u:1?{PASSWORD}@host/x"),
        ("DATABASE_URL", f"postgres://[u:{PASSWORD}@host/x"),
        ("DATABASE_URL", "sqlite://db.sqlite3"),
        ("CHANNEL_LAYER_URL", "localhost:6379"),
        ("CHANNEL_LAYER_URL", f"http://u:{PASSWORD}@host:6379"),
        ("CHANNEL_LAYER_URL", f"redis://:1/{PASSWORD}@host:6379/0"),
        ("CHANNEL_LAYER_URL", "redis://"),
        ("CHANNEL_LAYER_URL", "redis://host:6379/zero"),
        ("CHANNEL_LAYER_URL", "unix://"),
        ("CACHE_URL", "foo"),
        ("CACHE_URL", f"memcached://u:{PASSWORD}@host"),
        ("CACHE_URL", f"redis://:{PASSWORD}@"),
        ("EMAIL_URL", f"pigeon://u:{PASSWORD}@host"),
        ("EMAIL_VERIFICATION", "perhaps"),
        ("LEASE_SECONDS", "soon"),
        ("HTTPS", "perhaps"),
        ("VAR", "/dev/null/var"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_one_line_that_names_it(
    tmp_path: Path, name: str, value: str
) -> None:
    done = cast.manage("check", **{"VAR": tmp_path, "DATABASE_URL": MEMORY, name: value})
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(name)
    assert PASSWORD not in line
    assert len(line) > len(name) + 15, "it says what to write"


def test_a_folder_that_is_no_place_for_the_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret-key").mkdir()
    done = cast.manage("check", VAR=tmp_path, DATABASE_URL=MEMORY)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert str(tmp_path / "secret-key") in line


def test_processes_that_start_at_once_make_one_key(tmp_path: Path) -> None:
    for number in range(50):
        (folder := tmp_path / str(number)).mkdir()
        key = folder / "secret-key"
        with ThreadPoolExecutor(8) as threads:
            (made,) = set(threads.map(kept_secret_key, [key] * 8))
        assert len(made) == 50
        assert key.stat().st_mode & 0o777 == 0o600
        assert list(folder.iterdir()) == [key], "and leave nothing else"


@pytest.mark.parametrize(
    "value",
    ["postgres://u:p%40ss@db:5432/webstyle", "postgresql:///webstyle", "", MEMORY,
     "postgres://%2Frun%2Fpostgresql/webstyle?sslmode=require", "sqlite:////tmp/a.sqlite3"],
)  # fmt: skip
def test_addresses_of_databases_that_can_be_read(value: str) -> None:
    from webstyle.environment import database_url

    database_url(value)


@pytest.mark.parametrize(
    "value",
    ["redis://redis", "redis://redis:6379/0", "rediss://user:p%2Fss@redis:6380", "",
     "unix:///run/redis.sock?db=1", "redis://[::1]:6379/0"],
)  # fmt: skip
def test_addresses_of_redis_that_can_be_read(value: str) -> None:
    from webstyle.environment import redis_url

    redis_url(value)


def test_the_cache_signs_in_with_the_name_in_its_address() -> None:
    """Some parsers of such addresses leave it out."""
    address = f"rediss://painter:{PASSWORD}@redis:6380/1"
    done = cast.manage(
        "shell", "--no-imports", "-c",
        "from django.core.cache import cache;"
        "print(cache._cache._get_connection_pool(True).connection_kwargs)",
        CACHE_URL=address, DATABASE_URL=MEMORY,
    )  # fmt: skip
    assert "'username': 'painter'" in done.stdout, done.stderr
    assert "'port': 6380" in done.stdout


def test_a_worker_that_would_paint_nothing_does_not_start(tmp_path: Path) -> None:
    done = cast.manage("worker", LANES="", CHANNEL_LAYER_URL="redis://none/0", VAR=tmp_path,
                       DATABASE_URL=f"sqlite:///{tmp_path / 'db'}")  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("LANES is empty: use LANES=fast,slow")


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_the_site_does_not_start_with_what_cannot_work(tmp_path: Path, command: str) -> None:
    port = cast.free_port()
    given = {
        "LANES": "quick",
        "DEVICE": "abacus",
        "CHANNEL_LAYER_URL": f"redis://:{PASSWORD}@none/0",
    }
    done = cast.manage(
        command, *(("--port", port) if command == "serve" else ()),
        VAR=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'db'}", **given,
    )  # fmt: skip
    assert done.returncode == 2
    assert "webstyle.E002" in done.stderr
    assert "webstyle.E003" in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    assert not answers(port)
    assert not (tmp_path / "db").exists()
