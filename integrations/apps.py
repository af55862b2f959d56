"""The integrations application."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class IntegrationsConfig(AppConfig):
    name = "integrations"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "平台对接"

    def ready(self) -> None:
        """Listen to the tickets, and keep the rows that name the platforms."""
        from integrations import receivers  # noqa: F401

        post_migrate.connect(_sync_sources, sender=self)


def _sync_sources(using: str, **_: Any) -> None:
    """After every migration; the first one may run before the tickets have their tables."""
    from integrations.registry import sync_sources

    if "tickets_source" in connections[using].introspection.table_names():
        sync_sources()
