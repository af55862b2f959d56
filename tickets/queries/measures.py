"""The figures' definitions, one each: which rows are the base, when each is counted, which of them count, said in words (domain §4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tickets.domain.states import OPEN, State
from tickets.domain.words import ClockKind, Labelled, Side
from tickets.models import Contact, Inquiry, Request, RequestKind, Run, Ticket, Timer

Rows = QuerySet[Any]
CLOSED = (State.CLOSED.value, State.ARCHIVED.value)


class RateKey(Labelled):
    """The rates of domain §4. 超期 and 退单 are two figures each, shown apart."""

    SIGNED = "signed", "按时签收率", "Signed on time"
    REPLIED = "replied", "按期办结率", "Replied on time"
    RESPONSE = "response", "响应率", "Response rate"
    SOLVED = "solved", "解决率", "Solved"
    SATISFIED = "satisfied", "满意率", "Satisfied"
    VALID_FOLLOW_UP = "valid_follow_up", "有效回访率", "Valid follow-up"
    RETURN_ASKED = "return_asked", "退单率（申请）", "Returns asked"
    RETURN_GRANTED = "return_granted", "退单率（获准）", "Returns granted"
    REDO = "redo", "重办率", "Redo"
    FIRST_TIME = "first_time", "一次性办结率", "First-time completion"
    OVERDUE_OPEN = "overdue_open", "超期率（超期未办结）", "Overdue, still open"
    OVERDUE_CLOSED = "overdue_closed", "超期率（超期办结）", "Overdue, answered late"
    DIRECT = "direct", "直办率", "Direct answer"
    HANDLING = "handling", "平均办理时长", "Mean handling time"


class Tally(Labelled):
    """Plain counts beside the rates: what came in, what is overdue now, what falls due next."""

    INCOMING = "incoming", "来件", "Came in"
    OVERDUE = "overdue", "当前超期", "Overdue now"
    COMING = "coming", "将到期", "Falls due"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: the half-open period, the moment of asking, and whose rates (inner clocks for sections)."""

    start: datetime
    end: datetime
    now: datetime
    side: Side


@dataclass(frozen=True, slots=True)
class Measure:
    """``rows`` gives what may be counted, ``moment`` the column that says when ('' : now), ``counts`` which of them count (None: a
    plain count); ``ticket``, ``section`` and ``channel`` are paths from a row. A row is counted once, on one Shanghai day, so that
    days add up. ``nothing``: what an empty base means. ``side``: only for rates of that side; ``has_clock``: the base names whose
    clocks."""

    key: Labelled
    rows: Callable[[Asked], Rows]
    counts: Callable[[Asked], Q] | None
    zh: str
    en: str
    moment: str
    ticket: str = "pk"
    section: str = "section_id"
    channel: str = "channel"
    nothing: str = "no_tickets"
    has_clock: bool = False
    side: Side | None = None

    def base(self, asked: Asked) -> Rows:
        """The rows of the period."""
        rows = self.rows(asked)
        if not self.moment:
            return rows
        return rows.filter(**{f"{self.moment}__gte": asked.start, f"{self.moment}__lt": asked.end})

    @property
    def sides(self) -> tuple[str, ...]:
        """Whose figures these are; '' where both sides count the same rows."""
        return (self.side.value,) if self.side else tuple(Side) if self.has_clock else ("",)


def _always(condition: Q) -> Callable[[Asked], Q]:
    return lambda asked: condition


# -- deadlines that fell due ----------------------------------------------------------------------------------------------

IN_TIME = Q(run=Run.MET, is_late=False)
SIDES = {Side.OUTER: ("对外时限", "outer clocks"), Side.INNER: ("科室时限", "inner clocks")}


def _due(kind: ClockKind) -> Callable[[Asked], Rows]:
    """Fallen due by now. Left out: clocks stopped before they fell due, paused ones, and those whose due moment lay in a pause
    while the day of resuming lasts (domain §3 rule 8)."""

    def rows(asked: Asked) -> Rows:
        fallen = Timer.objects.filter(kind=kind, side=asked.side, due_at__lte=asked.now)
        not_fired_yet = Q(run=Run.RUNNING, breached_at__isnull=True)
        return fallen.filter(
            Q(run=Run.MET) | Q(is_late=True) | Q(run=Run.STOPPED, breached_at__isnull=False) | not_fired_yet
        )

    return rows


SIGN_FELL_DUE, CONTACT_FELL_DUE, REPLY_FELL_DUE = (
    _due(kind) for kind in (ClockKind.SIGN, ClockKind.CONTACT, ClockKind.REPLY)
)


def _contacted(asked: Asked) -> Q:
    evidence = Contact.objects.filter(ticket=OuterRef("ticket_id"), contacted_at__lte=OuterRef("met_at"))
    return IN_TIME & Q(Exists(evidence))


# -- inquiries answered ------------------------------------------------------------------------------------------------------

OUTER_REPLY_MET: dict[str, Any] = {"kind": ClockKind.REPLY, "side": Side.OUTER, "run": Run.MET}


def _answered(asked: Asked) -> Rows:
    """A reply went to the source: the outer reply clock was met (a later redo does not undo that). An inquiry answered again is
    counted by its newest answer, the one its caller was asked about."""
    later = Timer.objects.filter(inquiry=OuterRef("inquiry"), id__gt=OuterRef("id"), **OUTER_REPLY_MET)
    return Timer.objects.filter(~Exists(later), inquiry__isnull=False, **OUTER_REPLY_MET)


def _for_follow_up(asked: Asked) -> Rows:
    return _answered(asked).filter(inquiry__is_anonymous=False, inquiry__needs_reply=True)


def _followed_up(asked: Asked) -> Rows:
    return _for_follow_up(asked).filter(VALID)


VALID = Q(inquiry__is_reached=True) & (Q(inquiry__is_solved__isnull=False) | Q(inquiry__satisfaction__isnull=False))
OF_ANSWER: dict[str, Any] = {
    "moment": "met_at",
    "ticket": "ticket_id",
    "section": "ticket__section_id",
    "channel": "inquiry__channel",
}
OF_CLOCK: dict[str, Any] = {"moment": "due_at", "ticket": "ticket_id", "nothing": "nothing_due", "has_clock": True}


# -- dispatches ---------------------------------------------------------------------------------------------------------------


def _to_us(asked: Asked) -> Rows:
    return Inquiry.objects.all()


def _to_sections(asked: Asked) -> Rows:
    """Every dispatch to a section begins a sign clock of that section, also when another section has the matter by now."""
    return Timer.objects.filter(side=Side.INNER, kind=ClockKind.SIGN)


def _returned_outward(**decided: Any) -> Callable[[Asked], Q]:
    rows = Request.objects.filter(kind=RequestKind.OUTWARD_RETURN.value, **decided)
    rows = rows.filter(asked_at__gte=OuterRef("dispatched_at"))
    own = Q(inquiry=OuterRef("pk")) | Q(inquiry__isnull=True, ticket=OuterRef("ticket_id"))
    return _always(Q(Exists(rows.filter(own))))


def _returned_by_section(**decided: Any) -> Callable[[Asked], Q]:
    rows = Request.objects.filter(kind=RequestKind.SECTION_RETURN.value, ticket=OuterRef("ticket_id"), **decided)
    by = rows.filter(asked_at__gte=OuterRef("started_at"), asked_by__section_id=OuterRef("section_id"))
    return _always(Q(Exists(by)))


# -- tickets ------------------------------------------------------------------------------------------------------------------


def _closed(asked: Asked) -> Rows:
    return Ticket.objects.filter(state__in=CLOSED)


def _accepted(asked: Asked) -> Rows:
    return Ticket.objects.exclude(state__in=[State.REJECTED.value, State.RETURNED.value])


def _replied_with_times(asked: Asked) -> Rows:
    """Answered, with both ends of the handling."""
    return Ticket.objects.filter(dispatched_at__isnull=False, sent_at__gte=F("dispatched_at"))


def _overdue(asked: Asked) -> Rows:
    return Ticket.objects.filter(state__in=sorted(OPEN), is_overdue=True)


def _coming(asked: Asked) -> Rows:
    return Ticket.objects.filter(state__in=sorted(OPEN), is_overdue=False, due_at__isnull=False)


SIGN_DUE = ("签收时限在本期到期的件", "sign-for deadlines that fell due in the period")
CONTACT_DUE = ("首次联系时限在本期到期的件", "first-contact deadlines that fell due in the period")
FOLLOWED_UP = ("本期答复、已有效回访的诉求", "answered in the period and validly followed up")
REPLY_DUE = ("答复时限在本期到期的件（应办结）", "reply deadlines that fell due in the period")
TO_US = ("本期来源派给本单位的件", "dispatched to us in the period")
TO_SECTIONS = ("本期办公室派给科室的件", "dispatched to sections in the period")
OF_DISPATCH: dict[str, Any] = {
    "moment": "dispatched_at", "ticket": "ticket_id", "section": "ticket__section_id", "side": Side.OUTER
}  # fmt: skip
OF_SECTION_DISPATCH: dict[str, Any] = {"moment": "started_at", "ticket": "ticket_id", "side": Side.INNER}
MEASURES: tuple[Measure, ...] = (
    Measure(RateKey.SIGNED, SIGN_FELL_DUE, _always(IN_TIME), *SIGN_DUE, **OF_CLOCK),
    Measure(RateKey.REPLIED, REPLY_FELL_DUE, _always(IN_TIME), *REPLY_DUE, **OF_CLOCK),
    Measure(RateKey.RESPONSE, CONTACT_FELL_DUE, _contacted, *CONTACT_DUE, **OF_CLOCK),
    Measure(RateKey.SOLVED, _followed_up, _always(Q(inquiry__is_solved=True)), *FOLLOWED_UP, **OF_ANSWER),
    Measure(RateKey.SATISFIED, _followed_up, _always(Q(inquiry__satisfaction__lte=2)), *FOLLOWED_UP, **OF_ANSWER),
    Measure(
        RateKey.VALID_FOLLOW_UP, _for_follow_up, _always(VALID), "本期答复、应回访的诉求（匿名、不需回复的除外）",
        "answered in the period and due for follow-up (without the anonymous and those that want no answer)", **OF_ANSWER,
    ),
    Measure(RateKey.RETURN_ASKED, _to_us, _returned_outward(), *TO_US, **OF_DISPATCH),
    Measure(RateKey.RETURN_GRANTED, _to_us, _returned_outward(is_granted=True), *TO_US, **OF_DISPATCH),
    Measure(RateKey.RETURN_ASKED, _to_sections, _returned_by_section(), *TO_SECTIONS, **OF_SECTION_DISPATCH),
    Measure(RateKey.RETURN_GRANTED, _to_sections, _returned_by_section(is_granted=True), *TO_SECTIONS, **OF_SECTION_DISPATCH),
    Measure(RateKey.REDO, _closed, _always(Q(redo_count__gt=0)), "本期办结的件", "closed in the period", "closed_at"),
    Measure(
        RateKey.FIRST_TIME, _closed, _always(Q(redo_count=0, bounce_count=0, return_count=0)), "本期办结的件", "closed in the period",
        "closed_at",
    ),
    Measure(RateKey.OVERDUE_OPEN, REPLY_FELL_DUE, _always(Q(run__in=[Run.RUNNING, Run.PAUSED])), *REPLY_DUE, **OF_CLOCK),
    Measure(RateKey.OVERDUE_CLOSED, REPLY_FELL_DUE, _always(Q(run=Run.MET, is_late=True)), *REPLY_DUE, **OF_CLOCK),
    Measure(RateKey.DIRECT, _accepted, _always(Q(is_direct=True)), "本期受理的件", "accepted in the period", "registered_at"),
)  # fmt: skip
HANDLING = Measure(
    RateKey.HANDLING, _replied_with_times, None, "本期反馈的件，自派单至反馈的工作时间",
    "answered in the period: working time from dispatch to reply", "sent_at",
)  # fmt: skip
TALLIES: tuple[Measure, ...] = (
    Measure(
        Tally.INCOMING, _to_us, None, "本期收到的诉求（含不予受理和重复）", "received in the period, the rejected and repeated too",
        "received_at", "ticket_id", "ticket__section_id",
    ),
    Measure(Tally.OVERDUE, _overdue, None, "在办、已超期的件", "open and overdue now", ""),
    Measure(Tally.COMING, _coming, None, "在办、未超期，时限在其间到期的件", "open, not overdue, falling due meanwhile", "due_at"),
)  # fmt: skip


def of_side(side: Side) -> list[Measure]:
    """The measures in order, the outward or the sections' own where they differ."""
    return [measure for measure in MEASURES if measure.side in (None, side)]


def of_key(key: Labelled, side: Side) -> Measure:
    """One measure: a rate, the mean handling time or a tally. LookupError for what is none."""
    for measure in (*of_side(side), HANDLING, *TALLIES):
        if measure.key is key:
            return measure
    raise LookupError(key)
