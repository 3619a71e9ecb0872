"""Settings of the web application, from the environment (``capture._config``). Closed unless opened."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from lupustrial.capture._config import configuration
from lupustrial.capture._databases import databases_of
from lupustrial.capture._keys import secret
from lupustrial.capture._mail import mail_settings

CONFIG = configuration()
_HERE = Path(__file__).resolve().parent

SECRET_KEY = secret(CONFIG.keys, "session").hex()
DEBUG = False
ALLOWED_HOSTS = list(CONFIG.hosts)
ROOT_URLCONF = "lupustrial.capture.urls"
WSGI_APPLICATION = "lupustrial.capture.wsgi.application"
DATABASES = databases_of(CONFIG.database)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "capture.Account"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "lupustrial.capture.apps.CaptureConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lupustrial.capture.accounts.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lupustrial.capture.accounts.Throttle",
    "lupustrial.capture.accounts.SessionLimits",
    "lupustrial.capture.access.AccessMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "lupustrial.capture.access.page_context",
            ],
            "loaders": [
                ("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])
            ],
        },
    }
]

# Static files: served by this process, from the package itself.
STATIC_URL = "static/"
STATICFILES_DIRS = [_HERE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Languages
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [_HERE / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Sessions and the door
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600  # seconds: no session is older
SESSION_IDLE = 30 * 60  # seconds without a sign of life
SESSION_WARNING = 120  # seconds before the end at which the page warns
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CONFIG.secure
CSRF_COOKIE_SECURE = CONFIG.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "lupustrial.capture.access.stale_form"
PASSWORD_DAYS = CONFIG.password_days  # 0: a password is not made to age (NIST SP 800-63B 5.1.1.2)
# Tokens of a bucket, and tokens gained a second (accounts/_throttle.py)
RATE_DOOR = (20, 0.2)  # POST at the public doors, an address
RATE_PUBLIC = (120, 4)  # GET of them
RATE_ACCOUNT = (15 * CONFIG.rate, CONFIG.rate)  # anything, an account
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name")},
    },
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else anybody could keep an account locked for ever
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_ENABLE_ACCESS_FAILURE_LOG = False  # the ledger has it
AXES_DISABLE_ACCESS_LOG = True  # the ledger has it
AXES_LOCKOUT_CALLABLE = "lupustrial.capture.accounts.locked"
SILENCED_SYSTEM_CHECKS = [
    "axes.W006",  # the lock is on the account: by address, a hospital behind one would lock itself out
    "security.W005",  # subdomains of the host belong to others, who may not have TLS
    "security.W008",  # the proxy that holds the certificate sends to https
    "security.W021",  # whether the domain goes into the browsers' list is for its owner to say
]

# Mail: none unless LUPUSTRIAL_MAIL names a service; notices then wait on the pages alone.
globals().update(mail_settings(os.environ.get("LUPUSTRIAL_MAIL", "")))

# Headers
SECURE_SSL_REDIRECT = False  # the proxy that holds the certificate does it
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.secure else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.secure else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# A file is held in memory or not at all: a signed consent never lies on the disk in clear.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# Nothing identifying is logged (_logging.py, accounts/_headers.py).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_paths": {"()": "lupustrial.capture._logging.NoPaths"}},
    "formatters": {
        "plain": {
            "()": "lupustrial.capture._logging.NoValues",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no_paths"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "lupustrial.access": {"level": "INFO" if CONFIG.access_log else "WARNING"},
        "axes": {"level": "CRITICAL"},  # it writes what somebody typed as a name
        "django": {"handlers": [], "level": "WARNING"},  # in place of Django's own handlers
        "django.server": {"handlers": [], "propagate": True},
    },
}
