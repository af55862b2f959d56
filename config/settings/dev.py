"""Runs at once on any machine: secrets made on the spot, SQLite, the local stand-ins of the platforms."""

from config import environment, secrets
from config.environment import ROOT
from config.platforms import configured, demonstration

secrets.load_or_make(environment.folder("HOTLINE_VAR", ROOT / "var") / "secrets.env")

from .base import *  # noqa: E402, F403
from .base import STATIC_ROOT, VAR  # noqa: E402

DEBUG = environment.flag("DEBUG")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
PULL_EVERY = environment.number("PULL_EVERY", 5)
DEMONSTRATION = environment.flag("DEMONSTRATION", default=True)
STAND_INS_URL = environment.text("STAND_INS_URL", "http://127.0.0.1:8610")
STAND_INS_FOLDER = environment.folder("STAND_INS_FOLDER", VAR / "platforms")
INTEGRATIONS = configured(demonstration(STAND_INS_URL, STAND_INS_FOLDER))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
