"""With HTTPS=true, as docs/deploy.md has it, Django's own checks find nothing to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cast import ROOT

pytestmark = pytest.mark.local("settings are read, and no backend is asked")
DEPLOYED = {
    "HSTS_SUBDOMAINS": "false", "HSTS_PRELOAD": "false",  # decided, in words
    "HTTPS": "true", "ALLOWED_HOSTS": "paint.example.org", "TRUSTED_PROXIES": "1",
    "CSRF_TRUSTED_ORIGINS": "https://paint.example.org",
    "EMAIL_URL": "submission://user:password@mail.example.org",
}  # fmt: skip
WANTED = {
    "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True, "LANGUAGE_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True, "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_SAMESITE": "Lax", "SECURE_SSL_REDIRECT": True, "SECURE_HSTS_SECONDS": 3600,
    "SECURE_CONTENT_TYPE_NOSNIFF": True, "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    "SECURE_REFERRER_POLICY": "same-origin", "X_FRAME_OPTIONS": "DENY", "DEBUG": False,
    "USE_X_FORWARDED_HOST": False, "USE_X_FORWARDED_PORT": False,
    "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
    "SESSION_SERIALIZER": "django.contrib.sessions.serializers.JSONSerializer",
}  # fmt: skip


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    place = {"VAR": str(tmp_path_factory.mktemp("deployed"))}
    return os.environ | DEPLOYED | place | {"DJANGO_SETTINGS_MODULE": "webstyle.settings"}


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def test_check_deploy_is_clean(deployed: dict[str, str]) -> None:
    done = run(deployed, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("HTTPS", "false", "security.W008"),
        ("HSTS_SECONDS", "0", "security.W004"),
        ("DEBUG", "true", "security.W018"),
        ("SECRET_KEY", "short", "security.W009"),
        ("TRUSTED_PROXIES", "0", "webstyle.W003"),
        ("ALLOWED_HOSTS", "*", "webstyle.E001"),
    ],
)
def test_what_is_missing_is_named(
    deployed: dict[str, str], name: str, value: str, found: str
) -> None:
    done = run(
        deployed | {name: value}, "manage.py", "check", "--deploy", "--fail-level", "WARNING"
    )
    assert done.returncode != 0
    assert found in done.stderr


def test_behind_tls_every_setting_is_strict(deployed: dict[str, str]) -> None:
    ask = (
        "import json, sys, django; django.setup(); from django.conf import settings;"
        "print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))"
    )
    done = run(deployed, "-c", ask, *WANTED)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == WANTED


def test_the_secret_key_is_random_and_for_its_owner_alone(
    deployed: dict[str, str], tmp_path: Path
) -> None:
    ask = "from webstyle.settings import SECRET_KEY; print(SECRET_KEY)"
    keys = []
    for name in ("first", "second"):
        folder = tmp_path / name
        given = deployed | {"VAR": str(folder)}
        keys += [run(given, "-c", ask).stdout, run(given, "-c", ask).stdout]
        assert (folder / "secret-key").stat().st_mode & 0o077 == 0
    assert keys[0] == keys[1] != keys[2] == keys[3]
    assert all(len(key.strip()) >= 50 for key in keys)


def test_over_tls_the_answer_says_so_for_the_next_time(
    client: Any, settings: Any, db: None
) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 3600, True
    assert client.get("/", secure=True)["Strict-Transport-Security"] == "max-age=3600"
    plain = client.get("/me/?page=2")
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/me/?page=2")
