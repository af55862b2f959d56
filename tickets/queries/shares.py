"""What each ticket adds to the figures: the rows of every measure, one by one, by the same definitions that the live questions use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from tickets.domain import chain
from tickets.domain.calendar import WorkingCalendar
from tickets.domain.moments import to_local
from tickets.domain.words import Side
from tickets.models import Ticket
from tickets.models.figure import TOPIC

from . import calendar, topics
from .measures import HANDLING, MEASURES, TALLIES, Asked, Measure

#: Raised by one when a definition changes: every ticket is then counted again.
EDITION = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One row counted once: under which figure, on which Shanghai day (None: now), whose section (0: none) and by which channel.
    ``counted`` is 1 or 0; ``micros`` the open time of the handling."""

    side: str
    key: str
    day: date | None
    section: int
    channel: str
    counted: int = 0
    micros: int = 0

    def plain(self) -> list[Any]:
        """As it is kept."""
        day = self.day.isoformat() if self.day else None
        return [self.side, self.key, day, self.section, self.channel, self.counted, self.micros]

    @classmethod
    def of(cls, kept: Sequence[Any]) -> Part:
        """As it was kept."""
        return cls(kept[0], kept[1], date.fromisoformat(kept[2]) if kept[2] else None, *kept[3:])


def definition() -> str:
    """Differs as soon as tickets already counted would be counted otherwise: another edition, other topics, another calendar."""
    facts = {"edition": EDITION, "topics": list(topics.words()), "calendar": calendar.calendar_version()}
    return chain.sha256(chain.canonical(facts))


def of(ticket_ids: Sequence[int], now: datetime) -> dict[int, list[Part]]:
    """Every part of these tickets, in an order that stays; a fixed number of statements."""
    found: dict[int, list[Part]] = defaultdict(list)
    for (*_, side), measures in _groups().items():
        for ticket, part in _of_measures(measures, side, ticket_ids, now):
            found[ticket].append(part)
    for ticket, part in (*_handling(ticket_ids, now), *_topics(ticket_ids)):
        found[ticket].append(part)
    return {ticket: sorted(parts, key=lambda part: str(part.plain())) for ticket, parts in found.items()}


def _groups() -> Mapping[tuple[Any, ...], list[Measure]]:
    """Measures of the same rows at the same moment are read at once."""
    groups: dict[tuple[Any, ...], list[Measure]] = defaultdict(list)
    for measure in (*MEASURES, *TALLIES):
        for side in measure.sides:
            groups[measure.rows, measure.moment, side].append(measure)
    return groups


def _of_measures(
    measures: Sequence[Measure], side: str, ticket_ids: Sequence[int], now: datetime
) -> Iterator[tuple[int, Part]]:
    first = measures[0]
    asked = Asked(now, now, now, Side(side) if side else Side.OUTER)
    rows = first.rows(asked).filter(**{f"{first.ticket}__in": ticket_ids})
    marks = {f"counts_{place}": _mark(each, asked) for place, each in enumerate(measures)}
    columns = [first.ticket, first.section, first.channel, *([first.moment] if first.moment else []), *marks]
    for row in rows.annotate(**marks).order_by().values(*columns):
        day = _day(row[first.moment]) if first.moment else None
        if first.moment and day is None:
            continue
        for place, each in enumerate(measures):
            counted = row[f"counts_{place}"]
            yield (
                row[first.ticket],
                Part(side, each.key.value, day, row[first.section] or 0, row[first.channel], counted),
            )


def _mark(measure: Measure, asked: Asked) -> Any:
    counts = measure.counts(asked) if measure.counts else Q(pk__isnull=True)
    return Case(When(counts, then=Value(1)), default=Value(0), output_field=IntegerField())


def _day(moment: datetime | None) -> date | None:
    return to_local(moment).date() if moment else None


def _handling(ticket_ids: Sequence[int], now: datetime) -> Iterator[tuple[int, Part]]:
    office: WorkingCalendar = calendar.working_calendar()
    rows = HANDLING.rows(Asked(now, now, now, Side.OUTER)).filter(pk__in=ticket_ids)
    for pk, begun, sent, section, channel in rows.values_list(
        "pk", "dispatched_at", "sent_at", "section_id", "channel"
    ):
        micros = office.position(sent) - office.position(begun)
        yield pk, Part("", HANDLING.key.value, _day(sent), section or 0, channel, micros=micros)


def _topics(ticket_ids: Iterable[int]) -> Iterator[tuple[int, Part]]:
    known = topics.words()
    columns = (
        "pk",
        "title",
        "content",
        "category",
        "project_id",
        "is_confidential",
        "registered_at",
        "section_id",
        "channel",
    )
    for row in Ticket.objects.filter(pk__in=ticket_ids).order_by().values(*columns):
        for key in topics.about(row, known):
            yield row["pk"], Part(TOPIC, key, _day(row["registered_at"]), row["section_id"] or 0, row["channel"])
