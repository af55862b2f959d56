"""The tickets application."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TicketsConfig(AppConfig):
    name = "tickets"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "工单"

    def ready(self) -> None:
        from tickets.models import guards

        post_migrate.connect(guards.install_after_migrate, sender=self)
