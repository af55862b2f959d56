"""The leaders' board: the rates of a period beside the one before, what waits, the year's course, topics that rise; all from the sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q

from tickets.domain.words import Channel, Side
from tickets.models import Figure, Fold, Project, Section
from tickets.models.figure import MONTH, NOW, TOPIC

from . import figures
from .figures import NOTHING, Key, Sums
from .measures import RateKey, Tally
from .response_rates import Group, Rate
from .together import together
from .topics import Topic, TopicKind

MOST_TOPICS, FEWEST = 8, 2
MONTHS = 12
R, T = RateKey, Tally
#: What the board adds up; the others are asked for on the page of all rates.
KEYS = (R.REPLIED, R.SIGNED, R.RESPONSE, R.SATISFIED, R.VALID_FOLLOW_UP, R.HANDLING, T.INCOMING, T.OVERDUE, T.COMING)
COURSE = (T.INCOMING, R.REPLIED, R.OVERDUE_OPEN, R.OVERDUE_CLOSED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the board is asked: the days of the period and of the one before, today, the last day of what is coming, and one section
    or channel when it is narrowed."""

    first: date
    last: date
    before_first: date
    before_last: date
    today: date
    coming_until: date
    section_id: int | None = None
    channel: str = ""

    @property
    def side(self) -> Side:
        """A section is measured by its own clocks."""
        return Side.OUTER if self.section_id is None else Side.INNER

    @property
    def months(self) -> list[date]:
        """The first days of the twelve months that end with the period, or with the present month."""
        return months_until(max(self.first, min(self.last, self.today)))


@dataclass(frozen=True, slots=True)
class Line:
    """A section or channel: its rates, what came in, what is overdue now and what falls due until ``coming_until``."""

    code: str
    name: str
    rates: Mapping[RateKey, Rate]
    incoming: int
    incoming_before: int
    overdue: int
    coming: int


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the course: what came in, what was to be answered and was in time, late by now."""

    first: date
    incoming: int
    due: int
    in_time: int
    overdue_open: int
    overdue_closed: int

    @property
    def rate(self) -> float | None:
        """Replied on time; None when nothing was due."""
        return self.in_time / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class Rising:
    """A topic with its count now and before; ``name`` as people read it."""

    topic: Topic
    name: str
    now: int
    before: int

    @property
    def change(self) -> int:
        """How many more."""
        return self.now - self.before


@dataclass(slots=True)
class Board:
    """All that is shown. ``before`` holds the rates of the period before."""

    fold: Fold
    whole: Line
    before: Mapping[RateKey, Rate]
    sections: list[Line] = field(default_factory=list)
    channels: list[Line] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    topics: list[Rising] = field(default_factory=list)
    unassigned: Line | None = None


def read(asked: Asked) -> Board:
    """The whole board, in one statement (and one more where a project stands among the topics)."""
    parts: dict[str, Any] = {
        "fold": Fold.objects.values("seal", "as_of", "serial"),
        "sections": Section.objects.filter(is_active=True).order_by("order", "id").values("id", "code", "name"),
        "lines": _lines(asked, "section", channel=asked.channel),
        "channels": _lines(asked, "channel", side__in=["", asked.side.value]).exclude(channel=""),
        "months": _course(asked),
        "topics": _topics(asked),
    }
    found = together(parts)
    fold = Fold(**found["fold"][0]) if found["fold"] else Fold()
    lines = found["lines"]
    whole = Group(None, "", "全部", "All")
    totals, before = (figures.added_up(lines, span, None) for span in ("now", "before"))
    board = Board(fold, _line(whole, totals, before, asked, _present(lines)), _rates(before, whole, asked.side))
    board.sections = list(_by_section(asked, lines, found["sections"]))
    if asked.section_id is None:
        none = Group(0, "", "未派科室", "No section yet")
        board.unassigned = _one(none, lines, "section", asked, Side.INNER)
    board.channels = list(_by_channel(asked, found["channels"]))
    board.months = _months(asked, found["months"])
    board.topics = list(_named(found["topics"]))
    return board


# -- what is asked of the sums -------------------------------------------------------------------------------------------------


def _of_section(asked: Asked) -> dict[str, Any]:
    return {} if asked.section_id is None else {"section": asked.section_id}


def _lines(asked: Asked, by: str, **chosen: Any) -> Any:
    spans = {
        "now": figures.within(asked.first, asked.last),
        "before": figures.within(asked.before_first, asked.before_last),
        "present": Q(grain=NOW),
        "coming": figures.within(asked.today, asked.coming_until),
    }
    keys = [key.value for key in KEYS]
    return figures.summed(spans, ("side", "key", by), key__in=keys, **_of_section(asked), **chosen).exclude(side=TOPIC)


def _course(asked: Asked) -> Any:
    rows = Figure.objects.filter(grain=MONTH, date__in=asked.months, channel=asked.channel, **_of_section(asked))
    rows = rows.filter(side__in=["", asked.side.value], key__in=[key.value for key in COURSE])
    return rows.order_by().values("date", "key", "section", "numerator", "denominator")


def months_until(last: date) -> list[date]:
    """The first days of the twelve months that end with that of ``last``."""
    made = [last.replace(day=1)]
    while len(made) < MONTHS:
        made.append((made[-1] - timedelta(days=1)).replace(day=1))
    return made[::-1]


def _topics(asked: Asked) -> Any:
    spans = {
        "now": figures.within(asked.first, asked.last),
        "before": figures.within(asked.before_first, asked.before_last),
    }
    rows = figures.summed(spans, ("key",), side=TOPIC, channel=asked.channel, **_of_section(asked))
    rising = rows.filter(now_denominator__gte=FEWEST).annotate(rise=F("now_denominator") - F("before_denominator"))
    return rising.order_by("-rise", "-now_denominator", "key")[:MOST_TOPICS]


# -- what is made of them -------------------------------------------------------------------------------------------------------


def _rates(totals: Mapping[Key, Sums], group: Group, side: Side) -> dict[RateKey, Rate]:
    return {rate.key: rate for rate in figures.lines_of(totals, side, [group])}


def _line(
    group: Group,
    now: Mapping[Key, Sums],
    before: Mapping[Key, Sums],
    asked: Asked,
    present: tuple[int, int],
    side: Side | None = None,
) -> Line:
    incoming = ("", T.INCOMING.value, group.value)
    return Line(
        group.code, group.zh, _rates(now, group, side or asked.side), now.get(incoming, NOTHING).denominator,
        before.get(incoming, NOTHING).denominator, *present,
    )  # fmt: skip


def _present(lines: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """What is overdue now, and what falls due until the last day of what is coming."""
    overdue = sum(line["present_denominator"] for line in lines if line["key"] == T.OVERDUE.value)
    coming = sum(line["coming_denominator"] for line in lines if line["key"] == T.COMING.value)
    return overdue, coming


def _one(group: Group, lines: Sequence[Mapping[str, Any]], by: str, asked: Asked, side: Side) -> Line:
    own = [line for line in lines if line[by] == group.value]
    now, before = (figures.added_up(own, span, by) for span in ("now", "before"))
    return _line(group, now, before, asked, _present(own), side)


def _by_section(
    asked: Asked, lines: Sequence[Mapping[str, Any]], sections: Sequence[Mapping[str, Any]]
) -> Iterable[Line]:
    for row in sections:
        if asked.section_id in (None, row["id"]):
            group = Group(row["id"], row["code"], row["name"], row["name"])
            yield _one(group, lines, "section", asked, Side.INNER)


def _by_channel(asked: Asked, lines: Sequence[Mapping[str, Any]]) -> Iterable[Line]:
    for channel in Channel:
        if asked.channel in ("", channel.value):
            yield _one(Group(channel.value, channel.value, channel.zh, channel.en), lines, "channel", asked, asked.side)


def _months(asked: Asked, rows: Sequence[Mapping[str, Any]]) -> list[Month]:
    def total(day: date, key: Any, column: str) -> int:
        return sum(int(row[column]) for row in rows if row["date"] == day and row["key"] == key.value)

    return [
        Month(
            day, total(day, T.INCOMING, "denominator"), total(day, R.REPLIED, "denominator"), total(day, R.REPLIED, "numerator"),
            total(day, R.OVERDUE_OPEN, "numerator"), total(day, R.OVERDUE_CLOSED, "numerator"),
        )
        for day in asked.months
    ]  # fmt: skip


def _named(rows: Sequence[Mapping[str, Any]]) -> Iterable[Rising]:
    topics = [(Topic.of(row["key"]), row) for row in rows]
    ids = [int(topic.value) for topic, _ in topics if topic.kind is TopicKind.PROJECT]
    projects = (
        {str(pk): name for pk, name in Project.objects.filter(pk__in=ids).values_list("pk", "name")} if ids else {}
    )
    for topic, row in topics:
        name = topic.value.rpartition("_")[2] if topic.kind is TopicKind.CATEGORY else topic.value
        if topic.kind is TopicKind.PROJECT:
            name = projects.get(topic.value, topic.value)
        yield Rising(topic, name, row["now_denominator"], row["before_denominator"])
