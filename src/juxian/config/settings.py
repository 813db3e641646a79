"""Django settings; what a site may change comes from ``JUXIAN_*`` variables (environment.py)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from juxian.config.environment import Environment
from juxian.config.keyring import KeyFile

ENVIRONMENT = Environment()
PACKAGE = Path(__file__).resolve().parent.parent

JUXIAN_HOME = ENVIRONMENT.root
JUXIAN_FILES = JUXIAN_HOME / "files"
JUXIAN_DEMO = ENVIRONMENT.demo
JUXIAN_TODAY = ENVIRONMENT.today
JUXIAN_KEYS = KeyFile(ENVIRONMENT.ready_fields_key, ENVIRONMENT.cipher)
JUXIAN_UPLOAD_LIMIT_BYTES = ENVIRONMENT.upload_megabytes * 1024 * 1024
JUXIAN_UPLOADS_AT_ONCE = ENVIRONMENT.uploads_at_once
JUXIAN_EXPORT_ROWS = ENVIRONMENT.export_rows
JUXIAN_VISITOR_ASKS_PER_HOUR = ENVIRONMENT.visitor_asks_per_hour
JUXIAN_VISITOR_LOOKUPS_PER_HOUR = ENVIRONMENT.visitor_lookups_per_hour
JUXIAN_UPLOADS_PER_DAY = ENVIRONMENT.uploads_per_day
JUXIAN_UPLOAD_BYTES_PER_DAY = ENVIRONMENT.upload_megabytes_per_day * 1024 * 1024
JUXIAN_SEAL_FILES = ENVIRONMENT.seal_files
JUXIAN_ANTIVIRUS = ENVIRONMENT.antivirus
JUXIAN_MAIL_URL = ENVIRONMENT.mail_url.get_secret_value()
JUXIAN_MAIL_FROM = ENVIRONMENT.mail_from
JUXIAN_WEBHOOKS = ENVIRONMENT.webhooks
JUXIAN_WEBHOOK_SECRET = ENVIRONMENT.webhook_secret.get_secret_value() or ENVIRONMENT.signing_key
JUXIAN_HOOK_NETWORKS = ENVIRONMENT.hook_networks
JUXIAN_HOOK_CA = ENVIRONMENT.hook_ca

JUXIAN_AUDIT_HEADS = ENVIRONMENT.audit_heads or JUXIAN_HOME / "audit"
JUXIAN_AUDIT_KEY = ENVIRONMENT.audit_key
JUXIAN_SECOND_FACTOR = frozenset() if JUXIAN_DEMO else frozenset(ENVIRONMENT.second_factor)
JUXIAN_SECURITY_CONTACT = ENVIRONMENT.security_contact
JUXIAN_PUBLIC_ADDRESS = ENVIRONMENT.public_address
JUXIAN_METRICS_TOKEN = ENVIRONMENT.metrics_token.get_secret_value()
JUXIAN_METRICS_NETWORKS = ENVIRONMENT.metrics_networks
JUXIAN_TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
JUXIAN_SIGN_IN_MISSES = ENVIRONMENT.sign_in_misses
JUXIAN_FIRST_CODE_HOURS = ENVIRONMENT.first_code_hours
JUXIAN_OIDC_ISSUER = ENVIRONMENT.oidc_issuer
JUXIAN_OIDC_CLIENT = ENVIRONMENT.oidc_client
JUXIAN_OIDC_SECRET = ENVIRONMENT.oidc_secret.get_secret_value()
JUXIAN_OIDC_NAME = ENVIRONMENT.oidc_name
JUXIAN_SEARCH_FIRST = ENVIRONMENT.search_first
JUXIAN_IDLE_MINUTES = ENVIRONMENT.idle_minutes

SECRET_KEY = ENVIRONMENT.signing_key
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "lucide",
    "django_tasks",
    "django_tasks_db",
    "juxian.apps.audit",
    "juxian.apps.submissions",
    "juxian.apps.schedules",
    "juxian.apps.organisations",
    "juxian.apps.accounts",
    "juxian.apps.files",
    "juxian.apps.messaging",
    "juxian.apps.tokens",
    "juxian.apps.persons",
    "juxian.apps.linking",
    "juxian.apps.corrections",
    "juxian.apps.searches",
    "juxian.apps.stocktake",
    "juxian.apps.exchange",
    "juxian.apps.documents",
    "juxian.apps.notices",
    "juxian.apps.policies",
    "juxian.apps.pools",
    "juxian.apps.collectives",
    "juxian.apps.funds",
    "juxian.apps.housing",
    "juxian.apps.services",
    "juxian.apps.cards",
    "juxian.apps.attrition",
    "juxian.apps.assessment",
    "juxian.apps.imports",
    "juxian.apps.packs",
    "juxian.apps.privacy",
    "juxian.web.kit",
    "juxian.web.desk",
    "juxian.web.portal",
    "juxian.web.board",
    "juxian.web.api",
]

MIDDLEWARE = [
    "juxian.web.kit.metrics.Measured",  # outermost: everything is counted, whatever answers
    "juxian.web.kit.middleware.SecurityHeaders",  # first: files and ways to https carry the headers as well
    "juxian.web.kit.middleware.NoZeroBytes",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "juxian.web.kit.sessions.SessionLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "juxian.web.kit.refusals.Refusals",
    "juxian.web.kit.middleware.Appearance",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "juxian.config.urls"
WSGI_APPLICATION = "juxian.config.wsgi.application"

_LOADERS = [
    "template_partials.loader.Loader",
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.cached.Loader", _LOADERS[1:])],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "juxian.web.kit.context.kit",
            ],
        },
    }
]


LONGEST_CONNECTING = 5  # seconds: a server that is gone is told soon, one that starts anew is not noticed


def _database(url: str) -> dict[str, object]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": JUXIAN_HOME / "juxian.sqlite3",
            "CONN_MAX_AGE": None,  # a new connection reads the whole schema, the last one that is closed empties the log
            "OPTIONS": {
                "timeout": ENVIRONMENT.database_wait_seconds,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000; "
                    "PRAGMA recursive_triggers=ON;"  # else REPLACE deletes a row that a trigger keeps
                ),
            },
        }
    parts, wait = urlsplit(url), ENVIRONMENT.database_wait_seconds
    pool = {"timeout": min(wait, LONGEST_CONNECTING), "reconnect_timeout": LONGEST_CONNECTING}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": pool if ENVIRONMENT.database_pool else False,
            "connect_timeout": max(2, math.ceil(wait)),  # libpq knows nothing shorter
            "options": f"-c synchronous_commit=on -c lock_timeout={math.ceil(wait * 1000)}",
        },
    }


DATABASES = {"default": _database(ENVIRONMENT.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "juxian.web.kit.first_password.FirstCodes",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "juxian.apps.accounts.rules.LongOrVaried"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = "juxian.web.kit.sessions.cool_off"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who guesses on does not keep the owner out for ever
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_LOCKOUT_TEMPLATE = "kit/locked_out.html"
MFA_ADAPTER = "juxian.web.kit.factors.SealedSecrets"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "portal:home"

SESSION_ENGINE = "juxian.web.kit.session_store"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "juxian.web.kit.errors.csrf_failed"
_SECURE = not (DEBUG or JUXIAN_DEMO or ENVIRONMENT.public_address.startswith("http://"))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.behind_proxy else None
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 100
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
MESSAGE_STORAGE = "juxian.web.kit.messages.Storage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = JUXIAN_HOME / "static"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": JUXIAN_FILES},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if (STATIC_ROOT / "staticfiles.json").exists()
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "juxian.config.logs.Masked",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"axes": {"level": "ERROR"}, "django.request": {"level": "ERROR"}},
}
SILENCED_SYSTEM_CHECKS = [
    "axes.W006",  # locked by account name alone: colleagues behind one address of an office go on working
    "security.W002",  # X-Frame-Options comes from SecurityHeaders, on errors too
]
