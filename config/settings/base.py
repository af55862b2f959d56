"""What is true in every setting: apps, database, languages, files, the queue's address."""

from config import alerts, clockwork, environment, oidc, secrets
from config.environment import ROOT as BASE_DIR
from config.platforms import UNIT_NAME, configured

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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
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
    "hotline.middleware.NulMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hotline.middleware.SessionMiddleware",
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
                "hotline.web.shell.head",
            ]
        },
    }
]

DATABASE_URL = environment.text("DATABASE_URL", f"sqlite:///{VAR}/hotline.sqlite3")
DATABASES = {"default": environment.database(DATABASE_URL, pool=ROLE == "web")}
# Sign-in, sessions and lock-out live in the database: with Redis stopped the desks go on.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}
SESSION_ENGINE = "hotline.permissions.session_store"
AUTHENTICATION_BACKENDS = ["hotline.permissions.session_store.Accounts"]

REDIS_URL = environment.text("REDIS_URL", "redis://127.0.0.1:6379/0")
PULL_EVERY = environment.number("PULL_EVERY", 30)  # seconds

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "hotline" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = environment.folder("STATIC_ROOT", VAR / "static")
GUIDE_FOLDER = BASE_DIR / "docs" / "guide"  # the texts the desks show; only its pictures are static files
STATICFILES_DIRS = [("guide", GUIDE_FOLDER / "pictures")]
ATTACHMENTS_FOLDER = environment.folder("ATTACHMENTS_FOLDER", VAR / "attachments")  # outside every web root
CHECKPOINT_FILE = environment.folder("CHECKPOINT_FILE", VAR / "journal" / "checkpoint.jsonl")
DISK_FREE_BYTES = int(environment.number("DISK_FREE_MB", 200)) * 1024 * 1024  # below it /ready says no

ALERTS = alerts.configured()  # how people are told outside the house: a road without an address is off
ALERT_QUIET = alerts.quiet_hours()
PUBLIC_ADDRESS = environment.text("PUBLIC_ADDRESS")  # of the desks, for the link in a message: https://hotline.example
OFFICE_NAME = environment.text("HOTLINE_UNIT_NAME", UNIT_NAME)  # of the bureau, on what is handed to callers

BOARD_AIM = environment.number("BOARD_AIM", 95) / 100  # replied on time: the line that the board draws
BOARD_RANKING = environment.flag("BOARD_RANKING")  # True: sections by their rate; else as the office orders them

DEMONSTRATION = False  # True: install writes the made-up bureau and its accounts
#: What waits outside the tickets, counted in the dispatcher's hall: name -> where its rows are asked.
WAITING_ELSEWHERE = {"parked": "integrations.parked.listed"}
INTEGRATIONS = configured({})  # adapter code -> settings; an adapter without address is off

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "hotline.web.refusals.csrf"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_IDLE_MINUTES = environment.number("SESSION_IDLE_MINUTES", 30)  # without a click; pages that poll do not count
SESSION_HOURS = environment.number("SESSION_HOURS", 12)  # in all, however busy
# The row outlives both limits: a form that comes too late is then still known to be this person's, and kept for him.
SESSION_COOKIE_AGE = int(SESSION_HOURS * 3600) + 3 * 24 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "hotline.permissions.passwords.Length", "OPTIONS": {"min_length": 10}},
    {"NAME": "hotline.permissions.passwords.Kinds"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "hotline.permissions.passwords.NotUsedBefore"},
]
PASSWORD_DAYS = int(environment.number("PASSWORD_DAYS", 90))  # after so many a new one is asked for; 0: never
PASSWORDS_REMEMBERED = 5  # none of the last so many may come again
# Roles (words of tickets.domain.words.Role) that must sign in with a second factor.
SECOND_FACTOR_ROLES = environment.words("SECOND_FACTOR_ROLES")

# django-allauth signs in by pages; who may, and how often he may try, is asked of hotline.permissions by its adapters.
ACCOUNT_ADAPTER = "hotline.web.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = (
    False  # the lock-out of permissions.signin is the one limit, for pages, API and second factor alike
)
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {"login": "hotline.web.signin.SignInForm"}
MFA_ADAPTER = "hotline.web.adapters.SecondFactorAdapter"
MFA_FORMS = {"authenticate": "hotline.web.signin.CodeForm", "reauthenticate": "hotline.web.signin.CodeAgainForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
SOCIALACCOUNT_ADAPTER = "hotline.web.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS = oidc.providers()
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link, not a form: the content policy lets no form leave this house
SOCIALACCOUNT_STORE_TOKENS = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "hotline.permissions.tokens.ByToken",
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
    "filters": {"covered": {"()": "config.logs.Covered"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["covered"]}},
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
    "loggers": {
        # A sweep each second would bury everything else; failures are still written.
        name: {"level": "WARNING"}
        for name in ("httpx", "httpcore", "celery.worker.strategy", "celery.app.trace", "celery.beat")
    },
}
