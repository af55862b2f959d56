"""`manage.py deadline`: when a limit ends, and why; or the answers to a whole file of cases."""

from __future__ import annotations

import csv
import io
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tickets.domain.calendar import BeyondCalendar, WorkingCalendar
from tickets.domain.cases import BEYOND, REQUIRED, BadCase, read_case, read_moment, read_pause, read_terms, written
from tickets.domain.explain import Explanation, explain
from tickets.domain.hours import OfficeHours
from tickets.domain.seed import seed_calendar
from tickets.domain.terms import End
from tickets.queries.calendar import working_calendar

T = TypeVar("T")
BAD_INPUT = 2
SHOWN = 20
EXAMPLE = 'manage.py deadline "2026-09-30 10:00" "5 working days"'


class Command(BaseCommand):
    """One question on the command line, or a file of them in the form of tests/samples/deadlines.csv."""

    help = "When a limit ends: the due moment, with --explain the days counted; --csv answers a file of cases."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A question, or a file."""
        parser.add_argument("start", nargs="?", help='"2026-09-30 10:00", Shanghai time unless it has an offset')
        parser.add_argument("limit", nargs="?", help='"5 working days", calendar days, working hours, clock hours')
        parser.add_argument("--explain", action="store_true", help="the days and stretches counted, line by line")
        parser.add_argument("--pause", action="append", default=[], metavar="FROM/TO", help="taken out; repeatable")
        parser.add_argument("--close-of-business", action="store_true", help="days end when the office closes")
        parser.add_argument("--extension", default="0", metavar="N", help="so many more of the same unit")
        parser.add_argument("--restart", metavar="MOMENT", help="the new start; the old one no longer matters")
        parser.add_argument("--csv", metavar="FILE", help="cases in a file; writes id,due rows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer on standard output; what cannot be read is named, with exit code 2."""
        if bool(options["csv"]) == bool(options["start"] and options["limit"]):
            raise refusal(_("Give a start and a limit, or --csv FILE. Example: %s") % EXAMPLE)
        if options["csv"]:
            self.answer_file(options["csv"])
        else:
            self.answer_one(options)

    def answer_one(self, options: dict[str, Any]) -> None:
        """The moment on the first line; beyond the calendar the provisional one on the second."""
        terms = read("limit", options["limit"], lambda text: read_terms(text, ending(options)))
        read("extension", options["extension"], terms.measure)
        pauses = [read("pause", text, read_pause) for text in options["pause"]]
        restart = read("restart", options["restart"], read_moment) if options["restart"] else None
        start = read("start", options["start"], read_moment)
        calendar = self.calendar()

        def told(*, strict: bool) -> Explanation:
            return explain(
                terms, start, calendar, pauses, extension=options["extension"], restart=restart, strict=strict
            )

        try:
            found = read("start", options["start"], lambda _text: told(strict=True))
            self.stdout.write(written(found.due.moment))
        except BeyondCalendar as beyond:
            found = read("start", options["start"], lambda _text: told(strict=False))
            self.stdout.write(BEYOND)
            note = _("The calendar does not cover %(day)s. Provisional: %(moment)s")
            self.stdout.write(note % {"day": beyond.day.isoformat(), "moment": written(found.due.moment)})
        if options["explain"]:
            self.tell(found)

    def tell(self, found: Explanation) -> None:
        """The lines and the summary in the reader's language."""
        in_chinese = (get_language() or "zh").startswith("zh")
        for line in found.lines:
            self.stdout.write(f"{'+' if line.counted else ' '} {line.zh if in_chinese else line.en}")
        self.stdout.write(found.summary_zh if in_chinese else found.summary_en)

    def answer_file(self, name: str) -> None:
        """All rows or none: a file with a row that cannot be read is refused with the rows and fields named."""
        calendar, faults = self.calendar(), list[str]()
        under: dict[tuple[OfficeHours, ...], WorkingCalendar] = {}
        answers: list[tuple[str, str]] = []
        for line, row in rows(name):
            try:
                case = read_case(row)
                if case.office_hours not in under:
                    under[case.office_hours] = calendar.with_hours(case.office_hours)
                answers.append((row["id"], case.answer(under[case.office_hours])))
            except BadCase as bad:
                faults.append(fault(line, row["id"], bad.field, bad.value))
            except (ValueError, OverflowError):
                faults.append(fault(line, row["id"], "start", row["start"]))
        if faults:
            more = [_("and %d more") % (len(faults) - SHOWN)] if len(faults) > SHOWN else []
            raise refusal("\n".join([*faults[:SHOWN], *more]))
        out = csv.writer(self.stdout, lineterminator="\n")
        out.writerows([("id", "due"), *answers])

    def calendar(self) -> WorkingCalendar:
        """The calendar as stored; the seed, and a word about it, where none is stored yet."""
        try:
            calendar = working_calendar()
            if calendar.covered_until is not None:
                return calendar
        except DatabaseError:
            pass
        self.stderr.write(_("No calendar is stored yet (run manage.py migrate): answering from the seed."))
        return seed_calendar()


def rows(name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of the file, cells without the white space round them; UTF-8 with or without BOM, else GB18030."""
    reader = csv.DictReader(io.StringIO(text_of(name), newline=""), restkey="", restval="", strict=True)
    try:
        missing = [
            column for column in REQUIRED if column not in [str(each).strip() for each in reader.fieldnames or []]
        ]
        if missing:
            raise refusal(_("%(file)s: column missing: %(columns)s") % {"file": name, "columns": ", ".join(missing)})
        for row in reader:
            line = reader.line_num
            cells = {key.strip(): cell.strip() for key, cell in row.items() if isinstance(cell, str)}
            if row.get(""):
                raise refusal(_("%(file)s, line %(line)d: more cells than columns") % {"file": name, "line": line})
            if not cells["id"]:
                raise refusal(fault(line, "", "id", ""))
            yield line, cells
    except csv.Error as error:
        text = _("%(file)s, line %(line)d: not CSV (%(error)s)")
        raise refusal(text % {"file": name, "line": reader.reader.line_num, "error": error}) from None


def text_of(name: str) -> str:
    """The file's text; a refusal says why it cannot be had."""
    try:
        raw = Path(name).read_bytes()
    except OSError as error:
        raise refusal(_("Cannot read %(file)s: %(error)s") % {"file": name, "error": error.strerror}) from None
    for charset in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    raise refusal(_("%s is neither UTF-8 nor GB18030 text") % name)


def read(field: str, text: str, reading: Callable[[str], T]) -> T:
    """What ``reading`` makes of an argument; a refusal names the argument and what would do."""
    try:
        return reading(text)
    except (ValueError, ArithmeticError):
        raise refusal(fault(None, "", field, text)) from None


def fault(line: int | None, case: str, field: str, value: str) -> str:
    """One sentence: where, what stood there, what would do."""
    said = {"line": line, "id": case, "field": field, "value": value, "hint": hint(field)}
    if line is None:
        return _("%(field)s: cannot use “%(value)s”. %(hint)s") % said
    return _("line %(line)s, id %(id)s, %(field)s: cannot use “%(value)s”. %(hint)s") % said


def hint(field: str) -> str:
    """What a field takes."""
    hints = {
        "id": _("Every row needs its number."),
        "start": _("Write a moment between 2000 and 2199, such as 2026-09-30T10:00+08:00."),
        "restart": _("Write a moment between 2000 and 2199, such as 2026-09-30T10:00+08:00."),
        "unit": _("One of working_days, calendar_days, working_hours, clock_hours."),
        "limit": _("A number above 0 (whole for days) and working days, calendar days, working hours or clock hours."),
        "end": _("midnight or close."),
        "hours": _("Such as 08:00-12:00,14:30-17:30|2024-06-01 08:00-12:00,15:00-18:00."),
        "pause": _("FROM/TO, ending after it begins, such as 2026-10-08T00:00+08:00/2026-10-09T00:00+08:00."),
        "pauses": _("FROM/TO;FROM/TO, each ending after it begins."),
        "extension": _("A number, 0 or more (whole for days)."),
    }
    return hints[field]


def ending(options: dict[str, Any]) -> End:
    """The end that the option asks for."""
    return End.CLOSE if options["close_of_business"] else End.MIDNIGHT


def refusal(text: str) -> CommandError:
    """Bad input: exit code 2."""
    return CommandError(text, returncode=BAD_INPUT)
