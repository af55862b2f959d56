"""`manage.py seed`: fill the database with a made-up year of a busy office, to try things at size."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from config.demo import office, seeding
from tickets.actions import figures, seals
from tickets.clock import now
from tickets.management.reference.install import install
from tickets.models import Ticket

SIZES = {"XS": 1_000, "S": 10_000, "M": 100_000, "L": 1_000_000}


class Command(BaseCommand):
    """Sections and accounts of the demonstration come first; a database with tickets in it is left alone unless asked."""

    help = "写入一年的样例工单 / a made-up year of tickets: XS 1,000, S 10,000, M 100,000, L 1,000,000"

    def add_arguments(self, parser: CommandParser) -> None:
        """Size, and whether to add to what is there."""
        parser.add_argument("--size", choices=SIZES, default="S", type=str.upper)
        parser.add_argument("--add", action="store_true", help="also where tickets are already")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, with a bar."""
        if Ticket.objects.exists() and not options["add"]:
            raise CommandError("已有工单；确要追加请用 --add / there are tickets already: --add adds to them")
        install(now())
        office.install(now=now(), accounts_file=settings.VAR / "demo-accounts.json")
        made = seeding.seed(SIZES[options["size"]], now=now(), progress=self.progress)
        seals.seal(now=now())
        self.stdout.write("\n汇总看板数字 / folding the figures")
        figures.fold(now=now(), progress=lambda done: self.progress(min(done, made), made))
        self.stdout.write(f"\n已写入 {made} 件 / {made} tickets written")

    def progress(self, done: int, total: int) -> None:
        """One line that grows."""
        filled = 30 * done // total
        self.stdout.write(f"\r{'█' * filled}{'░' * (30 - filled)} {done}/{total}", ending="")
        self.stdout.flush()
