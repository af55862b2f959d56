"""`manage.py life` prints the life of a ticket from the transition table; `--write` draws it anew in both READMEs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from tickets.management import life

READMES: tuple[tuple[str, life.Language], ...] = (("README.md", "en"), ("README.zh-CN.md", "zh"))


class Command(BaseCommand):
    """A Mermaid diagram and a table."""

    help = "工单的一生(由流转表生成) / the life of a ticket, from the transition table"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which language, or where to."""
        parser.add_argument("--language", choices=["zh", "en"], default="zh")
        parser.add_argument(
            "--write", action="store_true", help="写入 README.md 与 README.zh-CN.md / into both READMEs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, or write."""
        if not options["write"]:
            self.stdout.write(life.section(options["language"]))
            return
        for name, language in READMES:
            path = Path(settings.BASE_DIR) / name
            try:
                path.write_text(life.replaced(path.read_text(encoding="utf-8"), language), encoding="utf-8")
            except (OSError, ValueError) as error:
                raise CommandError(f"{name}: {error}") from error
            self.stdout.write(f"已更新 / written: {name}")
