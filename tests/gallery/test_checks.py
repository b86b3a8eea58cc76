"""Settings that cannot work stop the start, each with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.checks import settings_fit


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("ALLOWED_HOSTS", ["*"], "webstyle.E001"),
        ("LANES", ["fast", "quick"], "webstyle.E002"),
        ("DEVICE", "abacus", "webstyle.E003"),
        ("DEVICE", "cuda:one", "webstyle.E003"),
        ("LEASE_SECONDS", 1, "webstyle.W001"),
        ("PERCEPTUAL", "vgg16", "webstyle.E004"),
        ("PERCEPTUAL", "vgg19", "webstyle.W002"),
        ("HTTPS", True, "webstyle.W003"),
        ("TEACH_MINUTES_MAX", 300.0, "webstyle.E005"),
        ("GUEST_DAYS", 0, "webstyle.E006"),
        ("METRICS_TOKEN", "sesame", "webstyle.E007"),
        ("MIN_FREE_BYTES", -1_000_000, "webstyle.E008"),
        ("SECURE_HSTS_PRELOAD", True, "webstyle.E009"),
        ("WITHDRAWN_DAYS", -1, "webstyle.E016"),
        ("BAN_ADDRESS_DAYS", 1000, "webstyle.E016"),
        ("MODERATORS_CONTACT", "mona", "webstyle.E017"),
        ("C2PA_KEY", "key.pem", "webstyle.E018"),
    ],
)
def test_a_setting_that_cannot_work_is_found(
    settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value, found: str
) -> None:
    monkeypatch.setenv("WEBSTYLE_FETCHED", str(tmp_path))
    assert settings_fit(None) == []
    setattr(settings, name, value)
    (message,) = settings_fit(None)
    assert message.id == found
    assert message.hint


def test_mails_that_only_go_to_the_log_are_found_where_the_site_is_public(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert settings_fit(None) == []
    settings.HTTPS, settings.ALLAUTH_TRUSTED_PROXY_COUNT = True, 1
    (message,) = settings_fit(None)
    assert message.id == "webstyle.W004"
    assert "EMAIL_URL" in message.hint
