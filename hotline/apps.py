"""The hotline application."""

from __future__ import annotations

from django.apps import AppConfig


class HotlineConfig(AppConfig):
    name = "hotline"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "热线"

    def ready(self) -> None:
        """Sessions are stamped, and changes of the second factor journalled, by whatever door they come."""
        from hotline.permissions import factors, sessions

        factors.listen()
        sessions.listen()
