"""The site's own settings, with a database, files and a password hasher that tests may wear out."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="webstyle-test-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

for name in ("DATABASE_URL", "CHANNEL_LAYER_URL", "CACHE_URL", "MEDIA_ROOT", "MAX_UPLOAD_MB",
             "MAX_JOBS_WAITING", "DEBUG", "HTTPS", "DEVICE", "LANES",
             "PERCEPTUAL", "CHECKPOINT_SECONDS", "MIX_CACHE_MB", "TEACH_MINUTES_MAX", "EMAIL_URL",
             "EMAIL_FROM", "EMAIL_VERIFICATION", "TRUSTED_PROXIES", "LANGUAGE_CODE", "HSTS_SECONDS",
             "HSTS_SUBDOMAINS", "HSTS_PRELOAD"):  # fmt: skip
    os.environ.pop(name, None)
os.environ["VAR"] = str(FOLDER)

from webstyle.settings import *  # noqa: E402, F403
from webstyle.settings import DATABASES, STORAGES  # noqa: E402

# A file, not memory: so other processes (workers, servers) can be started on the same database.
DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEVICE = "cpu"  # the same on every machine
(FOLDER / "static").mkdir()
