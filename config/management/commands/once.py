"""`manage.py once`: inside a running house, do the main job once, say what became of everything, and end with one line of JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandParser

from config.demo import day
from integrations.platforms import records
from tickets.clock import now

LABELS = {
    "received": ("收到（按来源、编号、轮次）", "received"),
    "tickets": ("形成工单", "tickets"),
    "joined": ("并入已有工单", "joined"),
    "parked": ("原件存留待人工", "parked for a person"),
    "routed": ("已派到科室", "routed"),
    "replied": ("已答复", "replied"),
    "pushed": ("已发往平台", "pushed"),
    "accepted": ("平台已收讫", "accepted"),
    "later_events": ("平台后续事件", "later events"),
    "parked_events": ("其中待人工的后续事件", "later events parked"),
    "books": ("两边账目差异", "differences between the books"),
    "lost": ("丢失", "lost"),
    "journal": ("日志校验", "journal"),
}


class Command(BaseCommand):
    """Exit code 0, or 1 when anything was lost or does not verify."""

    help = "把主要流程走一遍 / the main job once"

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder of records that the stand-ins serve, to look up replies."""
        parser.add_argument("--records", type=Path, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        """Take in, work, push out, compare, tell."""
        self.started = time.monotonic()
        stand_ins = day.StandIns(settings.STAND_INS_URL)
        stand_ins.wait()
        people = day.staff(options["records"], now)
        day.take_everything_in(stand_ins, self.say)
        typed = people.log(records.intake_matters())
        self.say(f"登记台录入 {typed} 件 / entered by the intake desk")
        replied = people.work(lambda done, total: self.say(f"科室办理 {_bar(done, total)} {done}/{total}"))
        day.push_everything_out(self.say)
        self.tell(day.summary(stand_ins, replied), people.refused)

    def say(self, line: str) -> None:
        """One line of progress with the seconds since the start."""
        self.stdout.write(f"[{time.monotonic() - self.started:6.1f} s] {line}")
        self.stdout.flush()

    def tell(self, counts: dict[str, Any], refused: list[str]) -> None:
        """The summary in words, then the line for machines."""
        self.stdout.write("")
        for key, (chinese, english) in LABELS.items():
            self.stdout.write(f"  {chinese} / {english}: {counts[key]}")
        for line in refused[:5]:
            self.stdout.write(f"  未办 / left: {line}")
        self.stdout.write(json.dumps(counts, ensure_ascii=False))
        whole = counts["lost"] == 0 and counts["journal"] == "ok" and counts["books"] == 0
        adds_up = counts["received"] == counts["tickets"] + counts["joined"] + counts["parked"]
        if not (whole and adds_up and counts["pushed"] == counts["accepted"]):
            sys.exit(1)


def _bar(done: int, total: int, width: int = 24) -> str:
    filled = width * done // max(total, 1)
    return "█" * filled + "░" * (width - filled)
