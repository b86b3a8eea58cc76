"""Every setting, from environment variables, for one small machine by default.

See docs/deploy.md for the list. A value that cannot be read stops the start with its name;
combinations that cannot work are system checks in gallery/checks.py and
gallery/operations/checks.py.
"""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from environs import env, validate

from gallery.accounts.names import RESERVED
from gallery.limits.defaults import read_quotas, read_rates
from webstyle.environment import database_url, redis_url

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = env.path("VAR", BASE_DIR / "var")  # database, uploads, secret key: all that is not code
try:
    VAR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(
        f"VAR={VAR} cannot be made a folder ({error.strerror}): name one that may be written to"
    ) from None


def kept_secret_key(path: Path) -> str:
    """The key made on first start, so that sessions survive a restart."""
    try:
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", dir=path.parent) as made:  # of mode 0600
                made.write(get_random_secret_key())
                made.flush()
                with contextlib.suppress(FileExistsError):  # of processes that start at once, one's
                    path.hardlink_to(made.name)
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"VAR: {path} cannot be read or made ({error.strerror}); see whose it is"
        ) from None


DEBUG = env.bool("DEBUG", False)
SECRET_KEY_GIVEN = bool(env.str("SECRET_KEY", ""))  # as several machines need it
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret_key(VAR / "secret-key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
HTTPS = env.bool("HTTPS", False)  # behind a proxy that speaks TLS and sets X-Forwarded-Proto

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "channels",
    "csp",
    "gallery",
]

MIDDLEWARE = [
    "gallery.operations.requests.RequestLogMiddleware",  # around all others: it counts their time
    "gallery.origin.files_origin",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gallery.languages.LanguageMiddleware",
    "gallery.limits.addresses.middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "gallery.operations.guests.GuestSeenMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "gallery.moderation.bans.BanMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "webstyle.urls"
ASGI_APPLICATION = "webstyle.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n"],  # every template has words
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gallery.context.site",
            ],
        },
    },
]

address = env.str("DATABASE_URL", "", validate=database_url)  # no setting: it has a password
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(address or f"sqlite:///{VAR / 'db.sqlite3'}")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Readers do not wait for the writer, and a writer takes its lock at once instead of failing
    # half way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Each request has a thread of its own, and to connect for it takes as long as a small page.
    # And many visitors at once wait for each other, instead of being refused by the database.
    DATABASE_CONNECTIONS = env.int("DATABASE_CONNECTIONS", 20, validate=validate.Range(min=1))
    POOL = {
        "min_size": 1,
        "max_size": DATABASE_CONNECTIONS,
        "timeout": 10,  # seconds
        # As long as one waits. Each try to connect waits twice as long as the one before, and all
        # wait for it: a database that was away for a minute would be so for another.
        "reconnect_timeout": 10,
    }
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = POOL
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # those of a server that was started again

CHANNEL_LAYER_URL = env.str("CHANNEL_LAYER_URL", "", validate=redis_url)  # empty: in memory
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "gallery.layers.redis.RedisLayer",
        # The layer waits 5 s at a time for a message; redis-py's own time-out of 5 s would end the
        # wait, and the socket or worker behind it, whenever Redis is a moment late.
        "CONFIG": {"hosts": [{"address": CHANNEL_LAYER_URL, "socket_timeout": 20}]},
    }
    if CHANNEL_LAYER_URL
    else {"BACKEND": "gallery.layers.memory.MemoryLayer"}
}
address = env.str("CACHE_URL", "", validate=redis_url)
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address}
    if address
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # With Django's 300, whoever comes from many addresses has the tries of others forgotten.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", VAR / "static")  # what collectstatic makes
MEDIA_ROOT = env.path("MEDIA_ROOT", VAR / "media")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "gallery.storage.StaticStorage"
    },
}

S3_BUCKET = env.str("S3_BUCKET", "")  # for photos and pictures, instead of MEDIA_ROOT
S3_REGION = env.str("S3_REGION", "us-east-1")
S3_ENDPOINT = env.str("S3_ENDPOINT", "").rstrip("/")  # of a storage that is not Amazon's
S3_ACCESS_KEY = env.str("S3_ACCESS_KEY", "")  # both empty: whatever boto3 finds
S3_SECRET_KEY = env.str("S3_SECRET_KEY", "")
if S3_BUCKET:
    from boto3.s3.transfer import TransferConfig  # type: ignore[import-untyped]
    from botocore.config import Config

    STORAGES["default"] = {
        "BACKEND": "gallery.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT or f"https://s3.{S3_REGION}.amazonaws.com",
            "region_name": S3_REGION,
            "access_key": S3_ACCESS_KEY or None,
            "secret_key": S3_SECRET_KEY or None,
            "file_overwrite": False,  # as on a disk: attempts never share a name
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if S3_ENDPOINT else "virtual"},
                # boto3's own let a page wait for minutes
                connect_timeout=5,
                read_timeout=20,
                retries={"mode": "standard", "max_attempts": 3},
                max_pool_connections=50,  # one client for all threads
            ),
            # What is read goes piece by piece into a temporary file: by default it is all held in
            # memory, and threads fetch more of it ahead.
            "max_memory_size": 1_000_000,
            "transfer_config": TransferConfig(use_threads=False),
        },
    }
MEDIA_DELIVERY = env.str("MEDIA_DELIVERY", "stream")  # or x-accel, s3: who sends files
X_ACCEL_PREFIX = env.str("X_ACCEL_PREFIX", "/media-internal/")  # nginx's, for MEDIA_ROOT
FILES_ORIGIN = env.str("FILES_ORIGIN", "").rstrip("/").lower()  # a domain for files alone

SESSION_COOKIE_AGE = 60 * 60 * 24 * 365  # a guest's pictures hang on it
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 3600 if HTTPS else 0)
# For the names below this one too, and in browsers before they ever came: a site that is one of
# several of a domain would lock out the others, so both are off until somebody says so.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
# `check --deploy` asks for a decision on each of the two. One that was taken, also against it, is
# no warning any longer; as long as the variable is not set, the warning stays.
SILENCED_SYSTEM_CHECKS = [
    check
    for name, check in (("HSTS_SUBDOMAINS", "security.W005"), ("HSTS_PRELOAD", "security.W021"))
    if env.str(name, "")
]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "gallery.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

if FILES_ORIGIN:
    FILES_FROM = [FILES_ORIGIN]
elif MEDIA_DELIVERY == "s3" and S3_BUCKET:
    FILES_FROM = [S3_ENDPOINT or f"https://{S3_BUCKET}.s3.{S3_REGION}.amazonaws.com"]
else:
    FILES_FROM = []
if FILES_FROM:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"] += FILES_FROM
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"] = [SELF, *FILES_FROM]

# Accounts. Signing in, by name or by address, is allauth's, for the admin pages too; the pages and
# what becomes of a guest's work are in gallery/accounts.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "account_login", "mine", "home"
ACCOUNT_ADAPTER = "gallery.accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "gallery.accounts.forms.LoginForm",
    "signup": "gallery.accounts.forms.SignupForm",
    "reset_password": "gallery.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "gallery.accounts.forms.ResetPasswordKeyForm",
    "change_password": "gallery.accounts.forms.ChangePasswordForm",
    "add_email": "gallery.accounts.forms.AddEmailForm",
    "reauthenticate": "gallery.accounts.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_USERNAME_VALIDATORS = "gallery.accounts.names.VALIDATORS"
ACCOUNT_USERNAME_BLACKLIST = RESERVED
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_SESSION_REMEMBER = True  # as long as a guest's
ACCOUNT_EMAIL_VERIFICATION = env.str(
    "EMAIL_VERIFICATION", "optional", validate=validate.OneOf(["optional", "mandatory", "none"])
)
# "strict": a second account with an address that is taken can be begun, and cannot be confirmed.
# Otherwise the form would tell whose address has an account here.
ACCOUNT_PREVENT_ENUMERATION = "strict"
# Who asks for a new password gets a mail whether there is an account or not: the answer takes as
# long, and people with several addresses learn which one it was.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_CHANGE_EMAIL = True  # one address, the old one until the new one is confirmed
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # for a new address: it is the way to a new password
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a new password or address
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {
    "signup": "60/10m/ip",  # a class of thirty behind one address signs up in one lesson
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)  # whose X-Forwarded-For is believed
EMAIL = env.dj_email_url("EMAIL_URL", "console:")  # mails are written to the log
if "EMAIL_BACKEND" not in EMAIL:
    raise ImproperlyConfigured("EMAIL_URL: begin it with submission://, smtp:// or console:")
globals().update({name: value for name, value in EMAIL.items() if value is not None})
EMAIL_TIMEOUT = EMAIL["EMAIL_TIMEOUT"] or 10  # seconds: a page waits for it
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", "webstyle@localhost")

MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_MB", 40) * 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_UPLOAD_BYTES
UPLOAD_ROOT = env.path("UPLOAD_ROOT", VAR / "uploads")  # what came of unfinished ones
UPLOADS_OPEN = env.int("UPLOADS_OPEN", 40)  # unfinished ones of one visitor, and their size
UPLOADS_OPEN_BYTES = env.int("UPLOADS_OPEN_MB", 400) * 1_000_000
# px on the long side, of what visitors may ask for.
MAX_SIZE = env.int("MAX_SIZE", 2048, validate=validate.OneOf([1024, 2048, 4096, 8192]))
DECODE_SECONDS = env.int("DECODE_SECONDS", 30)  # for one uploaded file, in a process of its own
DECODE_MEMORY_MB = env.int("DECODE_MEMORY_MB", 2000)
MAX_JOBS_WAITING = env.int("MAX_JOBS_WAITING", 80)  # of one visitor at a time, paused ones too
QUOTAS = read_quotas(env)
RATE_LIMITS = read_rates(env)
SOCKETS_PER_OWNER = env.int("SOCKETS_PER_OWNER", 20)  # open at once, in one process; 0: any number
SOCKETS_PER_ADDRESS = env.int("SOCKETS_PER_ADDRESS", 300)

WITHDRAWN_DAYS = env.int("WITHDRAWN_DAYS", 7)  # for which moderators can bring back a takedown
BAN_ADDRESS_DAYS = env.int("BAN_ADDRESS_DAYS", 7)  # for which a hash of an address is kept; 0: none
MODERATORS_CONTACT = env.str("MODERATORS_CONTACT", "")  # an e-mail address, told with decisions

PROVENANCE = env.bool("PROVENANCE", True)  # results are marked and signed
C2PA_CERTIFICATE = env.str("C2PA_CERTIFICATE", "")  # PEM, its issuers behind it; empty: made here
C2PA_KEY = env.str("C2PA_KEY", "")  # PEM, without a password

# How long a stream of server-sent events lasts; then the program connects again.
EVENT_SECONDS = env.int("EVENT_SECONDS", 900, validate=validate.Range(min=1))

TEACH_MINUTES_MAX = env.float("TEACH_MINUTES_MAX", 30)  # of one lesson

DEVICE = env.str("DEVICE", "auto")  # auto, cpu, cuda or cuda:1
# How long the first of several small pictures in one style waits for the others, to be painted with
# them; None: 5 on a GPU, and 0, each by itself, on a CPU, which is busy with one.
BATCH_MS = env.float("BATCH_MS", None, validate=validate.Range(min=0, max=1000))
BATCH_MOST = env.int("BATCH_MOST", 8, validate=validate.Range(min=1, max=16))
LANES = [lane.strip() for lane in env.list("LANES", ["fast", "slow"])]
PERCEPTUAL = env.str("PERCEPTUAL", "compact")  # or vgg19, once fetched: what optimisation sees by
MIX_CACHE_MB = env.int("MIX_CACHE_MB", 256)  # of photos and styles that sliders mix, in a worker
LEASE_SECONDS = env.int("LEASE_SECONDS", 30)
CHECKPOINT_SECONDS = env.float("CHECKPOINT_SECONDS", 10)  # what a lost worker loses at most
RESCAN_SECONDS = env.float("RESCAN_SECONDS", 2.0)
MAX_ATTEMPTS = 3

GUEST_DAYS = env.int("GUEST_DAYS", 365)  # after which `cleanup` takes what a guest left behind
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # what Prometheus says to be let in
MIN_FREE_BYTES = env.int("MIN_FREE_MB", 500) * 1_000_000  # on the disk, or the site is not ready

# Not LANGUAGE: many systems set that, for their own messages.
LANGUAGES = [("en", "English"), ("zh-hans", "中文")]  # as each calls itself
LANGUAGE_CODE = env.str(
    "LANGUAGE_CODE", "en", validate=validate.OneOf([code for code, _ in LANGUAGES])
)  # of a newcomer whose browser wants none of them
LANGUAGE_COOKIE_AGE = SESSION_COOKIE_AGE
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SECURE = True, HTTPS
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["webstyle.formats"]
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_TZ = True

LOG_FORMAT = env.str("LOG_FORMAT", "line", validate=validate.OneOf(["line", "json"]))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "gallery.operations.logs.LineFormatter"},
        "json": {"()": "gallery.operations.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "errors": {"class": "gallery.operations.errors.ErrorKeeper"},
    },
    "root": {"handlers": ["console", "errors"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "psycopg.pool": {"level": "ERROR"},  # who asks in vain is told, and tells
        "django.channels": {"level": "WARNING"},
        # Django's own handlers would write a line with nothing of ours, and mail it to nobody.
        "django": {"handlers": [], "propagate": True},
        # That something was not found stands in the line of the request.
        "django.request": {"level": "ERROR"},
    },
}
