"""`manage.py clocks verify` replays every clock from its events and names the first one whose row says otherwise."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management import BaseCommand, CommandParser

from tickets.queries import replaying


class Command(BaseCommand):
    """Exit code 1 and the first difference when a stored clock is not what its events make it."""

    help = "时限：verify 由事件逐条重算每个时限，与存储的比较 / replay every clock from its events and compare"

    def add_arguments(self, parser: CommandParser) -> None:
        """One word."""
        parser.add_argument("what", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Everything is read once."""
        count, wrong = 0, list[replaying.Difference]()
        for found in replaying.replay():
            count += 1
            if found is not None:
                wrong.append(found)
        if wrong:
            self.stderr.write(f"时限与其事件不符 / clocks differ from their events: {len(wrong)} / {count}\n{wrong[0]}")
            sys.exit(1)
        self.stdout.write(f"时限校验通过 / {count} clocks replayed from their events, all equal to what is stored")
