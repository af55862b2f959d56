"""`manage.py prepare`: brings the database up to the code: migrations, the cache table, the first rows, the app's role."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser, call_command, get_commands
from django.db import connection

from config.environment import text
from config.roles import grant


class Command(BaseCommand):
    """Safe to run again."""

    help = "迁移数据库、建缓存表、写入初始数据 / migrate, make the cache table, seed what an installation needs"

    def add_arguments(self, parser: CommandParser) -> None:
        """One option, for PostgreSQL."""
        parser.add_argument(
            "--app-role", action="store_true", help="APP_DB_USER, APP_DB_PASSWORD: may use rows, owns nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Each step says what it does."""
        call_command("migrate", interactive=False, verbosity=1, stdout=self.stdout)
        call_command("createcachetable", stdout=self.stdout)
        if "install" in get_commands():
            call_command("install", stdout=self.stdout)
        if options["app_role"]:
            self._app_role()

    def _app_role(self) -> None:
        role, password = text("APP_DB_USER"), text("APP_DB_PASSWORD")
        if connection.vendor != "postgresql" or not role or not password:
            raise CommandError(
                "--app-role needs PostgreSQL, APP_DB_USER and APP_DB_PASSWORD / 需要 PostgreSQL 和这两个变量"
            )
        grant(connection, role=role, password=password)
        self.stdout.write(f"role {role}: rows only")
