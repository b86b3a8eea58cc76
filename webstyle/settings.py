"""Every setting, from environment variables, for one small machine by default.

See docs/deploy.md for the list. A value that cannot be read stops the start with its name;
combinations that cannot work are system checks in gallery/checks.py.
"""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from environs import env, validate

from gallery.accounts.names import RESERVED

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = env.path("VAR", BASE_DIR / "var")  # database, uploads, secret key: all that is not code
VAR.mkdir(parents=True, exist_ok=True)


def kept_secret_key(path: Path) -> str:
    """The key made on first start, so that sessions survive a restart."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


DEBUG = env.bool("DEBUG", False)
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
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gallery.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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

DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Readers do not wait for the writer, and a writer takes its lock at once instead of failing
    # half way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

CHANNEL_LAYER_URL = env.str("CHANNEL_LAYER_URL", "")  # redis://host:6379/0; empty: in memory
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # The layer waits 5 s at a time for a message; redis-py's own time-out of 5 s would end the
        # wait, and the socket or worker behind it, whenever Redis is a moment late.
        "CONFIG": {"hosts": [{"address": CHANNEL_LAYER_URL, "socket_timeout": 20}]},
    }
    if CHANNEL_LAYER_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
CACHES = {"default": env.dj_cache_url("CACHE_URL", "locmem://")}

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = env.path("MEDIA_ROOT", VAR / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "gallery.storage.StaticStorage"
    },
}

SESSION_COOKIE_AGE = 60 * 60 * 24 * 365  # a guest's pictures hang on it
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 3600 if HTTPS else 0)
# Both speak for other sites than this one, and are hard to take back: so nobody is asked to.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
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
    "everywhere": "5/10m/user",
    "export": "10/h/key",
    "comment": "6/m/user",
    "report": "10/h/ip",
    "link": "20/10m/ip,100/h/key",  # wrong passwords of links
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
DECODE_SECONDS = env.int("DECODE_SECONDS", 30)  # for one uploaded file, in a process of its own
DECODE_MEMORY_MB = env.int("DECODE_MEMORY_MB", 2000)
MAX_JOBS_WAITING = env.int("MAX_JOBS_WAITING", 80)  # of one visitor at a time, paused ones too

TEACH_MINUTES_MAX = env.float("TEACH_MINUTES_MAX", 30)  # of one lesson

DEVICE = env.str("DEVICE", "auto")  # auto, cpu or cuda
LANES = env.list("LANES", ["fast", "slow"])
PERCEPTUAL = env.str("PERCEPTUAL", "compact")  # or vgg19, once fetched: what optimisation sees by
MIX_CACHE_MB = env.int("MIX_CACHE_MB", 256)  # of photos and styles that sliders mix, in a worker
LEASE_SECONDS = env.int("LEASE_SECONDS", 30)
CHECKPOINT_SECONDS = env.float("CHECKPOINT_SECONDS", 10)  # what a lost worker loses at most
RESCAN_SECONDS = env.float("RESCAN_SECONDS", 2.0)
MAX_ATTEMPTS = 3

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

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"daphne": {"level": "WARNING"}, "django.channels": {"level": "WARNING"}},
}
