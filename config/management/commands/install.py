"""`manage.py install`: what an installation needs before its first day: calendar, policies, sources, the journal's first checkpoint."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandParser

from config.demo import office
from integrations import registry
from tickets.actions import figures, seals
from tickets.clock import now
from tickets.management import reference


class Command(BaseCommand):
    """Safe to run again: edited rows stay as they are."""

    help = "写入日历、时限、来源等初始数据 / the first rows of an installation"

    def add_arguments(self, parser: CommandParser) -> None:
        """The demonstration bureau is for trying out; production has its own."""
        parser.add_argument(
            "--demo", action="store_true", default=settings.DEMONSTRATION, help="with the made-up bureau"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Each step says what it did."""
        moment = now()
        reference.install(now=moment)
        self.stdout.write("工作日历与时限规则已就绪 / calendar and limits are in place")
        registry.sync_sources()
        if options["demo"]:
            made = office.install(now=moment, accounts_file=settings.VAR / "demo-accounts.json")
            self.stdout.write(
                f"演示单位已就绪，新建账号 {made} 个 / demonstration bureau in place, {made} accounts made"
            )
        seals.seal(now=moment)
        figures.fold(now=moment, seconds=1.0)
        self.stdout.write(f"日志检查点 / journal checkpoint: {settings.CHECKPOINT_FILE}")
