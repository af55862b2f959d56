"""What is true in every setting: apps, database, languages, files, the queue's address."""

from config import clockwork, environment, secrets
from config.environment import ROOT as BASE_DIR
from config.platforms import configured

ROLE = environment.text("HOTLINE_ROLE")  # "web" is set by config.wsgi: short waits for the queue, pooled connections
VAR = environment.folder("HOTLINE_VAR", BASE_DIR / "var")
DEBUG = False

SECRET_KEY = environment.text(secrets.SIGNING)
VAULT_KEY = secrets.key_bytes(secrets.VAULT)  # 32 bytes: seals the keys of persons
JOURNAL_KEY = secrets.key_bytes(secrets.JOURNAL)  # 32 bytes: the journal's HMAC; never stored in the database
CLOCK_OFFSET = clockwork.offset()  # timedelta added to the machine's clock by tickets.clock.now()

ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "hotline.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config.apps.HouseConfig",
    "tickets",
    "hotline",
    "integrations",
    "simple_history",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.security.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASE_URL = environment.text("DATABASE_URL", f"sqlite:///{VAR}/hotline.sqlite3")
DATABASES = {"default": environment.database(DATABASE_URL, pool=ROLE == "web")}
# Sign-in, sessions and lock-out live in the database: with Redis stopped the desks go on.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

REDIS_URL = environment.text("REDIS_URL", "redis://127.0.0.1:6379/0")
PULL_EVERY = environment.number("PULL_EVERY", 30)  # seconds

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "hotline" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = environment.folder("STATIC_ROOT", VAR / "static")
ATTACHMENTS_FOLDER = environment.folder("ATTACHMENTS_FOLDER", VAR / "attachments")  # outside every web root
CHECKPOINT_FILE = environment.folder("CHECKPOINT_FILE", VAR / "journal" / "checkpoint.jsonl")
DISK_FREE_BYTES = int(environment.number("DISK_FREE_MB", 200)) * 1024 * 1024  # below it /ready says no

DEMONSTRATION = False  # True: install writes the made-up bureau and its accounts
INTEGRATIONS = configured({})  # adapter code -> settings; an adapter without address is off

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "hotline.web.refusals.csrf"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["hotline.api.render.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "hotline.api.errors.handle",  # one shape of refusal at both doors
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hotline",
    "DESCRIPTION": "群众诉求办理 / Public inquiries: tickets, worklists, response rates.",
    "VERSION": "1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_NAME_OVERRIDES": {
        "ReturnReason": "tickets.domain.words.ReturnReason.pairs",
        "RejectionReason": "tickets.domain.words.RejectionReason.pairs",
        "SuspensionGround": "tickets.domain.words.SuspensionGround.pairs",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
    "loggers": {
        # A sweep each second would bury everything else; failures are still written.
        name: {"level": "WARNING"}
        for name in ("httpx", "httpcore", "celery.worker.strategy", "celery.app.trace", "celery.beat")
    },
}
