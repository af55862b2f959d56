"""`manage.py journal verify` proves the journal, `journal checkpoint` seals it and writes the signed file outside the database."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandParser

from tickets.actions import seals
from tickets.clock import now
from tickets.queries import journal


class Command(BaseCommand):
    """Exit code 1 and the first bad row when the journal does not prove itself."""

    help = "日志：verify 校验；checkpoint 封存并写检查点 / the hash-chained journal: verify it, or seal it"

    def add_arguments(self, parser: CommandParser) -> None:
        """One word."""
        parser.add_argument("what", choices=["verify", "checkpoint"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        getattr(self, options["what"])()

    def verify(self) -> None:
        """Everything is read once; the newest unsealed events are said plainly."""
        verdict = journal.verify()
        if not verdict.ok:
            self.stderr.write(f"日志校验未通过 / the journal does not verify: {verdict.bad_zh} / {verdict.bad}")
            sys.exit(1)
        self.stdout.write(f"日志校验通过 / {verdict.text}")

    def checkpoint(self) -> None:
        """Seal what is unsealed."""
        seal = seals.seal(now=now())
        total = seal.total if seal else 0
        self.stdout.write(f"已封存 {total} 条 / {total} events sealed: {settings.CHECKPOINT_FILE}")
