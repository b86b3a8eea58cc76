"""The site's own settings, with a database, files and a password hasher that tests may wear out."""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

from gallery.limits.defaults import QUOTAS, RATES
from tests import backends

FOLDER = Path(tempfile.mkdtemp(prefix="webstyle-test-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

# What whoever runs the tests has set for a site of their own is not to get in.
SOURCE = (Path(__file__).resolve().parent.parent / "webstyle/settings.py").read_text()
READ = re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z0-9_]+)"', SOURCE)
LIMITS = [f"{who}_{name}".upper() for who, names in QUOTAS.items() for name in names]
for name in (*READ, *LIMITS, *(f"RATE_{name}".upper() for name in RATES)):
    os.environ.pop(name, None)
TEST_SITE = backends.own_site(FOLDER)
os.environ |= TEST_SITE

from webstyle.settings import *  # noqa: E402, F403
from webstyle.settings import DATABASES, LOGGING, STORAGES  # noqa: E402

for name in TEST_SITE.keys() - {"VAR"}:  # processes of the tests are told theirs one by one
    del os.environ[name]

if not backends.SCALED:
    # A file, not memory: so other processes (workers, servers) can be started on the same database.
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING["root"]["handlers"] = ["console"]  # a thread that writes down errors would meet other tests
DEVICE = "cpu"  # the same on every machine
(FOLDER / "static").mkdir()
