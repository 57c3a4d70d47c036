"""Django's settings, all derived from the table in `environment`."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from nestor.config.environment import BadSetting, Environment
from nestor.config.keys import KeyFile, signing_key
from nestor.config.places import DOCS, LOCALE
from nestor.networks.registry import locale_folders

ENV = Environment()
HOME = ENV.folder("NESTOR_HOME")
HOME.mkdir(parents=True, exist_ok=True)
URL = ENV.text("NESTOR_URL").rstrip("/")
IS_HTTPS = urlsplit(URL).scheme == "https"

SECRET_KEY = signing_key(HOME)
NESTOR_SECRET_KEYS = KeyFile(HOME)
NESTOR_CARRIER = ENV.choice("NESTOR_CARRIER", "local", "rabbitmq")
NESTOR_RABBITMQ = ENV.text("NESTOR_RABBITMQ")
NESTOR_RABBITMQ_QUEUE = ENV.text("NESTOR_RABBITMQ_QUEUE")
NESTOR_UNDO_FOR = ENV.whole("NESTOR_UNDO_FOR", 0, 300)
NESTOR_LEASE_FOR = ENV.whole("NESTOR_LEASE_FOR", 1, 3600)
NESTOR_PRIVATE_NETWORKS = ENV.truth("NESTOR_PRIVATE_NETWORKS")
NESTOR_KEEP_PAYLOADS_FOR = ENV.whole("NESTOR_KEEP_PAYLOADS_FOR", 1, 3650)
NESTOR_API_RATE = ENV.whole("NESTOR_API_RATE", 1, 1_000_000)
NESTOR_DEMO = ENV.truth("NESTOR_DEMO")
NESTOR_FILES = ENV.folder("NESTOR_FILES") if ENV.text("NESTOR_FILES") else HOME / "files"
NESTOR_FILES_EACH = ENV.whole("NESTOR_FILES_EACH", 1, 20)
NESTOR_FILE_SIZE = ENV.whole("NESTOR_FILE_SIZE", 1, 100)
NESTOR_FILE_PIXELS = ENV.whole("NESTOR_FILE_PIXELS", 1, 100)
NESTOR_FILE_TYPES = ENV.several("NESTOR_FILE_TYPES", "jpeg", "png", "webp", "gif")

DEBUG = False
ALLOWED_HOSTS = ENV.names("NESTOR_HOSTS")
CSRF_TRUSTED_ORIGINS = [URL]
ROOT_URLCONF = "nestor.config.urls"
WSGI_APPLICATION = "nestor.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
SITE_NAME = "Nestor"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "nestor.work",
    "nestor.brands",
    "nestor.people",
    "nestor.media",
    "nestor.notices",
    "nestor.inbox",
    "nestor.triage",
    "nestor.routing",
    "nestor.composer",
    "nestor.guard",
    "nestor.publisher",
    "nestor.hooks",
    "nestor.privacy",
    "nestor.faces.web",
    "nestor.faces.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    *(["nestor.faces.web.demo.DemoSignIn"] if NESTOR_DEMO else []),
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "nestor.faces.web.preferences.Preferences",
    "django_htmx.middleware.HtmxMiddleware",
    "nestor.faces.api.v1.caller.Machines",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent.parent / "faces" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "nestor.faces.web.context.frame",
            ]
        },
    }
]


def _database() -> dict[str, object]:
    url = ENV.text("NESTOR_DATABASE") or f"sqlite:///{HOME / 'nestor.sqlite3'}"
    try:
        found: dict[str, object] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except (ValueError, dj_database_url.ParseError, dj_database_url.UnknownSchemeError) as error:
        raise BadSetting("NESTOR_DATABASE", "is not a database URL") from error
    if found["ENGINE"] == "django.db.backends.sqlite3":
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
        }
    elif found["ENGINE"] != "django.db.backends.postgresql":
        raise BadSetting("NESTOR_DATABASE", "must be sqlite or postgresql")
    return found


DATABASES = {"default": _database()}

LANGUAGE_CODE = ENV.choice("NESTOR_LANGUAGE", "en", "fr")
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
NESTOR_GUIDES = {"en": DOCS / "user-guide.md", "fr": DOCS / "fr" / "guide.md"}  # what the help pages show
LOCALE_PATHS = [LOCALE, *locale_folders()]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
NESTOR_ZONE = ENV.text("NESTOR_ZONE")

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = [
    "nestor.faces.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "nestor.people.sign_in.DeskAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # the desk writes to nobody it does not know
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "nestor.people.sign_in.SealedMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.whole("NESTOR_PROXIES", 0, 9)

_smtp = urlsplit(ENV.text("NESTOR_SMTP"))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _smtp.hostname else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _smtp.hostname or "localhost", _smtp.port or (465 if _smtp.scheme == "smtps" else 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_smtp.username or ""), unquote(_smtp.password or "")
EMAIL_USE_SSL = _smtp.scheme == "smtps" and EMAIL_PORT == 465  # RFC 8314: TLS from the first byte
EMAIL_USE_TLS = _smtp.scheme == "smtps" and not EMAIL_USE_SSL  # STARTTLS
EMAIL_TIMEOUT = 15  # seconds
DEFAULT_FROM_EMAIL = ENV.text("NESTOR_MAIL_FROM")

CACHES = {  # allauth's throttling counts here: shared by all processes, kept across restarts
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "nestor_cache"}
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {name: {"level": "WARNING"} for name in ("pika", "httpx", "httpcore", "dramatiq")},
    "root": {"handlers": ["console"], "level": ENV.choice("NESTOR_LOG_LEVEL", "DEBUG", "INFO", "WARNING", "ERROR")},
}
