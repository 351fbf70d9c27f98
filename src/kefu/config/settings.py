"""Django's settings. Values that differ by installation come from the environment, set by the supervisor.

`KEFU_DATA` is the data folder; secrets are files in its `secrets/` folder, made at first start.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).resolve().parents[3]
KEFU_DATA = Path(os.environ.get("KEFU_DATA", ROOT / ".kefu"))
KEFU_MODE = os.environ.get("KEFU_MODE", "demo")
KEFU_URL = os.environ.get("KEFU_URL", "http://127.0.0.1:8000")
KEFU_LIVE_URL = os.environ.get("KEFU_LIVE_URL", "http://127.0.0.1:8001")


def _secret(name: str) -> str:
    """A secret from the data folder; commands that need none (checks, catalogues) run with an empty one."""
    path = KEFU_DATA / "secrets" / name
    return path.read_text("ascii").strip() if path.exists() else ""


def database_of(url: str) -> dict[str, object]:
    parts = conninfo_to_dict(url or "dbname=kefu")
    pool = {"pool": {"min_size": 1, "max_size": 12, "timeout": 10}} if KEFU_POOL else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", None) or "kefu",
        "USER": parts.pop("user", None) or "",
        "PASSWORD": parts.pop("password", None) or "",
        "HOST": parts.pop("host", None) or "",
        "PORT": str(parts.pop("port", None) or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {**parts, **pool},
    }


KEFU_POOL = os.environ.get("KEFU_POOL", "") == "1"
DATABASES = {"default": database_of(os.environ.get("DATABASE_URL", "postgresql:///kefu"))}

SECRET_KEY = os.environ.get("KEFU_SECRET_KEY") or _secret("secret_key") or "unset"
KEFU_FIELD_KEY = os.environ.get("KEFU_FIELD_KEY") or _secret("field_key")
KEFU_LIVE_KEY = (os.environ.get("KEFU_LIVE_KEY") or _secret("live_key") or "unset").encode()
KEFU_SEAL_KEY = (os.environ.get("KEFU_SEAL_KEY") or _secret("seal_key") or "unset").encode()
KEFU_RECEIPT_KEY = (os.environ.get("KEFU_RECEIPT_KEY") or _secret("receipt_key") or "unset").encode()
FONT_PATH = os.environ.get("FONT_PATH", "")
SANDBOX_BANK_URL = os.environ.get("SANDBOX_BANK_URL", "")
SANDBOX_BANK_SECRET = os.environ.get("SANDBOX_BANK_SECRET") or _secret("bank_secret")

DEBUG = os.environ.get("KEFU_DEBUG", "") == "1"
ALLOWED_HOSTS = [h for h in os.environ.get("KEFU_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",") if h]
CSRF_TRUSTED_ORIGINS = [KEFU_URL] if KEFU_URL.startswith("https://") else []
CSRF_FAILURE_VIEW = "kefu.web.refusals.form_expired"
ROOT_URLCONF = "kefu.web.urls"
WSGI_APPLICATION = "kefu.config.wsgi.application"
AUTH_USER_MODEL = "identity.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "django_htmx",
    "kefu.core",
    "kefu.identity",
    "kefu.ledger",
    "kefu.rails",
    "kefu.channels",
    "kefu.sla",
    "kefu.trust",
    "kefu.notices",
    "kefu.knowledge",
    "kefu.wallet",
    "kefu.desk",
    "kefu.receipts",
    "kefu.planning",
    "kefu.settlement",
    "kefu.cases",
    "kefu.assistant",
    "kefu.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kefu.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "kefu.web.sessions.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kefu.web.refusals.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "kefu.web.context.house",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "src" / "kefu" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = KEFU_DATA / "static"
_MANIFEST = "kefu.config.static.HashedFiles"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _PLAIN if os.environ.get("KEFU_PLAIN_STATIC") == "1" else _MANIFEST},
}
KEFU_FILES = KEFU_DATA / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Sign-in (docs/decisions/0003-sign-in.md).
PASSWORD_HASHERS = [
    "kefu.identity.hashers.HouseArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
IDENTITY_SEND_CODE = "kefu.notices.actions.send_code"
IDENTITY_SEND_MAIL_CODE = "kefu.notices.actions.send_mail_code"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = KEFU_URL.startswith("https://")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("KEFU_BEHIND_TLS") == "1" else None
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF, KEFU_LIVE_URL],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

NOTICES_SMS = os.environ.get("KEFU_SMS", "kefu.notices.backends.FileSms")
NOTICES_MAIL = os.environ.get("KEFU_MAIL", "kefu.notices.backends.FileMail")
# KEFU_SMTP=smtps://user:password@host:465, or smtp+tls:// for STARTTLS, or smtp:// for this machine's own server.
_smtp = urlsplit(os.environ.get("KEFU_SMTP", "smtp://localhost:25"))
EMAIL_HOST = _smtp.hostname or "localhost"
EMAIL_PORT = _smtp.port or {"smtps": 465, "smtp+tls": 587}.get(_smtp.scheme, 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_smtp.username or ""), unquote(_smtp.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _smtp.scheme == "smtps", _smtp.scheme == "smtp+tls"
EMAIL_TIMEOUT = 20
RAILS_LADDER_SECONDS = [
    int(s) for s in os.environ.get("KEFU_RAILS_LADDER", "5,15,60,300,900,3600,14400").split(",")
]
# code=dotted.path, separated by commas; a production names its own bank's connector here.
RAILS_CONNECTORS = dict(
    pair.split("=", 1)
    for pair in os.environ.get(
        "KEFU_CONNECTORS",
        "sandbox=kefu.rails.connectors.sandbox.SandboxBank,biller=kefu.rails.connectors.payees.SandboxBiller,"
        "lender=kefu.rails.connectors.payees.SandboxLender",
    ).split(",")
)
# Where middle rates come from, as a dotted path; nothing, as a production begins: no currency is exchanged.
_MARKET = "kefu.rails.connectors.market.SandboxMarket" if KEFU_MODE == "demo" else ""
RATE_SOURCE = os.environ.get("KEFU_RATES", _MARKET)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "kefu.core.logs.JsonFormatter"}},
    "filters": {"trouble": {"()": "kefu.core.logs.TroubleOnly"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
        "jobs": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["trouble"]},
    },
    "root": {"handlers": ["stderr"], "level": os.environ.get("KEFU_LOG", "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "procrastinate": {"level": "INFO", "handlers": ["jobs"], "propagate": False},
        "pikepdf": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
