"""The switchboard: settings, urls, Celery and the supervisor. It names everyone; nobody names it."""

from .celery import app as celery_app

__all__ = ["celery_app"]
