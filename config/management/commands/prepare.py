"""`manage.py prepare`: brings the database up to the code: migrations, the cache table, and the first rows."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, call_command, get_commands


class Command(BaseCommand):
    """Safe to run again."""

    help = "迁移数据库、建缓存表、写入初始数据 / migrate, make the cache table, seed what an installation needs"

    def handle(self, *args: Any, **options: Any) -> None:
        """Each step says what it does."""
        call_command("migrate", interactive=False, verbosity=1, stdout=self.stdout)
        call_command("createcachetable", stdout=self.stdout)
        if "install" in get_commands():
            call_command("install", stdout=self.stdout)
