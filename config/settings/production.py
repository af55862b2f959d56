"""For the office: nothing has a convenient default, everything secret comes from outside, and only HTTPS is spoken."""

import secrets as random

from config import environment

from .base import *  # noqa: F403
from .base import SECRET_KEY

# A missing key is an error of the checks, which every command, web worker and queue worker runs first; until
# they have spoken Django needs some value, and one nobody knows can sign nothing that is believed later.
SECRET_KEY = SECRET_KEY or random.token_urlsafe(48)
PRODUCTION = True

SECOND_FACTOR_ROLES = environment.words("SECOND_FACTOR_ROLES", "sysadmin,security,auditor,leader")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.flag("BEHIND_PROXY") else None
SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^live$", r"^ready$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
