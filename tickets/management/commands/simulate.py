"""`manage.py simulate`: a past period under another limit, calendar or staffing: what would have been overdue. Nothing is written."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.clock import now
from tickets.domain.edition import Content
from tickets.domain.notices import BadNotice, amendment, read
from tickets.domain.words import Side
from tickets.models import Policy, Section
from tickets.queries import offices
from tickets.queries.calendar import read_content
from tickets.queries.simulation import Line, Otherwise, limits_of, simulate

BAD_INPUT = 2


class Command(BaseCommand):
    """The figures of the page without a page, over all clocks of the period."""

    help = "推演：在另一种时限、日历或人手下，过去一段时间会有多少超期 / replay a past period under other rules"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A period and what is supposed."""
        parser.add_argument("first", help="2026-01-01")
        parser.add_argument("last", help="2026-06-30")
        parser.add_argument(
            "--limit", action="append", default=[], metavar="NAME=N", help="another amount of a limit; repeatable"
        )
        parser.add_argument("--calendar", metavar="FILE", help="a notice as calendar load reads it")
        parser.add_argument("--year", type=int, help="of an iCal file")
        parser.add_argument("--document", default="", help="of an iCal file")
        parser.add_argument(
            "--hands",
            action="append",
            default=[],
            metavar="SECTION=1.5",
            help="hands of a section against now; repeatable",
        )
        parser.add_argument("--side", choices=[side.value for side in Side], default=Side.OUTER.value)

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a section, then the whole."""
        first, last = (_day(options[name]) for name in ("first", "last"))
        if last < first:
            raise CommandError("结束日期早于开始日期 / the period ends before it begins", returncode=BAD_INPUT)
        otherwise = Otherwise(
            limits_of(_limit(each) for each in options["limit"]), _content(options), dict(_hands(each) for each in options["hands"])
        )  # fmt: skip
        found = simulate(first, last, otherwise, now=now(), side=Side(options["side"]), most=None)
        names = offices.sections()
        self.stdout.write("科室 section\t时限 clocks\t实际超期 late\t推演超期 would be late\t新增 new\t免除 saved")
        for pk, line in sorted(found.sections.items()):
            self.tell(names[pk].name if pk in names else "未派科室 / none", line)
        self.tell("合计 / all", found.whole)

    def tell(self, name: str, line: Line) -> None:
        """A line of the table."""
        self.stdout.write(f"{name}\t{line.clocks}\t{line.was_late}\t{line.is_late}\t{line.turned}\t{line.saved}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"不是日期 / no date: {text}（2026-01-01）", returncode=BAD_INPUT) from error


def _pair(text: str) -> tuple[str, Decimal]:
    name, _, number = text.rpartition("=")
    try:
        value = Decimal(number)
    except InvalidOperation as error:
        raise CommandError(f"应写作 名称=数字 / write NAME=NUMBER: {text}", returncode=BAD_INPUT) from error
    if not name or not value.is_finite() or value <= 0:
        raise CommandError(f"应写作 名称=大于 0 的数字 / write NAME=NUMBER above 0: {text}", returncode=BAD_INPUT)
    return name, value


def _limit(text: str) -> tuple[Policy, Decimal]:
    name, amount = _pair(text)
    policy = Policy.objects.filter(name=name).order_by("-effective_from").first()
    if policy is None:
        raise CommandError(f"没有这项时限 / no such limit: {name}", returncode=BAD_INPUT)
    return policy, amount


def _hands(text: str) -> tuple[int, Decimal]:
    code, hands = _pair(text)
    section = Section.objects.filter(code=code).first()
    if section is None:
        raise CommandError(f"没有这个科室 / no such section: {code}", returncode=BAD_INPUT)
    return section.pk, hands


def _content(options: dict[str, Any]) -> Content | None:
    if not options["calendar"]:
        return None
    try:
        raw = Path(options["calendar"]).read_bytes()
        notice = read(raw, year=options["year"], document=options["document"])
        content = read_content()
        return amendment(notice, content)[0].of(content)
    except OSError as error:
        raise CommandError(f"{options['calendar']}: {error.strerror}", returncode=BAD_INPUT) from error
    except BadNotice as bad:
        raise CommandError(str(bad), returncode=BAD_INPUT) from bad
