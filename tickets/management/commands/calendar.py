"""`manage.py calendar load FILE`: a notice is read, what it changes is shown, and it becomes a proposal when clocks move."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.actions import calendars
from tickets.actions.proposals import UnableToPropose
from tickets.clock import now
from tickets.domain.actors import SYSTEM
from tickets.domain.edition import Amendment, Content, DayRow, differences
from tickets.domain.notices import BadNotice, Notice, amendment, read
from tickets.queries.calendar import read_content

BAD_INPUT = 2
SHOWN = 60


class Command(BaseCommand):
    """Loading, and a look at what is loaded."""

    help = (
        "工作日历：载入放假通知（JSON、iCal），查看已载入的年份 / the working calendar: load a notice, list the years"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two orders."""
        orders = parser.add_subparsers(dest="order", required=True)
        load = orders.add_parser("load", help="JSON of ours or iCal")
        load.add_argument("file")
        load.add_argument("--dry-run", action="store_true", help="only show what would change")
        load.add_argument("--year", type=int, help="needed for iCal: whose table it is")
        load.add_argument("--document", default="", help="文号和标题; needed for iCal")
        load.add_argument("--provisional", action="store_true", help="not announced yet (暂定)")
        load.add_argument("--reason", default="", help="why; the document by default")
        orders.add_parser("years", help="the years that are loaded")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 2 for a file that is refused."""
        if options["order"] == "years":
            return self.years()
        notice = self.notice(options)
        content = read_content()
        try:
            change, kept = amendment(notice, content)
        except BadNotice as bad:
            raise CommandError(str(bad), returncode=BAD_INPUT) from bad
        self.show(content, change, kept)
        if not change:
            return None
        if options["dry_run"]:
            self.stdout.write("只是预览，未作任何改动。 / A dry run: nothing was changed.")
            return None
        return self.load(notice, change, options["reason"])

    def notice(self, options: dict[str, Any]) -> Notice:
        """The file's notice; a refusal names every fault."""
        try:
            raw = Path(options["file"]).read_bytes()
            return read(
                raw,
                year=options["year"],
                document=options["document"],
                announced=False if options["provisional"] else None,
            )
        except OSError as error:
            raise CommandError(
                f"无法读取 {options['file']}：{error.strerror} / cannot be read", returncode=BAD_INPUT
            ) from error
        except BadNotice as bad:
            raise CommandError(f"文件未载入： / not loaded:\n{bad}", returncode=BAD_INPUT) from bad

    def show(self, content: Content, change: Amendment, kept: Sequence[DayRow]) -> None:
        """Day by day, before and after."""
        if not change:
            self.stdout.write("与现行日历一致，无需改动。 / The calendar says so already.")
        told = differences(content, change.of(content))
        for each in told[:SHOWN]:
            self.stdout.write(f"{each.date}  {_said(each.before)} → {_said(each.after)}")
        if len(told) > SHOWN:
            self.stdout.write(f"… 另有 {len(told) - SHOWN} 天 / and {len(told) - SHOWN} more days")
        for row in change.hours:
            self.stdout.write(f"{row.first_date} 起办公时间 / office hours from: {row.hours}")
        for day in kept:
            self.stdout.write(f"{day.date}  保留：{day.name_zh}（{day.document}） / kept, ordered locally")

    def load(self, notice: Notice, change: Amendment, reason: str) -> None:
        """At once when no clock moves; else as a proposal."""
        try:
            made = calendars.load(
                amendment=change, title=calendars.title_of(notice), document=notice.document, reason=reason or notice.document,
                actor=SYSTEM, now=now(),
            )  # fmt: skip
        except UnableToPropose as refusal:
            raise CommandError(f"{refusal.zh} / {refusal.en}", returncode=BAD_INPUT) from refusal
        if made is None:
            self.stdout.write("已载入，没有在办时限受影响。 / Loaded; no open clock is concerned.")
            return
        self.stdout.write(
            f"在办件时限会变动，已列为变更方案 {made.pk}，测算后请领导在“规则—变更方案”页面审批。\n"
            f"Open clocks would move: written down as proposal {made.pk}; a leader decides it under Rules, Proposals."
        )

    def years(self) -> None:
        """One a line, with its notice."""
        for year, row in sorted(read_content().years.items()):
            mark = "" if row.announced else "（暂定 / provisional）"
            self.stdout.write(f"{year}  {row.document}{mark}")


def _said(row: DayRow | None) -> str:
    if row is None:
        return "按星期 / by its weekday"
    kind = "班 / on" if row.is_working else "休 / off"
    return f"{kind} {row.name_zh}{' ' + row.hours if row.hours else ''}{'' if row.announced else '（暂定）'}"
