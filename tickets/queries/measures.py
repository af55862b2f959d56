"""The rates' definitions, one each: which rows are the base, which of them count, and both said in words (domain §4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tickets.domain.states import State
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


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: the half-open period, the moment of asking, and whose rates (inner clocks for sections)."""

    start: datetime
    end: datetime
    now: datetime
    side: Side


@dataclass(frozen=True, slots=True)
class Measure:
    """``base`` gives the rows, ``counts`` which of them count; ``ticket``, ``section`` and ``channel`` are paths from a row. ``unit``
    is counted once each (an inquiry answered twice is one). ``nothing``: what an empty base means. ``side``: only for rates of
    that side; ``has_clock``: the base names whose clocks."""

    key: RateKey
    base: Callable[[Asked], Rows]
    counts: Callable[[Asked], Q]
    zh: str
    en: str
    ticket: str = "pk"
    section: str = "section_id"
    channel: str = "channel"
    unit: str = "pk"
    nothing: str = "no_tickets"
    has_clock: bool = False
    side: Side | None = None


def _always(condition: Q) -> Callable[[Asked], Q]:
    return lambda asked: condition


# -- deadlines that fell due ----------------------------------------------------------------------------------------------

IN_TIME = Q(run=Run.MET, is_late=False)
SIDES = {Side.OUTER: ("平台时限", "outer clocks"), Side.INNER: ("科室时限", "inner clocks")}


def _due(kind: ClockKind) -> Callable[[Asked], Rows]:
    """Fallen due in the period and by now. Left out: clocks stopped before they fell due, paused ones, and those whose due
    moment lay in a pause while the day of resuming lasts (domain §3 rule 8)."""

    def base(asked: Asked) -> Rows:
        rows = Timer.objects.filter(
            kind=kind, side=asked.side, due_at__gte=asked.start, due_at__lt=asked.end, due_at__lte=asked.now
        )
        not_fired_yet = Q(run=Run.RUNNING, breached_at__isnull=True)
        return rows.filter(
            Q(run=Run.MET) | Q(is_late=True) | Q(run=Run.STOPPED, breached_at__isnull=False) | not_fired_yet
        )

    return base


def _contacted(asked: Asked) -> Q:
    evidence = Contact.objects.filter(ticket=OuterRef("ticket_id"), contacted_at__lte=OuterRef("met_at"))
    return IN_TIME & Q(Exists(evidence))


# -- inquiries answered in the period ----------------------------------------------------------------------------------------


def _answered(asked: Asked) -> Rows:
    """A reply went to the source in the period: the outer reply clock was met (a later redo does not undo that)."""
    rows = Timer.objects.filter(
        kind=ClockKind.REPLY, side=Side.OUTER, run=Run.MET, met_at__gte=asked.start, met_at__lt=asked.end
    )
    return rows.filter(inquiry__isnull=False)


def _for_follow_up(asked: Asked) -> Rows:
    return _answered(asked).filter(inquiry__is_anonymous=False, inquiry__needs_reply=True)


def _followed_up(asked: Asked) -> Rows:
    return _for_follow_up(asked).filter(VALID)


VALID = Q(inquiry__is_reached=True) & (Q(inquiry__is_solved__isnull=False) | Q(inquiry__satisfaction__isnull=False))
OF_INQUIRY: dict[str, Any] = {
    "ticket": "ticket_id",
    "section": "ticket__section_id",
    "channel": "inquiry__channel",
    "unit": "inquiry_id",
}
OF_CLOCK: dict[str, Any] = {"ticket": "ticket_id", "nothing": "nothing_due", "has_clock": True}


# -- dispatches of the period -------------------------------------------------------------------------------------------------


def _to_us(asked: Asked) -> Rows:
    return Inquiry.objects.filter(dispatched_at__gte=asked.start, dispatched_at__lt=asked.end)


def _to_sections(asked: Asked) -> Rows:
    """Every dispatch to a section begins a sign clock of that section, also when another section has the matter by now."""
    rows = Timer.objects.filter(side=Side.INNER, kind=ClockKind.SIGN)
    return rows.filter(started_at__gte=asked.start, started_at__lt=asked.end)


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
    return Ticket.objects.filter(state__in=CLOSED, closed_at__gte=asked.start, closed_at__lt=asked.end)


def _accepted(asked: Asked) -> Rows:
    rows = Ticket.objects.filter(registered_at__gte=asked.start, registered_at__lt=asked.end)
    return rows.exclude(state__in=[State.REJECTED.value, State.RETURNED.value])


def replied_with_times(asked: Asked) -> Rows:
    """Tickets answered in the period, with both ends of the handling."""
    rows = Ticket.objects.filter(sent_at__gte=asked.start, sent_at__lt=asked.end, dispatched_at__isnull=False)
    return rows.filter(sent_at__gte=F("dispatched_at"))


SIGN_DUE = ("签收时限在本期到期的件", "sign-for deadlines that fell due in the period")
CONTACT_DUE = ("首次联系时限在本期到期的件", "first-contact deadlines that fell due in the period")
FOLLOWED_UP = ("本期答复、已有效回访的诉求", "answered in the period and validly followed up")
REPLY_DUE = ("答复时限在本期到期的件（应办结）", "reply deadlines that fell due in the period")
TO_US = ("本期来源派给本单位的件", "dispatched to us in the period")
TO_SECTIONS = ("本期办公室派给科室的件", "dispatched to sections in the period")
OF_DISPATCH: dict[str, Any] = {"ticket": "ticket_id", "section": "ticket__section_id", "side": Side.OUTER}
OF_SECTION_DISPATCH: dict[str, Any] = {"ticket": "ticket_id", "side": Side.INNER}
MEASURES: tuple[Measure, ...] = (
    Measure(RateKey.SIGNED, _due(ClockKind.SIGN), _always(IN_TIME), *SIGN_DUE, **OF_CLOCK),
    Measure(RateKey.REPLIED, _due(ClockKind.REPLY), _always(IN_TIME), *REPLY_DUE, **OF_CLOCK),
    Measure(RateKey.RESPONSE, _due(ClockKind.CONTACT), _contacted, *CONTACT_DUE, **OF_CLOCK),
    Measure(RateKey.SOLVED, _followed_up, _always(Q(inquiry__is_solved=True)), *FOLLOWED_UP, **OF_INQUIRY),
    Measure(RateKey.SATISFIED, _followed_up, _always(Q(inquiry__satisfaction__lte=2)), *FOLLOWED_UP, **OF_INQUIRY),
    Measure(
        RateKey.VALID_FOLLOW_UP, _for_follow_up, _always(VALID), "本期答复、应回访的诉求（匿名、不需回复的除外）",
        "answered in the period and due for follow-up (without the anonymous and those that want no answer)", **OF_INQUIRY,
    ),
    Measure(RateKey.RETURN_ASKED, _to_us, _returned_outward(), *TO_US, **OF_DISPATCH),
    Measure(RateKey.RETURN_GRANTED, _to_us, _returned_outward(is_granted=True), *TO_US, **OF_DISPATCH),
    Measure(RateKey.RETURN_ASKED, _to_sections, _returned_by_section(), *TO_SECTIONS, **OF_SECTION_DISPATCH),
    Measure(RateKey.RETURN_GRANTED, _to_sections, _returned_by_section(is_granted=True), *TO_SECTIONS, **OF_SECTION_DISPATCH),
    Measure(RateKey.REDO, _closed, _always(Q(redo_count__gt=0)), "本期办结的件", "closed in the period"),
    Measure(
        RateKey.FIRST_TIME, _closed, _always(Q(redo_count=0, bounce_count=0, return_count=0)), "本期办结的件", "closed in the period"
    ),
    Measure(RateKey.OVERDUE_OPEN, _due(ClockKind.REPLY), _always(Q(run__in=[Run.RUNNING, Run.PAUSED])), *REPLY_DUE, **OF_CLOCK),
    Measure(RateKey.OVERDUE_CLOSED, _due(ClockKind.REPLY), _always(Q(run=Run.MET, is_late=True)), *REPLY_DUE, **OF_CLOCK),
    Measure(RateKey.DIRECT, _accepted, _always(Q(is_direct=True)), "本期受理的件", "accepted in the period"),
)  # fmt: skip


def of_side(side: Side) -> list[Measure]:
    """The measures in order, the outward or the sections' own where they differ."""
    return [measure for measure in MEASURES if measure.side in (None, side)]


def of_key(key: RateKey, side: Side) -> Measure:
    """One measure; LookupError for what is no share of a base (mean handling time)."""
    for measure in of_side(side):
        if measure.key is key:
            return measure
    raise LookupError(key)
