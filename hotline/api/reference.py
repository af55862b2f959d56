"""What everybody may look up: words, sections, limits, the calendar, one deadline explained; and the auditor's proof."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hotline.acting.fields import Misread, Strict, Text
from hotline.wording import pair, words
from tickets.actions import ledger
from tickets.domain import words as vocabularies
from tickets.domain.calendar import OutOfReach
from tickets.domain.cases import BadCase, read_moment, read_pause, read_terms
from tickets.domain.explain import explain
from tickets.domain.moments import to_local
from tickets.domain.states import Action, State
from tickets.domain.terms import BadTerms, End
from tickets.models import OfficeHours, Section, SpecialDay
from tickets.queries import journal, policies
from tickets.queries.calendar import working_calendar

from . import shapes
from .base import Endpoint, ok

KINDS = {
    "state": State,
    "action": Action,
    "channel": vocabularies.Channel,
    "type": vocabularies.MatterType,
    "urgency": vocabularies.Urgency,
    "outcome": vocabularies.Outcome,
    "disclosure": vocabularies.Disclosure,
    "rejection": vocabularies.RejectionReason,
    "return": vocabularies.ReturnReason,
    "suspension": vocabularies.SuspensionGround,
    "clock": vocabularies.ClockKind,
    "side": vocabularies.Side,
    "role": vocabularies.Role,
}


class Words(Endpoint):
    """The closed vocabularies."""

    endpoints = {"GET": "words"}

    @extend_schema(
        operation_id="words",
        summary="用词表 / The vocabularies",
        tags=["reference"],
        responses=shapes.answers(OpenApiTypes.OBJECT),
    )
    def get(self, request: Request) -> Response:
        """Each vocabulary with its words in both languages."""
        self.asked(Strict)
        return ok({name: words(kind) for name, kind in KINDS.items()})


class Sections(Endpoint):
    """The sections."""

    endpoints = {"GET": "sections"}

    @extend_schema(
        operation_id="sections",
        summary="科室 / Sections",
        tags=["reference"],
        responses=shapes.answers(shapes.SectionList),
    )
    def get(self, request: Request) -> Response:
        """The sections at work, the office among them."""
        self.asked(Strict)
        return ok({"rows": list(Section.objects.filter(is_active=True).values("id", "code", "name", "is_office"))})


class Policies(Endpoint):
    """The limits."""

    endpoints = {"GET": "policies"}

    @extend_schema(
        operation_id="policies",
        summary="时限规则 / Limits in force",
        tags=["reference"],
        responses=shapes.answers(shapes.Policies),
    )
    def get(self, request: Request) -> Response:
        """Each limit of today with its unit, its source and whether it is confirmed."""
        self.asked(Strict)
        fields = list(shapes.PolicyShape().fields)
        rows = [{name: getattr(row, name) for name in fields} for row in policies.in_force(self.now)]
        return ok({"rows": rows})


class YearQuery(Strict):
    """Which year; this one when left out."""

    year = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=2000, max_value=2199)


class Calendar(Endpoint):
    """The working calendar."""

    endpoints = {"GET": "calendar"}

    @extend_schema(
        operation_id="calendar",
        summary="工作日历 / The working calendar",
        tags=["reference"],
        parameters=[YearQuery],
        responses=shapes.answers(shapes.CalendarShape, 400),
    )
    def get(self, request: Request) -> Response:
        """The days of a year that differ from their weekday, the office hours, and how far the calendar reaches."""
        year = self.asked(YearQuery)["year"] or to_local(self.now).year
        covered = working_calendar().covered_until
        return ok(
            {
                "year": year,
                "is_covered": covered is not None and year <= covered.year,
                "covered_until": covered,
                "days": [_day(row) for row in SpecialDay.objects.filter(date__year=year)],
                "office_hours": list(OfficeHours.objects.values("first_date", "intervals", "document")),
            }
        )


def _day(row: SpecialDay) -> dict[str, Any]:
    return {
        "date": row.date,
        "is_working": row.is_working,
        "name": pair(row.name_zh, row.name_en or row.name_zh),
        "document": row.document,
        "is_announced": row.is_announced,
        "intervals": row.intervals,
    }


class DeadlineQuery(Strict):
    """``start`` 2026-09-30 10:00 (Shanghai), ``terms`` "5 working days"; ``pause`` FROM/TO."""

    start = serializers.CharField(max_length=40)
    terms = serializers.CharField(max_length=40)
    end = serializers.ChoiceField(choices=End.pairs(), required=False, default=End.MIDNIGHT.value)
    pause = Text(90)
    extension = Text(20)


class Deadline(Endpoint):
    """One deadline, explained."""

    endpoints = {"GET": "deadline"}

    @extend_schema(
        operation_id="deadline",
        summary="期限计算 / When a limit ends, and why",
        tags=["reference"],
        parameters=[DeadlineQuery],
        responses=shapes.answers(shapes.DeadlineShape, 400),
    )
    def get(self, request: Request) -> Response:
        """On the stored calendar; beyond it the answer is provisional."""
        asked = self.asked(DeadlineQuery)
        start = _read("start", asked["start"], read_moment)
        terms = _read("terms", asked["terms"], lambda text: read_terms(text, End(asked["end"])))
        pauses = [_read("pause", asked["pause"], read_pause)] if asked["pause"] else []
        extension = asked["extension"] or "0"
        _read("extension", extension, terms.measure)
        told = _read(
            "start", start, lambda moment: explain(terms, moment, working_calendar(), pauses, extension=extension)
        )
        lines = [
            {"starts": each.starts, "ends": each.ends, "is_counted": each.counted, "text": pair(each.zh, each.en)}
            for each in told.lines
        ]
        return ok(
            {
                "due_at": told.due.moment,
                "last_day": told.due.last_day,
                "is_provisional": told.due.provisional,
                "summary": pair(told.summary_zh, told.summary_en),
                "lines": lines,
            }
        )


def _read(field: str, value: Any, reader: Any) -> Any:
    try:
        return reader(value)
    except (BadCase, BadTerms, OutOfReach, ValueError, OverflowError):
        raise Misread((field, _("This cannot be read: %s") % str(value)[:60])) from None


class Verify(Endpoint):
    """The journal's proof."""

    endpoints = {"GET": "journal.verify"}

    @extend_schema(
        operation_id="journal_verify",
        summary="核验日志 / Verify the journal",
        tags=["audit"],
        responses=shapes.answers(shapes.Verdict),
    )
    def get(self, request: Request) -> Response:
        """Replays every chain and names the first bad row. That it was asked is itself journalled."""
        self.asked(Strict)
        verdict = journal.verify()
        refs = {"ok": verdict.ok, "events": verdict.events}
        ledger.record(chain_name="audit", action="verify", actor=self.actor, now=self.now, refs=refs)
        facts = ("ok", "text", "events", "tickets", "seals", "unsealed")
        return ok({name: getattr(verdict, name) for name in facts})
