"""`manage.py figures`: bring the board's figures up to date; `--rebuild` counts anew, `--verify` compares them with the tickets."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management import BaseCommand, CommandParser

from tickets.actions import figures, seals
from tickets.clock import now
from tickets.queries import verifying


class Command(BaseCommand):
    """Without Celery: beat does the first every minute. Exit code 1 when a figure differs."""

    help = "看板数字：汇总；--rebuild 重新汇总；--verify 与工单核对 / the board's figures: fold, rebuild, verify"

    def add_arguments(self, parser: CommandParser) -> None:
        """Two switches."""
        parser.add_argument("--rebuild", action="store_true", help="count every ticket anew")
        parser.add_argument("--verify", action="store_true", help="compare with the live figures, month by month")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fold first: what is compared must be up to date."""
        if options["rebuild"]:
            figures.begin_again()
        moment = now()
        seals.seal(now=moment)
        done = figures.fold(now=moment, progress=self.tell)
        self.stdout.write(f"已汇总 {done.tickets} 件 / {done.tickets} tickets counted")
        if options["verify"]:
            self.verify()

    def tell(self, done: int) -> None:
        """A growing count on standard error."""
        self.stderr.write(f"\r{done}", ending="")

    def verify(self) -> None:
        """Every month that has tickets, for the whole, by section and by channel."""
        compared, wrong = verifying.differences(now=now())
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            sys.exit(1)
        self.stdout.write(f"与工单一致：{compared} 个数 / {compared} figures equal the live ones")
